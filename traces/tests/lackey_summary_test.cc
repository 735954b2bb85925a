#include "traces/tests/trace_files.h"

namespace {

lackey_summary summary_of(const std::string &text)
{
    temp_file file(text);
    lackey_summary s{};
    err e{};
    EXPECT_TRUE(lackey_summarize(file.path(), &s, &e)) << e.text;
    return s;
}

} // namespace

TEST(LackeySummary, CountsEachKindOfLine)
{
    lackey_summary s = summary_of("==1== x\n\nI  00001000,4\nI  00001004,4\n L 00002000,8\n"
                                  " S 00003000,8\n S 00003008,8\n M 00004000,8\n M 00004000,8\n"
                                  " M 00004000,8\n");
    EXPECT_EQ(s.lines, 10u);
    EXPECT_EQ(s.comments, 2u);
    EXPECT_EQ(s.instructions, 2u);
    EXPECT_EQ(s.loads, 1u);
    EXPECT_EQ(s.stores, 2u);
    EXPECT_EQ(s.modifies, 3u);
    EXPECT_EQ(s.split_accesses, 0u);
}

TEST(LackeySummary, ThePagesAreTheUnionOfCodeAndData)
{
    lackey_summary s = summary_of("I  00001000,4\n L 00001800,8\n L 00002000,8\nI  00003000,4\n");
    EXPECT_EQ(s.code_pages, 2u);
    EXPECT_EQ(s.data_pages, 2u);
    EXPECT_EQ(s.pages, 3u);
}

TEST(LackeySummary, ASplitAccessTouchesTwoPages)
{
    lackey_summary s = summary_of("I  00001fff,2\n L 00007ffc,8\n");
    EXPECT_EQ(s.split_accesses, 2u);
    EXPECT_EQ(s.code_pages, 2u);
    EXPECT_EQ(s.data_pages, 2u);
    EXPECT_EQ(s.pages, 4u);
}

TEST(LackeySummary, TheRangeGoesFromTheFirstToTheLastByte)
{
    lackey_summary s = summary_of(" L 00007ffc,8\nI  00001fff,2\n S 1fff0005e8,8\n");
    EXPECT_EQ(s.va_min, 0x1fffu);
    EXPECT_EQ(s.va_max, 0x1fff0005efull);
    s = summary_of(" L 0,1\n L ffffffffffff,1\n");
    EXPECT_EQ(s.va_min, 0u);
    EXPECT_EQ(s.va_max, 0xffffffffffffull);
    EXPECT_EQ(s.pages, 2u);
}

/* The set starts with room for 512 pages: both sides of its first growths. */
TEST(LackeySummary, ThePageSetGrows)
{
    for (u64 page_count : {511, 512, 513, 1024, 1025, 20000}) {
        std::string text;
        for (int pass = 0; pass < 2; pass++)
            for (u64 page = 0; page < page_count; page++) {
                char line[32];
                std::snprintf(line, sizeof(line), " S %08llx,4\n",
                              static_cast<unsigned long long>(page * 7 << 12));
                text += line;
            }
        lackey_summary s = summary_of(text);
        EXPECT_EQ(s.pages, page_count);
        EXPECT_EQ(s.data_pages, page_count);
        EXPECT_EQ(s.code_pages, 0u);
    }
}

TEST(LackeySummary, ErrorsAreThoseOfTheReader)
{
    for (const char *text : {"", "oops\n", " L 00001000,8\n L 00001000", " L 00001000,0\n"}) {
        temp_file file(text);
        lackey_summary s{};
        err e{};
        EXPECT_FALSE(lackey_summarize(file.path(), &s, &e));
        EXPECT_EQ(file.shorten(e.text), lackey_read_all(file).error);
    }
    lackey_summary s{};
    err e{};
    EXPECT_FALSE(lackey_summarize("/nonexistent", &s, &e));
    EXPECT_EQ(e.code, ERR_IO);
}
