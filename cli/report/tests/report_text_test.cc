/* Words, numbers, ticks and markup. */
#include <gtest/gtest.h>

#include <cmath>

#include "cli/report/axis.hpp"
#include "cli/report/json.hpp"
#include "cli/report/markup.hpp"
#include "cli/report/tests/well_formed.hpp"
#include "cli/report/text.hpp"

namespace cli::report {

using std::string;

TEST(Words, NumbersHaveTheirDigitsAndNoExponent)
{
    const struct {
        double value;
        int significant;
        const char *words;
    } cases[] = {
        {0, 3, "0"},        {23.44, 3, "23.4"}, {23.45, 2, "23"},           {9.996, 3, "10.0"},
        {999.6, 3, "1000"}, {1234, 3, "1234"},  {-0.001234, 3, "-0.00123"}, {1, 4, "1.000"},
        {INFINITY, 3, "-"}, {NAN, 3, "-"},
    };

    for (const auto &c : cases)
        EXPECT_EQ(digits(c.value, c.significant), c.words) << c.value;
    EXPECT_EQ(short_digits(1.500, 4), "1.5");
    EXPECT_EQ(short_digits(100, 4), "100");
    EXPECT_EQ(short_digits(2, 4), "2");
}

TEST(Words, QuantitiesTakeTheUnitThatFits)
{
    const struct {
        double value;
        const char *unit, *words, *tick;
    } cases[] = {
        {0, "ps", "0 ps", "0"},
        {999, "ps", "999 ps", "999 ps"},
        {1000, "ps", "1.000 ns", "1 ns"},
        {23.4e6, "ps", "23.40 us", "23.4 us"},
        {999.96e6, "ps", "1.000 ms", "1 ms"},
        {999.94e6, "ps", "999.9 us", "999.9 us"},
        {5e13, "ps", "50.00 s", "50 s"},
        {4096, "B", "4.000 KiB", "4 KiB"},
        {3e9, "Hz", "3.000 GHz", "3 GHz"},
        {50, "%", "50 %", "50 %"},
        {1500, "1/1000", "1.5", "1.5"},
        {9999, "", "9999", "9999"},
        {10000, "", "10.00 k", "10 k"},
        {2.5, "", "2.5", "2.5"},
    };

    for (const auto &c : cases) {
        EXPECT_EQ(quantity(c.value, c.unit), c.words) << c.value << c.unit;
        EXPECT_EQ(tick_quantity(c.value, c.unit), c.tick) << c.value << c.unit;
    }
    EXPECT_EQ(unit_of_metric("latency.all.p99_ps"), "ps");
    EXPECT_EQ(unit_of_metric("picks.permille"), "1/1000");
    EXPECT_EQ(unit_of_metric("overhead.exits"), "");
}

TEST(Words, PercentsHaveASign)
{
    EXPECT_EQ(percent(-12.34), "-12.3 %");
    EXPECT_EQ(percent(0.4), "+0.40 %");
    EXPECT_EQ(percent(-0.004), "0 %");
    EXPECT_EQ(percent(250.4), "+250 %");
}

TEST(Words, AShellGetsOneWord)
{
    EXPECT_EQ(shell_word("store.read.value=16us"), "store.read.value=16us");
    EXPECT_EQ(shell_word(""), "''");
    EXPECT_EQ(shell_word("a b"), "'a b'");
    EXPECT_EQ(shell_word("it's $HOME"), "'it'\\''s $HOME'");
    EXPECT_EQ(shell_word("x;rm"), "'x;rm'");
    EXPECT_EQ(shell_word("a\nb"), "'a\nb'");
}

TEST(Words, ListsEndWithAnd)
{
    EXPECT_EQ(enumeration(std::vector<string>{}), "");
    EXPECT_EQ(enumeration(std::vector<string>{"a"}), "a");
    EXPECT_EQ(enumeration(std::vector<string>{"a", "b", "c"}), "a, b and c");
    EXPECT_EQ(counted(1, "run") + counted(2, "run"), "1 run2 runs");
}

/* --- Ticks and places --- */

TEST(Ticks, AreRoundAndWithin)
{
    using list = std::vector<double>;

    EXPECT_EQ(linear_ticks(0, 10, 5), (list{0, 2, 4, 6, 8, 10}));
    EXPECT_EQ(linear_ticks(-7, 12, 4), (list{-5, 0, 5, 10}));
    EXPECT_EQ(linear_ticks(3, 3, 5), (list{3}));
    EXPECT_EQ(log_ticks(1, 100, 9), (list{1, 2, 5, 10, 20, 50, 100}));
    EXPECT_EQ(log_ticks(1, 100000, 6), (list{1, 10, 100, 1000, 10000, 100000}));
    EXPECT_EQ(log_ticks(3, 30, 9), (list{5, 10, 20}));
}

TEST(Ticks, AreNeverTooManyWhateverTheRange)
{
    for (double low : {-1e6, -3.3, 0.0, 1e-6, 7.0})
        for (double span : {1e-9, 0.3, 1.0, 17.0, 1e12})
            for (unsigned wanted : {1u, 4u, 9u}) {
                const std::vector<double> ticks = linear_ticks(low, low + span, wanted);
                EXPECT_LE(ticks.size(), 2 * wanted + 1) << low << " " << span;
                for (size_t i = 1; i < ticks.size(); i++)
                    EXPECT_LT(ticks[i - 1], ticks[i]);
            }
    for (double factor : {1.5, 30.0, 1e4, 1e12})
        EXPECT_LE(log_ticks(5, 5 * factor, 6).size(), 12u) << factor;
}

coordinate number(u64 value)
{
    return {std::to_string(value), value};
}

TEST(Axis, PlacesRiseAndValuesStandOnce)
{
    const std::vector<coordinate> values = {number(8), number(1), number(8), number(2), number(4)};
    const swept log = make_swept({"a", "ps", scale::log}, values);

    ASSERT_EQ(log.values.size(), 4u);
    EXPECT_EQ(places(log), (std::vector<double>{0, 1, 2, 3}));
    EXPECT_EQ(index_in(log, number(4)), 2u);
    EXPECT_EQ(index_in(log, number(5)), SIZE_MAX);
    EXPECT_EQ(words_at(log, 1.5), "2.83 ps");
    EXPECT_EQ(words_at({"n", "", scale::linear, {}}, 1.0479), "1.05");
    EXPECT_EQ(words_at({"n", "", scale::linear, {}}, 1047.9), "1048");
    const swept linear =
        make_swept({"a", "", scale::linear}, {number(6), number(1), number(2), number(4)});
    EXPECT_EQ(places(linear), (std::vector<double>{1, 2, 4, 6}));
    const swept words = make_swept({"a", "", scale::category}, {{"z", {}}, {"b", {}}, {"z", {}}});
    EXPECT_EQ(places(words), (std::vector<double>{0, 1}));
    EXPECT_EQ(words.values[0].value, "z");
}

TEST(Axis, ScalesThatDoNotFitAreReplaced)
{
    using list = std::vector<coordinate>;
    auto scale_of = [](enum scale s, const list &values) {
        return make_swept({"a", "", s}, values).scale;
    };

    EXPECT_EQ(scale_of(scale::log, {number(0), number(1)}), scale::linear);
    EXPECT_EQ(scale_of(scale::log, {number(1), {"zram", {}}}), scale::category);
    EXPECT_EQ(scale_of(scale::linear, {number(1), number(2), number(6)}), scale::linear);
    EXPECT_EQ(scale_of(scale::linear, {number(1), number(2), number(7)}), scale::linear);
    EXPECT_EQ(scale_of(scale::linear, {number(1), number(2), number(8)}), scale::log);
    EXPECT_EQ(scale_of(scale::linear, {number(1), number(9), number(17)}), scale::linear) << "even";
    EXPECT_EQ(scale_of(scale::linear, {number(0), number(2), number(70)}), scale::linear);
}

TEST(Axis, KeepsPixelsWithinItsEnds)
{
    const axis up{false, 0, 10, 100, 0}, log{true, 1, 100, 0, 50};

    EXPECT_EQ(up.at(0), 100);
    EXPECT_EQ(up.at(2.5), 75);
    EXPECT_EQ(up.at(11), 0);
    EXPECT_EQ(log.at(10), 25);
    EXPECT_EQ(log.at(0), 0);
    EXPECT_EQ((axis{false, 3, 3, 0, 50}.at(3)), 25) << "no range: the middle";
}

/* --- Markup --- */

TEST(Markup, EscapesWhatMeansSomething)
{
    EXPECT_EQ(escape("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
    EXPECT_EQ(escape("\xc2\xb5s \xf0\x9f\x98\x80\n\t"), "\xc2\xb5s \xf0\x9f\x98\x80\n\t");
    for (const char *bad : {"\x01", "\x7f", "\x80", "\xc3", "\xc0\xaf", "\xed\xa0\x80",
                            "\xf4\x90\x80\x80", "\xe2\x82"})
        EXPECT_NE(escape(bad).find("\xef\xbf\xbd"), string::npos) << bad;
    EXPECT_EQ(escape(string("a\0b", 3)), "a\xef\xbf\xbd"
                                         "b");
}

TEST(Markup, ClosesWhatItOpens)
{
    markup m;

    m.open("p", {{"title", "\"<"}}).text("x & y").element("b", "z").empty("br").close();
    EXPECT_EQ(m.take(), "<p title=\"&quot;&lt;\">x &amp; y<b>z</b><br/></p>");
    EXPECT_DEATH(markup().open("p").take(), "");
    EXPECT_DEATH(markup().close(), "");
}

TEST(Markup, PixelsAreShort)
{
    EXPECT_EQ(px(12), "12");
    EXPECT_EQ(px(12.34), "12.3");
    EXPECT_EQ(px(-0.04), "0");
    EXPECT_DEATH(px(NAN), "");
}

TEST(WellFormed, SeesWhatIsWrong)
{
    EXPECT_EQ(well_formed::complaint("<a b=\"c\"><br/>x &amp; y</a>"), "");
    for (const char *bad : {"<a>", "</a>", "<a></b>", "<a b=c></a>", "<a>x & y</a>", "<a>1 > 0</a>",
                            "<a b=\"1\" b=\"2\"></a>", "<a id=\"x\"><b id=\"x\"></b></a>",
                            "<a b=\"<\"></a>", "<a", "< a></a>"})
        EXPECT_NE(well_formed::complaint(bad), "") << bad;
}

TEST(Json, KeepsOrderAndQuotes)
{
    json j;

    j.open("{").text("a\"", "x\ny\\").number("n", 0.1).number("bad", NAN).integer("i", UINT64_MAX);
    j.truth("t", true).open("[", "l").integer("", 1).open("[").close().close().close();
    EXPECT_EQ(j.take(), "{\n  \"a\\\"\": \"x\\u000ay\\\\\",\n  \"n\": 0.1,\n  \"bad\": null,\n"
                        "  \"i\": 18446744073709551615,\n  \"t\": true,\n  \"l\": [\n    1,\n"
                        "    []\n  ]\n}\n");
}

} // namespace cli::report
