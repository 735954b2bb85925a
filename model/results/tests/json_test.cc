#include "model/results/json.h"

#include "model/results/tests/json_reader.hpp"
#include "model/results/tests/results_helper.hpp"

static std::string string_as_json(const std::string &text)
{
    std::string all = text_of([&](FILE *out) {
        json j;
        json_begin(&j, out);
        json_text(&j, "k", text.c_str());
        EXPECT_TRUE(json_finish(&j));
    });
    const std::string head = "{\n  \"k\": \"", tail = "\"\n}\n";
    EXPECT_EQ(all.substr(0, head.size()), head);
    return all.substr(head.size(), all.size() - head.size() - tail.size());
}

TEST(Json, ObjectsTakeLinesAndRowsTakeOne)
{
    std::string text = text_of([](FILE *out) {
        json j;
        json_begin(&j, out);
        json_u64(&j, "a", UINT64_MAX);
        json_object(&j, "empty");
        json_end(&j);
        json_object(&j, "b");
        json_row(&j, "row");
        json_u64(&j, "x", 1);
        json_row(&j, "inner");
        json_bool(&j, "y", false);
        json_end(&j);
        json_null(&j, "z");
        json_end(&j);
        json_hex(&j, "h", 0xab);
        json_end(&j);
        EXPECT_TRUE(json_finish(&j));
    });
    EXPECT_EQ(text, "{\n"
                    "  \"a\": 18446744073709551615,\n"
                    "  \"empty\": {},\n"
                    "  \"b\": {\n"
                    "    \"row\": {\"x\": 1, \"inner\": {\"y\": false}, \"z\": null},\n"
                    "    \"h\": \"0x00000000000000ab\"\n"
                    "  }\n"
                    "}\n");
    EXPECT_EQ(json_reader(text).leaf.size(), 5u);
}

TEST(Json, WhatJsonForbidsIsEscaped)
{
    EXPECT_EQ(string_as_json("a\"b\\c/"), "a\\\"b\\\\c/");
    EXPECT_EQ(string_as_json("\n\t\x01\x7f"), "\\u000a\\u0009\\u0001\x7f");
}

TEST(Json, Utf8StaysAndOtherBytesAreReplaced)
{
    const std::string good = "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80 \xed\x9f\xbf \xf4\x8f\xbf\xbf";
    EXPECT_EQ(string_as_json(good), good);
    EXPECT_EQ(string_as_json("\xff"), "\\ufffd");
    EXPECT_EQ(string_as_json("\x80x"), "\\ufffdx");
    EXPECT_EQ(string_as_json("\xc3"), "\\ufffd");                         /* Cut. */
    EXPECT_EQ(string_as_json("\xc0\xaf"), "\\ufffd\\ufffd");              /* Overlong. */
    EXPECT_EQ(string_as_json("\xed\xa0\x80"), "\\ufffd\\ufffd\\ufffd");   /* Surrogate. */
    EXPECT_EQ(string_as_json("\xf4\x90\x80\x80").substr(0, 6), "\\ufffd"); /* Too great. */
}

TEST(Json, AFullDiskIsTold)
{
    FILE *out = fopen("/dev/full", "w");
    if (out == nullptr)
        GTEST_SKIP() << "no /dev/full";
    json j;
    json_begin(&j, out);
    json_u64(&j, "a", 1);
    EXPECT_FALSE(json_finish(&j));
    fclose(out);
}
