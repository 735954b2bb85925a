/* Lines of equal height, and every figure from plain data. */
#include <gtest/gtest.h>

#include <cmath>
#include <regex>

#include "cli/report/figures.hpp"
#include "cli/report/tests/well_formed.hpp"

namespace cli::report {

using std::string;

size_t count_of(const string &text, const string &words)
{
    size_t n = 0;

    for (size_t at = text.find(words); at != string::npos; at = text.find(words, at + 1))
        n++;
    return n;
}

/* Stands alone, is well nested, and has a size and words for those who do not see it. */
void expect_whole(const drawing &d)
{
    const string svg = standalone_svg(d);

    EXPECT_EQ(well_formed::complaint(svg), "");
    EXPECT_GT(d.width, 100);
    EXPECT_GT(d.height, 20);
    EXPECT_FALSE(d.title.empty());
    EXPECT_FALSE(d.desc.empty());
    EXPECT_EQ(svg.find("var("), string::npos) << "variables are for the page";
    EXPECT_EQ(svg.find("nan"), string::npos);
    EXPECT_EQ(count_of(svg, "http"), 1u) << "the name space, and nothing else";
}

/* --- Contours --- */

field circle(size_t n)
{
    field f;

    for (size_t i = 0; i < n; i++) {
        f.x.push_back((double)i);
        f.y.push_back((double)i);
    }
    const double middle = (double)(n - 1) / 2;
    for (double y : f.y)
        for (double x : f.x)
            f.height.push_back(std::hypot(x - middle, y - middle));
    return f;
}

TEST(Contour, FollowsACircleWithinHalfACell)
{
    const field f = circle(21);
    const std::vector<segment> lines = contour(f, 7.3);
    double length = 0;

    for (const segment &s : lines) {
        EXPECT_NEAR(std::hypot(s.x1 - 10, s.y1 - 10), 7.3, 0.5);
        EXPECT_NEAR(std::hypot(s.x2 - 10, s.y2 - 10), 7.3, 0.5);
        length += std::hypot(s.x2 - s.x1, s.y2 - s.y1);
    }
    EXPECT_NEAR(length, 2 * M_PI * 7.3, 0.5) << "the whole of it, once";
}

TEST(Contour, IsExactOnAPlane)
{
    const field f{{0, 1, 3}, {0, 2}, {-1, 0.0, 2, -1, 0.0, 2}};

    for (const segment &s : contour(f, 0.5)) {
        EXPECT_DOUBLE_EQ(s.x1, 1.5);
        EXPECT_DOUBLE_EQ(s.x2, 1.5);
    }
    EXPECT_EQ(contour(f, 0.5).size(), 1u);
    EXPECT_TRUE(contour(f, 3).empty());
    EXPECT_TRUE(contour(f, -1).empty()) << "nothing is below";
}

TEST(Contour, ASaddleIsCutByItsMiddle)
{
    field f{{0, 1}, {0, 1}, {1, -1, -1, 1}};

    ASSERT_EQ(contour(f, 0).size(), 2u);
    f.height = {3, -1, -1, 3}; /* The middle is high: the low corners are cut off. */
    const std::vector<segment> high = contour(f, 0);
    ASSERT_EQ(high.size(), 2u);
    EXPECT_DOUBLE_EQ(high[0].x1, 0.75);
    EXPECT_DOUBLE_EQ(high[0].y2, 0.25) << "round the corner (1, 0)";
    f.height = {1, -3, -3, 1};
    EXPECT_DOUBLE_EQ(contour(f, 0)[0].x1 + contour(f, 0)[0].x2, 0.25) << "round the corner (0, 0)";
}

TEST(Contour, UnknownCornersHaveNone)
{
    field f = circle(3);

    EXPECT_FALSE(contour(f, 0.5).empty());
    f.height[4] = std::nullopt;
    EXPECT_TRUE(contour(f, 0.5).empty());
}

TEST(Passings, AreInOrderAndLinear)
{
    EXPECT_EQ(passings({0, 1, 2, 4}, {1.0, -1.0, -1.0, 1.0}, 0), (std::vector<double>{0.5, 3}));
    EXPECT_TRUE(passings({0, 1}, {1.0, std::nullopt}, 0).empty());
    EXPECT_TRUE(passings({0, 1}, {0.0, 0.0}, 0).empty()) << "equal everywhere is no passing";
}

/* --- Figures --- */

swept numbers(const string &name, std::vector<u64> values)
{
    std::vector<coordinate> list;

    for (u64 v : values)
        list.push_back({std::to_string(v) + "us", v * PS_PER_US});
    return make_swept({name, "ps", scale::log}, list);
}

/* Pays from 20 us up in the first row, from 40 us up in the second. */
map_data small_map()
{
    map_data d;

    d.design = "v4";
    d.baseline = "a<b>";
    d.metric = "time_ps";
    d.x = numbers("latency", {10, 20, 40, 80});
    d.y = numbers("cost & more", {1, 2});
    for (double v : {40.0, 0.0, -20.0, -50.0, 80.0, 30.0, 0.0, -30.0}) {
        d.cells.push_back(estimate{v, v - 10, v + 10, 4});
        d.words.push_back("words");
    }
    return d;
}

TEST(Map, HatchesWhatIsOpenAndDrawsItsLines)
{
    map_data d = small_map();
    drawing drawn = map_figure(d, "m");

    expect_whole(drawn);
    EXPECT_EQ(count_of(drawn.body, "class=\"open\""), 2u);
    EXPECT_EQ(count_of(drawn.body, "class=\"iso\""), 1u);
    EXPECT_EQ(count_of(drawn.body, "class=\"iso-band\""), 2u);
    EXPECT_EQ(count_of(drawn.body, "<title>words</title>"), 8u);
    EXPECT_NE(drawn.body.find("a&lt;b&gt;"), string::npos);
    d.cells[0] = std::nullopt;
    drawn = map_figure(d, "m");
    expect_whole(drawn);
    EXPECT_NE(drawn.body.find(">?</text>"), string::npos);
    for (effect &e : d.cells)
        e = estimate{5, 4, 6, 2};
    EXPECT_EQ(map_figure(d, "m").body.find("iso"), string::npos) << "nowhere equal: no line";
}

TEST(Map, WordsOnAnAxisHaveMarksInTheirRows)
{
    map_data d = small_map();

    d.y = make_swept({"store", "", scale::category}, {{"zram", {}}, {"disk", {}}});
    const drawing drawn = map_figure(d, "m");
    expect_whole(drawn);
    const string path = drawn.body.substr(drawn.body.rfind("<path", drawn.body.find("\"iso\"")));
    EXPECT_EQ(count_of(path.substr(0, path.find("/>")), "M"), 2u);
}

TEST(Map, OneCellIsAMapToo)
{
    map_data d = small_map();

    d.x = numbers("latency", {10});
    d.y = numbers("cost", {1});
    d.cells.resize(1);
    expect_whole(map_figure(d, "m"));
    expect_whole(map_legend(true, 95, true, "k"));
}

TEST(Map, ColoursFollowTheSignAndWhatIsBetter)
{
    const struct {
        double percent;
        int less, more;
    } cases[] = {{0, 0, 0},    {0.29, 0, 0},  {-0.29, 0, 0}, {0.3, 1, -1}, {-1, -2, 2},
                 {2.9, 2, -2}, {-9.9, -3, 3}, {29.9, 4, -4}, {-30, -5, 5}, {900, 5, -5}};

    for (const auto &c : cases) {
        EXPECT_EQ(map_class(c.percent, true), c.less) << c.percent;
        EXPECT_EQ(map_class(c.percent, false), c.more) << c.percent;
    }
}

TEST(Open, NeedsAnIntervalAroundZero)
{
    EXPECT_TRUE(is_open({1, -1, 3, 4}));
    EXPECT_TRUE(is_open({1, 0, 2, 4}));
    EXPECT_FALSE(is_open({2, 1, 3, 4}));
    EXPECT_FALSE(is_open({0, 0, 0, 4})) << "equal without any doubt";
    EXPECT_FALSE(is_open({1, 1, 1, 1})) << "one pair has no interval";
}

TEST(Curve, NamesThePlaceWhereBothAreEqual)
{
    curve_data d;

    d.baseline = "sync";
    d.metric = "time_ps";
    d.x = numbers("latency", {10, 40});
    d.series = {{"v4", 1, {estimate{10, 5, 15, 3}, estimate{-10, -15, -5, 3}}}};
    drawing drawn = curve_figure(d);
    expect_whole(drawn);
    EXPECT_NE(drawn.body.find("v4: 20.0 us"), string::npos);
    EXPECT_EQ(count_of(drawn.body, "d1 band"), 1u);
    d.series[0].effects[1] = std::nullopt;
    expect_whole(curve_figure(d));
    d.x = make_swept({"store", "", scale::category}, {{"zram", {}}, {"disk", {}}});
    drawn = curve_figure(d);
    expect_whole(drawn);
    EXPECT_EQ(count_of(drawn.body, "band"), 0u) << "there is nothing between words";
}

TEST(Cdf, RisesToOneAndMarksItsPercentiles)
{
    cdf_series s{"v4", 1, {}};

    hist_init(&s.values);
    for (u64 i = 1; i <= 1000; i++)
        hist_add(&s.values, i * PS_PER_US);
    const drawing drawn = cdf_figure("all", {s});
    expect_whole(drawn);
    EXPECT_NE(drawn.body.find("half of the faults take at most 503."), string::npos) << drawn.body;
    const std::regex steps("H([0-9.]+)V([0-9.]+)");
    double x = 0, y = 1e9;
    for (std::sregex_iterator i(drawn.body.begin(), drawn.body.end(), steps), end; i != end; i++) {
        EXPECT_GE(std::stod((*i)[1]), x);
        EXPECT_LE(std::stod((*i)[2]), y);
        x = std::stod((*i)[1]);
        y = std::stod((*i)[2]);
    }
    EXPECT_EQ(y, 36) << "the top of the figure";
    hist_init(&s.values);
    hist_add(&s.values, 0);
    expect_whole(cdf_figure("a fault that took no time", {s}));
}

TEST(Stack, JoinsTheSmallestAndKeepsTheOrder)
{
    stack_data d;

    for (int i = 0; i < 12; i++)
        d.hops.push_back("hop" + std::to_string(i));
    d.rows = {{"sync", 0, {1, 2, 3, 4, 500, 6, 7, 8, 9, 10, 0, 11}},
              {"v4", 1, {100, 0, 0, 0, 500, 0, 0, 0, 0, 0, 0, 0}}};
    EXPECT_EQ(stack_choice(d, 3), (std::vector<size_t>{0, 4, 11}));
    EXPECT_EQ(stack_choice(d, 99).size(), 11u) << "a hop without time is none";
    const drawing drawn = stack_figure(d);
    expect_whole(drawn);
    EXPECT_NE(drawn.body.find("other (4 hops)"), string::npos);
    EXPECT_NE(drawn.body.find("the same without hop4, enlarged"), string::npos);
    d.rows.resize(1);
    expect_whole(small_stack(d, {0, 4}));
}

TEST(Forest, ShowsRatiosAndSaysWhereThereIsNone)
{
    const drawing drawn =
        ab_figure("sync",
                  {{"time_ps", "v4", 1, estimate{0.5, 0.4, 0.6, 9}, -2, 9, 0, 9, 0, 0.01},
                   {"exits", "v4", 1, {}, 0, 0, 3, 0, 0, 1}},
                  95);

    expect_whole(drawn);
    EXPECT_NE(drawn.body.find("0.500  [0.400, 0.600]"), string::npos);
    EXPECT_EQ(count_of(drawn.body, "no ratio"), 1u);
    expect_whole(ab_figure("sync", {}, 95));
}

TEST(Tornado, TakesBarsOfBothSigns)
{
    expect_whole(tornado_figure(
        "time_ps",
        {{"a",
          "1us",
          "2us",
          {"c", "d", "e"},
          {{"sync", 0, estimate{50, 40, 60, 4}, true}, {"v4", 1, estimate{-5, -9, -1, 4}, false}}},
         {"b", "x", "y", {}, {{"sync", 0, {}, true}}}},
        95));
}

TEST(Pareto, TheFrontIsWhatNoOtherBeats)
{
    pareto_data d;
    auto front = [&] {
        string names;
        mark_front(&d);
        for (const pareto_point &p : d.points)
            names += p.is_front ? p.label : "";
        return names;
    };

    d.x_name = "time_ps";
    d.y_name = "overhead.exits";
    d.baseline = "sync";
    d.points = {{"a", "v4", 1, 1, 9, false}, {"b", "v4", 1, 2, 5, false},
                {"c", "v4", 1, 2, 6, false}, {"d", "v4", 1, 3, 5, false},
                {"e", "v4", 1, 9, 1, false}, {"f", "v4", 1, 9, 1, false}};
    EXPECT_EQ(front(), "abef") << "twins are both on it";
    expect_whole(pareto_figure(d));
    d.is_x_less_better = false;
    EXPECT_EQ(front(), "ef");
    d.points.resize(1);
    EXPECT_EQ(front(), "a");
    expect_whole(pareto_figure(d));
}

TEST(Tiles, StandBesideAndBelow)
{
    const drawing a = empty_figure("a", "why"), all = tiled({a, a, a}, 2);

    EXPECT_EQ(all.width, 2 * a.width);
    EXPECT_EQ(all.height, 2 * a.height);
    expect_whole(all);
}

} // namespace cli::report
