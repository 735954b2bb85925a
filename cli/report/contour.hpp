/* Lines of equal height on a grid: marching squares, linear between neighbours. */
#ifndef CLI_REPORT_CONTOUR_HPP
#define CLI_REPORT_CONTOUR_HPP

#include <optional>
#include <vector>

namespace cli::report {

/* Heights at the crossings of x and y, row by row; x and y rise. None: not known. */
struct field {
    std::vector<double> x, y;
    std::vector<std::optional<double>> height;

    const std::optional<double> &at(size_t i, size_t j) const
    {
        return height[j * x.size() + i];
    }
};

struct segment {
    double x1, y1, x2, y2;
};

/* Where the field is `level`. Squares with an unknown corner have none. */
std::vector<segment> contour(const field &f, double level);

/* The places along one row at which its height passes `level`, from left to right. */
std::vector<double> passings(const std::vector<double> &x,
                             const std::vector<std::optional<double>> &height, double level);

} // namespace cli::report
#endif
