/*
 * A figure: a body of SVG elements that name classes of assets/figure.css, never colours. In a page
 * it takes the colours of the page, light or dark; alone it brings the light ones with it.
 */
#ifndef CLI_REPORT_DRAWING_HPP
#define CLI_REPORT_DRAWING_HPP

#include "cli/report/markup.hpp"

namespace cli::report {

struct drawing {
    double width = 0, height = 0;
    std::string title, desc; /* For those who do not see it, and for readers of the source. */
    std::string body;
};

/* id: unique in the page. */
std::string embedded_svg(const drawing &d, const std::string &id);
/* A file of its own, on light ground. */
std::string standalone_svg(const drawing &d);
/* In rows of at most so many. */
drawing tiled(const std::vector<drawing> &parts, unsigned columns);
/* The body of a drawing at another place. */
std::string moved(const std::string &body, double x, double y);
/* With a margin on all sides. */
drawing framed(const drawing &d, double margin);

/* Room that a text takes, about; fonts differ. */
double text_width(const std::string &words, double size = 12);

/* Elements with a class. A mark has words of its own: a title, and the keyboard reaches it. */
class canvas {
public:
    void line(double x1, double y1, double x2, double y2, const std::string &cls);
    void rect(double x, double y, double width, double height, const std::string &cls,
              const std::string &tip = "");
    void path(const std::string &d, const std::string &cls, const std::string &tip = "");
    void circle(double x, double y, double r, const std::string &cls, const std::string &tip = "");
    /* anchor: "start", "middle", "end" */
    void text(double x, double y, const std::string &words, const std::string &cls = "t",
              const char *anchor = "start");
    /* Turned by a right angle, upwards. */
    void text_up(double x, double y, const std::string &words, const std::string &cls = "t");
    /* One of the shapes of the designs: circle, square, triangle, diamond... */
    void marker(double x, double y, size_t shape, const std::string &cls,
                const std::string &tip = "");
    markup &out()
    {
        return out_;
    }
    std::string take()
    {
        return out_.take();
    }

private:
    markup out_;

    void shape(const char *tag, attributes list, const std::string &cls, const std::string &tip);
};

/* Class of a design's colour: "d0" is the baseline. */
std::string design_class(size_t index);

} // namespace cli::report
#endif
