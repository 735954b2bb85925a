/*
 * Writes HTML and SVG that is well nested by its making: every element that is opened is closed by
 * name, every text and value is escaped. What it writes is XML but for scripts and styles.
 */
#ifndef CLI_REPORT_MARKUP_HPP
#define CLI_REPORT_MARKUP_HPP

#include <string>
#include <vector>

namespace cli::report {

/* & < > " ' as references; what XML cannot hold (control characters, broken UTF-8) as U+FFFD. */
std::string escape(const std::string &text);

/* A coordinate: one digit after the point, none if it is 0. */
std::string px(double value);

struct attribute {
    const char *name;
    std::string value;
};
using attributes = std::vector<attribute>;

class markup {
public:
    markup &open(const char *tag, const attributes &list = {});
    markup &close(); /* The innermost. */
    markup &text(const std::string &words);
    /* open, text, close. */
    markup &element(const char *tag, const attributes &list, const std::string &words);
    markup &element(const char *tag, const std::string &words)
    {
        return element(tag, {}, words);
    }
    /* Without content: <rect/>, <meta/>. */
    markup &empty(const char *tag, const attributes &list = {});
    /* What another writer has made, or a file of ours. */
    markup &raw(const std::string &text);
    markup &line(); /* A line end, for people who read the source. */

    /* All of it; everything must have been closed. */
    std::string take();

private:
    std::string out_;
    std::vector<const char *> open_;

    void begin(const char *tag, const attributes &list);
};

} // namespace cli::report
#endif
