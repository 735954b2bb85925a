#include "cli/report/contour.hpp"

namespace cli::report {

namespace {

struct spot {
    double x, y;
};

/* Where the level lies between two corners, one of them above it. */
spot between(spot a, double height_a, spot b, double height_b, double level)
{
    const double part = (level - height_a) / (height_b - height_a);

    return {a.x + part * (b.x - a.x), a.y + part * (b.y - a.y)};
}

/* Corners and edges go round: edge k is from corner k to corner k + 1. */
void contour_square(const spot (&corner)[4], const double (&height)[4], double level,
                    std::vector<segment> *out)
{
    std::vector<spot> cut;
    double middle = 0;

    for (int k = 0; k < 4; k++) {
        const int next = (k + 1) % 4;
        middle += height[k] / 4;
        if ((height[k] >= level) != (height[next] >= level))
            cut.push_back(between(corner[k], height[k], corner[next], height[next], level));
    }
    if (cut.size() == 2)
        out->push_back({cut[0].x, cut[0].y, cut[1].x, cut[1].y});
    if (cut.size() != 4)
        return;
    /* A saddle: its middle says which two corners hang together. */
    const bool joins = (middle >= level) == (height[0] >= level);
    const int first = joins ? 0 : 3;
    for (int k : {first, first + 2}) {
        const spot a = cut[(size_t)k % 4], b = cut[(size_t)(k + 1) % 4];
        out->push_back({a.x, a.y, b.x, b.y});
    }
}

} // namespace

std::vector<segment> contour(const field &f, double level)
{
    std::vector<segment> out;

    for (size_t j = 0; j + 1 < f.y.size(); j++)
        for (size_t i = 0; i + 1 < f.x.size(); i++) {
            const std::optional<double> *h[] = {&f.at(i, j), &f.at(i + 1, j), &f.at(i + 1, j + 1),
                                                &f.at(i, j + 1)};
            if (!*h[0] || !*h[1] || !*h[2] || !*h[3])
                continue;
            contour_square({{f.x[i], f.y[j]},
                            {f.x[i + 1], f.y[j]},
                            {f.x[i + 1], f.y[j + 1]},
                            {f.x[i], f.y[j + 1]}},
                           {**h[0], **h[1], **h[2], **h[3]}, level, &out);
        }
    return out;
}

std::vector<double> passings(const std::vector<double> &x,
                             const std::vector<std::optional<double>> &height, double level)
{
    std::vector<double> out;

    for (size_t i = 0; i + 1 < x.size(); i++) {
        if (!height[i] || !height[i + 1] || (*height[i] >= level) == (*height[i + 1] >= level))
            continue;
        const spot s = between({x[i], 0}, *height[i], {x[i + 1], 0}, *height[i + 1], level);
        out.push_back(s.x);
    }
    return out;
}

} // namespace cli::report
