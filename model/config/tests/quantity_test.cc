#include "model/config/quantity.h"

#include <gtest/gtest.h>

#include <string>

struct Row {
    quantity kind;
    const char *text;
    quantity_error error;
    u64 value;
};

static const Row rows[] = {
    /* Every unit. */
    {QUANTITY_TIME, "1ps", QUANTITY_GOOD, 1},
    {QUANTITY_TIME, "1ns", QUANTITY_GOOD, 1000},
    {QUANTITY_TIME, "36.2us", QUANTITY_GOOD, 36200000},
    {QUANTITY_TIME, "4ms", QUANTITY_GOOD, 4000000000},
    {QUANTITY_TIME, "2s", QUANTITY_GOOD, 2000000000000},
    {QUANTITY_SIZE, "7B", QUANTITY_GOOD, 7},
    {QUANTITY_SIZE, "4KiB", QUANTITY_GOOD, 4096},
    {QUANTITY_SIZE, "1.5MiB", QUANTITY_GOOD, 1572864},
    {QUANTITY_SIZE, "3GiB", QUANTITY_GOOD, 3221225472},
    {QUANTITY_SIZE, "1TiB", QUANTITY_GOOD, 1099511627776},
    {QUANTITY_FREQ, "50Hz", QUANTITY_GOOD, 50},
    {QUANTITY_FREQ, "50kHz", QUANTITY_GOOD, 50000},
    {QUANTITY_FREQ, "24MHz", QUANTITY_GOOD, 24000000},
    {QUANTITY_FREQ, "2.5GHz", QUANTITY_GOOD, 2500000000},
    {QUANTITY_PERCENT, "90%", QUANTITY_GOOD, 90},
    {QUANTITY_COUNT, "64", QUANTITY_GOOD, 64},
    {QUANTITY_COUNT, "0x40400001", QUANTITY_GOOD, 0x40400001},
    {QUANTITY_COUNT, "0xAbC", QUANTITY_GOOD, 0xabc},
    {QUANTITY_MILLI, "0.99", QUANTITY_GOOD, 990},
    {QUANTITY_MILLI, "2", QUANTITY_GOOD, 2000},
    {QUANTITY_TIME, "36.2 us", QUANTITY_GOOD, 36200000},
    /* Zero, and the largest of 64 bits. */
    {QUANTITY_TIME, "0ns", QUANTITY_GOOD, 0},
    {QUANTITY_TIME, "0.000s", QUANTITY_GOOD, 0},
    {QUANTITY_TIME, "18446744073709551615ps", QUANTITY_GOOD, UINT64_MAX},
    {QUANTITY_TIME, "18446744073709551616ps", QUANTITY_TOO_LARGE, 0},
    {QUANTITY_TIME, "18446744.073709551615s", QUANTITY_GOOD, UINT64_MAX},
    {QUANTITY_TIME, "18446744.073709551616s", QUANTITY_TOO_LARGE, 0},
    {QUANTITY_TIME, "18446744073709551.6154ns", QUANTITY_GOOD, UINT64_MAX},
    {QUANTITY_TIME, "18446744073709551.6155ns", QUANTITY_TOO_LARGE, 0},
    {QUANTITY_SIZE, "16777216TiB", QUANTITY_TOO_LARGE, 0},
    {QUANTITY_COUNT, "18446744073709551615", QUANTITY_GOOD, UINT64_MAX},
    {QUANTITY_COUNT, "99999999999999999999", QUANTITY_TOO_LARGE, 0},
    {QUANTITY_COUNT, "0xffffffffffffffff", QUANTITY_GOOD, UINT64_MAX},
    {QUANTITY_COUNT, "0x10000000000000000", QUANTITY_TOO_LARGE, 0},
    /* Rounding: half a picosecond goes up, less than that may not become nothing. */
    {QUANTITY_TIME, "0.5ps", QUANTITY_GOOD, 1},
    {QUANTITY_TIME, "0.499ps", QUANTITY_TOO_FINE, 0},
    {QUANTITY_TIME, "0.0005ns", QUANTITY_GOOD, 1},
    {QUANTITY_TIME, "1.0004ns", QUANTITY_GOOD, 1000},
    {QUANTITY_TIME, "1.0005ns", QUANTITY_GOOD, 1001},
    {QUANTITY_TIME, "0.000000000001s", QUANTITY_GOOD, 1},
    {QUANTITY_TIME, "1.0000000000001s", QUANTITY_TOO_FINE, 0},
    /* All others are exact or refused. */
    {QUANTITY_SIZE, "0.5B", QUANTITY_TOO_FINE, 0},
    {QUANTITY_SIZE, "0.0009765625KiB", QUANTITY_GOOD, 1},
    {QUANTITY_SIZE, "0.0009765624KiB", QUANTITY_TOO_FINE, 0},
    {QUANTITY_PERCENT, "12.5%", QUANTITY_TOO_FINE, 0},
    {QUANTITY_COUNT, "1.5", QUANTITY_TOO_FINE, 0},
    {QUANTITY_COUNT, "2.0", QUANTITY_GOOD, 2},
    {QUANTITY_MILLI, "0.0005", QUANTITY_TOO_FINE, 0},
    {QUANTITY_MILLI, "0.001", QUANTITY_GOOD, 1},
    /* No unit, wrong unit, no number. */
    {QUANTITY_TIME, "10", QUANTITY_NO_UNIT, 0},
    {QUANTITY_TIME, "0", QUANTITY_NO_UNIT, 0},
    {QUANTITY_TIME, "10KiB", QUANTITY_WRONG_UNIT, 0},
    {QUANTITY_TIME, "10US", QUANTITY_WRONG_UNIT, 0},
    {QUANTITY_TIME, "10us ", QUANTITY_WRONG_UNIT, 0},
    {QUANTITY_TIME, "1.5.2us", QUANTITY_WRONG_UNIT, 0},
    {QUANTITY_SIZE, "4KB", QUANTITY_WRONG_UNIT, 0},
    {QUANTITY_COUNT, "4us", QUANTITY_WRONG_UNIT, 0},
    {QUANTITY_PERCENT, "90", QUANTITY_NO_UNIT, 0},
    {QUANTITY_TIME, "-3us", QUANTITY_NEGATIVE, 0},
    {QUANTITY_COUNT, "-1", QUANTITY_NEGATIVE, 0},
    {QUANTITY_TIME, "", QUANTITY_NOT_A_NUMBER, 0},
    {QUANTITY_TIME, "us", QUANTITY_NOT_A_NUMBER, 0},
    {QUANTITY_TIME, ".5us", QUANTITY_NOT_A_NUMBER, 0},
    {QUANTITY_TIME, "5.us", QUANTITY_NOT_A_NUMBER, 0},
    {QUANTITY_TIME, "+5us", QUANTITY_NOT_A_NUMBER, 0},
    {QUANTITY_COUNT, "0x", QUANTITY_NOT_A_NUMBER, 0},
    {QUANTITY_COUNT, "0xg", QUANTITY_NOT_A_NUMBER, 0},
};

TEST(Quantity, EveryRowOfTheTableHolds)
{
    for (const Row &row : rows) {
        u64 value = 0;
        EXPECT_EQ(quantity_parse(row.kind, row.text, &value), row.error) << row.text;
        if (row.error == QUANTITY_GOOD) {
            EXPECT_EQ(value, row.value) << row.text;
        }
    }
}

TEST(Quantity, CyclesBecomePicosecondsOfTheClock)
{
    u64 ps = 0;
    EXPECT_EQ(quantity_parse_cost("900cyc", 3000000000, &ps), QUANTITY_GOOD);
    EXPECT_EQ(ps, 300000u);
    EXPECT_EQ(quantity_parse_cost("70cyc", 3000000000, &ps), QUANTITY_GOOD);
    EXPECT_EQ(ps, 23333u); /* 23333.33 */
    EXPECT_EQ(quantity_parse_cost("5 cyc", 3000000000, &ps), QUANTITY_GOOD);
    EXPECT_EQ(ps, 1667u); /* 1666.67 */
    EXPECT_EQ(quantity_parse_cost("0.5cyc", 2000000000, &ps), QUANTITY_GOOD);
    EXPECT_EQ(ps, 250u);
    EXPECT_EQ(quantity_parse_cost("0cyc", 2000000000, &ps), QUANTITY_GOOD);
    EXPECT_EQ(ps, 0u);
    EXPECT_EQ(quantity_parse_cost("2us", 2000000000, &ps), QUANTITY_GOOD);
    EXPECT_EQ(ps, 2000000u);
}

TEST(Quantity, CyclesHaveTheirLimits)
{
    u64 ps = 0;
    EXPECT_EQ(quantity_parse_cost("1000000000000cyc", 100000000000, &ps), QUANTITY_GOOD);
    EXPECT_EQ(ps, 10000000000000u);
    EXPECT_EQ(quantity_parse_cost("1000000000001cyc", 100000000000, &ps), QUANTITY_TOO_LARGE);
    EXPECT_EQ(quantity_parse_cost("1000000000000cyc", 1, &ps), QUANTITY_TOO_LARGE);
    EXPECT_EQ(quantity_parse_cost("0.0001cyc", 3000000000, &ps), QUANTITY_TOO_FINE);
    EXPECT_EQ(quantity_parse_cost("-1cyc", 3000000000, &ps), QUANTITY_NEGATIVE);
    EXPECT_EQ(quantity_parse_cost("5cycles", 3000000000, &ps), QUANTITY_WRONG_UNIT);
}

TEST(Quantity, DecimalsAreScaledExactly)
{
    u64 value = 0;
    EXPECT_EQ(quantity_parse_decimal("99.950000", 4, &value), QUANTITY_GOOD);
    EXPECT_EQ(value, 999500u);
    EXPECT_EQ(quantity_parse_decimal("99.99999", 4, &value), QUANTITY_TOO_FINE);
    EXPECT_EQ(quantity_parse_decimal("5x", 4, &value), QUANTITY_WRONG_UNIT);
    EXPECT_EQ(quantity_parse_decimal("", 4, &value), QUANTITY_NOT_A_NUMBER);
}

static std::string printed(quantity kind, u64 value)
{
    char text[QUANTITY_TEXT_MAX];
    return quantity_print(kind, value, text);
}

TEST(Quantity, IsPrintedShortAndExact)
{
    EXPECT_EQ(printed(QUANTITY_TIME, 36200000), "36.2us");
    EXPECT_EQ(printed(QUANTITY_TIME, 0), "0ps");
    EXPECT_EQ(printed(QUANTITY_TIME, 999), "999ps");
    EXPECT_EQ(printed(QUANTITY_TIME, 1000), "1ns");
    EXPECT_EQ(printed(QUANTITY_TIME, 1001), "1.001ns");
    EXPECT_EQ(printed(QUANTITY_TIME, UINT64_MAX), "18446744.073709551615s");
    EXPECT_EQ(printed(QUANTITY_SIZE, 1536), "1536B");
    EXPECT_EQ(printed(QUANTITY_SIZE, 4096), "4KiB");
    EXPECT_EQ(printed(QUANTITY_SIZE, 1ull << 40), "1TiB");
    EXPECT_EQ(printed(QUANTITY_FREQ, 2500000000), "2.5GHz");
    EXPECT_EQ(printed(QUANTITY_PERCENT, 90), "90%");
    EXPECT_EQ(printed(QUANTITY_MILLI, 990), "0.99");
    EXPECT_EQ(printed(QUANTITY_MILLI, 2000), "2");
}

TEST(Quantity, WhatIsPrintedIsReadAgain)
{
    for (int kind = 0; kind < QUANTITY_KIND_COUNT; kind++)
        for (u64 value = 0, step = 1; value < UINT64_MAX / 3; value += step, step = value / 7 + 1) {
            u64 again = ~value;
            const std::string text = printed(quantity(kind), value);
            ASSERT_EQ(quantity_parse(quantity(kind), text.c_str(), &again), QUANTITY_GOOD) << text;
            ASSERT_EQ(again, value) << text;
        }
}

TEST(Quantity, EveryExampleIsOne)
{
    for (int kind = 0; kind < QUANTITY_KIND_COUNT; kind++) {
        u64 value;
        EXPECT_EQ(quantity_parse(quantity(kind), quantity_example(quantity(kind)), &value),
                  QUANTITY_GOOD);
    }
}
