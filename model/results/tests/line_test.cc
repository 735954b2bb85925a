#include "model/results/line.h"

#include "model/results/tests/results_helper.hpp"

static std::string time_text(u64 ps)
{
    char text[QUANTITY_WORDS_MAX];
    return words_time(text, ps);
}

static std::string count_text(u64 count)
{
    char text[QUANTITY_WORDS_MAX];
    return words_count(text, count);
}

TEST(Words, TimesHaveFourDigitsInTheUnitThatFits)
{
    EXPECT_EQ(time_text(0), "0 ps");
    EXPECT_EQ(time_text(999), "999 ps");
    EXPECT_EQ(time_text(1000), "1.000 ns");
    EXPECT_EQ(time_text(98234567), "98.23 us");
    EXPECT_EQ(time_text(98235000), "98.24 us"); /* Half is rounded up. */
    EXPECT_EQ(time_text(999949), "999.9 ns");
    EXPECT_EQ(time_text(999950), "1.000 us"); /* Rounding reaches the next unit. */
    EXPECT_EQ(time_text(9999500), "10.00 us");
    EXPECT_EQ(time_text(999 * PS_PER_S), "999.0 s");
    EXPECT_EQ(time_text(86400 * PS_PER_S), "86400 s");
    EXPECT_EQ(time_text(UINT64_MAX), "18446744 s");
}

TEST(Words, CountsAreExactUpToFourDigits)
{
    EXPECT_EQ(count_text(0), "0");
    EXPECT_EQ(count_text(9999), "9999");
    EXPECT_EQ(count_text(10000), "10.00 k");
    EXPECT_EQ(count_text(1234567), "1.235 M");
    EXPECT_EQ(count_text(UINT64_MAX), "18446744 T");
}

TEST(Words, PartsAreRoundedAndNothingHasNone)
{
    char text[QUANTITY_WORDS_MAX];

    EXPECT_STREQ(words_permille(text, 1, 3), "33.3 %");
    EXPECT_STREQ(words_permille(text, 2, 3), "66.7 %");
    EXPECT_STREQ(words_permille(text, UINT64_MAX, UINT64_MAX), "100.0 %");
    EXPECT_STREQ(words_permille(text, 0, 0), "-");
    EXPECT_STREQ(words_tenths(text, 99, 10), "9.9");
    EXPECT_STREQ(words_tenths(text, 1, 0), "-");
    EXPECT_EQ(ratio(UINT64_MAX, UINT64_MAX, 1), UINT64_MAX);
}

TEST(Line, TakesExactlyEightyColumns)
{
    line l;

    line_init(&l);
    EXPECT_TRUE(line_add(&l, "%080d", 7));
    EXPECT_FALSE(line_add(&l, "x"));
    EXPECT_EQ(text_of([&](FILE *out) { line_end(&l, out); }), std::string(79, '0') + "7\n");
    EXPECT_FALSE(line_add(&l, "%081d", 7));
    EXPECT_EQ(text_of([&](FILE *out) { line_end(&l, out); }), "\n");
}

TEST(Line, ColumnsEndWhereTheyShould)
{
    line l;

    line_init(&l);
    line_add(&l, "ab");
    line_right(&l, 6, "xyz");
    line_to(&l, 8);
    line_bar(&l, 3);
    line_to(&l, 20);
    EXPECT_EQ(text_of([&](FILE *out) { line_end(&l, out); }), "ab xyz  ###\n");
}

TEST(Line, AListFlowsOntoTheNextLine)
{
    std::string text = text_of([](FILE *out) {
        line l;
        line_init(&l);
        line_add(&l, "list");
        line_to(&l, 6);
        for (int i = 0; i < 20; i++)
            line_flow(&l, out, 6, "item %d", i);
        line_flow(&l, out, 6, "%0100d", 1);
        line_end(&l, out);
    });
    std::vector<std::string> lines = split(text, '\n');
    ASSERT_EQ(lines.size(), 4u);
    EXPECT_EQ(lines[0].substr(0, 22), "list  item 0, item 1, ");
    EXPECT_EQ(lines[0].back(), ',');
    EXPECT_EQ(lines[1].substr(0, 11), "      item ");
    EXPECT_EQ(lines[3], "      " + std::string(74, '0'));
    for (const std::string &line : lines)
        EXPECT_LE(line.size(), 80u);
}
