/* Which operations come out of which lines. */
#include "traces/tests/trace_files.h"

namespace {

constexpr u64 fetch(u64 va, u64 count)
{
    return LACKEY_OP(LACKEY_FETCH, count, va);
}

constexpr u64 read_of(u64 va)
{
    return LACKEY_OP(LACKEY_READ, 0, va);
}

constexpr u64 write_of(u64 va)
{
    return LACKEY_OP(LACKEY_WRITE, 0, va);
}

using ops = std::vector<u64>;

ops ops_of(const std::string &text)
{
    temp_file file(text);
    lackey_outcome o = lackey_read_all(file);
    EXPECT_EQ(o.error, "");
    return o.ops;
}

std::string line(const char *format, unsigned long long va)
{
    char text[64];
    std::snprintf(text, sizeof(text), format, va);
    return text;
}

/* A mix in which runs are long and short, with every kind and every border. */
std::string long_trace(u64 line_count)
{
    std::string text = "==1== Lackey\n";
    for (u64 i = 0; i < line_count; i++) {
        u64 bits = rng_u64(7, 0, i, 0), va = 0x400000 + bits % 0x20000;
        switch (bits >> 60) {
        case 0:
            text += line(" L %08llx,8\n", va);
            break;
        case 1:
            text += line(" S %llx,16\n", 0x1fff000000 + va);
            break;
        case 2:
            text += line(" M %08llx,4\n", va);
            break;
        case 3:
            text += line(" M %08llx,32\n", va | 0xFFF);
            break;
        case 4:
            text += line("I  %08llx,4\n", va | 0xFFF);
            break;
        case 5:
            text += "==1== in between\n";
            break;
        default:
            text += line("I  %08llx,4\n", 0x400000 + i % 0x800);
            break;
        }
    }
    return text;
}

} // namespace

TEST(Lackey, EachLetterBecomesItsOperations)
{
    EXPECT_EQ(ops_of("I  0401ab70,3\n"), (ops{fetch(0x401ab70, 1)}));
    EXPECT_EQ(ops_of(" L 1fff0005e8,8\n"), (ops{read_of(0x1fff0005e8)}));
    EXPECT_EQ(ops_of(" S 1fff0005e8,8\n"), (ops{write_of(0x1fff0005e8)}));
    EXPECT_EQ(ops_of(" M 1fff0005e8,8\n"), (ops{read_of(0x1fff0005e8), write_of(0x1fff0005e8)}));
}

TEST(Lackey, AnAccessOverAPageEndBecomesTwo)
{
    EXPECT_EQ(ops_of("I  00001fff,2\n"), (ops{fetch(0x1fff, 1), fetch(0x2000, 0)}));
    EXPECT_EQ(ops_of(" L 00001fff,2\n"), (ops{read_of(0x1fff), read_of(0x2000)}));
    EXPECT_EQ(ops_of(" S 00001fff,2\n"), (ops{write_of(0x1fff), write_of(0x2000)}));
    EXPECT_EQ(ops_of(" M 00001fff,2\n"),
              (ops{read_of(0x1fff), read_of(0x2000), write_of(0x1fff), write_of(0x2000)}));
}

TEST(Lackey, AnAccessUpToThePageEndStaysOne)
{
    EXPECT_EQ(ops_of(" L 00001ff8,8\n"), (ops{read_of(0x1ff8)}));
    EXPECT_EQ(ops_of(" L 00001ff9,8\n"), (ops{read_of(0x1ff9), read_of(0x2000)}));
    EXPECT_EQ(ops_of(" L 00001000,4096\n"), (ops{read_of(0x1000)}));
    EXPECT_EQ(ops_of(" L 00001001,4096\n"), (ops{read_of(0x1001), read_of(0x2000)}));
    EXPECT_EQ(ops_of(" L ffffffffffff,1\n"), (ops{read_of(0xffffffffffff)}));
}

TEST(Lackey, FetchesOfOnePageBecomeOneRun)
{
    EXPECT_EQ(ops_of("I  00001000,4\nI  00001004,4\nI  00001ffc,4\n"), (ops{fetch(0x1000, 3)}));
    EXPECT_EQ(ops_of("I  00001ffc,4\nI  00001000,4\n"), (ops{fetch(0x1ffc, 2)}));
}

TEST(Lackey, ARunEndsWithThePage)
{
    EXPECT_EQ(ops_of("I  00001ffc,4\nI  00002000,4\nI  00002004,4\n"),
              (ops{fetch(0x1ffc, 1), fetch(0x2000, 2)}));
    EXPECT_EQ(ops_of("I  800000001000,4\nI  00001000,4\n"),
              (ops{fetch(0x800000001000, 1), fetch(0x1000, 1)}));
}

TEST(Lackey, ARunEndsWithADataAccess)
{
    EXPECT_EQ(ops_of("I  00001000,4\n L 00009000,8\nI  00001004,4\n"),
              (ops{fetch(0x1000, 1), read_of(0x9000), fetch(0x1004, 1)}));
}

TEST(Lackey, ASplitFetchJoinsNoRun)
{
    EXPECT_EQ(ops_of("I  00001ff0,4\nI  00001ffe,4\nI  00002002,4\n"),
              (ops{fetch(0x1ff0, 1), fetch(0x1ffe, 1), fetch(0x2000, 0), fetch(0x2002, 1)}));
}

TEST(Lackey, CommentsAndEmptyLinesEndNoRun)
{
    EXPECT_EQ(ops_of("==1== x\nI  00001000,4\n==1== y\n\nI  00001004,4\n== \n"),
              (ops{fetch(0x1000, 2)}));
}

TEST(Lackey, ARunIsFullAt4095)
{
    std::string text;
    for (int i = 0; i < 4095; i++)
        text += "I  00001000,4\n";
    EXPECT_EQ(ops_of(text), (ops{fetch(0x1000, 4095)}));
    EXPECT_EQ(ops_of(text + "I  00001008,4\n"), (ops{fetch(0x1000, 4095), fetch(0x1008, 1)}));
    EXPECT_EQ(ops_of(text + "I  00001008,4\nI  0000100c,4\n"),
              (ops{fetch(0x1000, 4095), fetch(0x1008, 2)}));
}

TEST(Lackey, CarriageReturnsAreAccepted)
{
    EXPECT_EQ(ops_of("==1== x\r\n\r\nI  00001000,4\r\n L 00009000,8\r\n"),
              (ops{fetch(0x1000, 1), read_of(0x9000)}));
}

TEST(Lackey, AddressesOfAnyLengthAreAccepted)
{
    EXPECT_EQ(ops_of(" L 9,1\n"), (ops{read_of(0x9)}));
    EXPECT_EQ(ops_of(" L 1234567,1\n"), (ops{read_of(0x1234567)}));
    EXPECT_EQ(ops_of(" L 123456789abc,1\n"), (ops{read_of(0x123456789abc)}));
    EXPECT_EQ(ops_of(" L 0000123456789abc,1\n"), (ops{read_of(0x123456789abc)}));
    EXPECT_EQ(ops_of(" L ABCDEF01,1\n"), (ops{read_of(0xabcdef01)}));
}

/* 3000 lines are one read of the file; 60 000 lines cross the borders of the buffer. */
TEST(Lackey, OperationsDoNotDependOnTheSizeOfABatch)
{
    for (u64 line_count : {3000, 60000}) {
        temp_file file(long_trace(line_count));
        lackey_outcome least = lackey_read_all(file, 8);
        EXPECT_EQ(least.error, "");
        EXPECT_GT(least.ops.size(), line_count / 4);
        for (size_t batch : {9, 13, 4096}) {
            lackey_outcome other = lackey_read_all(file, batch);
            EXPECT_TRUE(other.ops == least.ops) << batch;
            EXPECT_EQ(other.lines, least.lines);
        }
    }
}

/* The border of the buffer falls on every byte of a line. */
TEST(Lackey, OperationsDoNotDependOnTheBorderOfTheBuffer)
{
    std::string body;
    while (body.size() < (256 << 10) - 100)
        body += "I  00001000,4\n L 00009000,8\n";
    ops tail = {fetch(0x5000, 2), write_of(0x1fff000ff0), read_of(0x7000), write_of(0x7000)};
    std::string end;
    for (int i = 0; i < 8; i++)
        end += "I  00005000,4\nI  00005004,4\n S 1fff000ff0,8\n M 00007000,8\n";

    for (size_t shift = 0; shift < 64; shift++) {
        temp_file file("==" + std::string(shift, 'x') + "\n" + body + end);
        lackey_outcome o = lackey_read_all(file, 4096);
        ASSERT_EQ(o.error, "");
        ASSERT_EQ(ops(o.ops.end() - 4, o.ops.end()), tail) << shift;
        ASSERT_EQ(o.ops.size(), body.size() / 14 / 2 * 2 + 8 * 4) << shift;
    }
}

TEST(Lackey, APackedFileGivesTheSame)
{
    std::string text = long_trace(60000);
    temp_file plain(text), packed(zstd_packed(text)),
        two_frames(zstd_packed(text.substr(0, 100001)) + zstd_packed(text.substr(100001)));
    lackey_outcome o = lackey_read_all(plain);
    EXPECT_EQ(o.error, "");
    EXPECT_TRUE(lackey_read_all(packed).ops == o.ops);
    EXPECT_TRUE(lackey_read_all(two_frames).ops == o.ops);
}

TEST(Lackey, LinesAreCountedWithTheirComments)
{
    temp_file file("==1== x\n\nI  00001000,4\n L 00009000,8\n");
    EXPECT_EQ(lackey_read_all(file).lines, 4u);
}

TEST(Lackey, RewindStartsFromNothing)
{
    std::string text = "I  00001000,4\n L 00009000,8\nI  00001004,4\nI  00001008,4\n";
    for (const std::string &bytes : {text, zstd_packed(text)}) {
        temp_file file(bytes);
        err e{};
        lackey *l = lackey_open(file.path(), &e);
        ASSERT_NE(l, nullptr) << e.text;
        u64 first[8], second[8];
        ASSERT_EQ(lackey_read(l, first, 8, &e), 3);
        EXPECT_EQ(lackey_line(l), 4u);
        ASSERT_TRUE(lackey_rewind(l, &e)) << e.text;
        EXPECT_EQ(lackey_line(l), 0u);
        ASSERT_EQ(lackey_read(l, second, 8, &e), 3);
        EXPECT_EQ(ops(first, first + 3), ops(second, second + 3));
        EXPECT_EQ(lackey_read(l, second, 8, &e), 0);
        EXPECT_EQ(lackey_read(l, second, 8, &e), 0);
        ASSERT_TRUE(lackey_rewind(l, &e)) << e.text;
        EXPECT_EQ(lackey_read(l, second, 8, &e), 3);
        lackey_close(l);
    }
}

/* After a rewind in the middle of a run, the run is not continued. */
TEST(Lackey, RewindForgetsTheOpenRun)
{
    std::string text;
    for (int i = 0; i < 8; i++)
        text += " L 00009000,8\n";
    temp_file file("I  00001000,4\n" + text + "I  00001004,4\n" + text);
    err e{};
    lackey *l = lackey_open(file.path(), &e);
    ASSERT_NE(l, nullptr) << e.text;
    u64 op[8];
    for (int times = 0; times < 3; times++) {
        ASSERT_GT(lackey_read(l, op, 8, &e), 0);
        ASSERT_EQ(op[0], fetch(0x1000, 1));
        lackey_read(l, op, 8, &e);
        ASSERT_TRUE(lackey_rewind(l, &e));
    }
    lackey_close(l);
}

TEST(Lackey, ABatchOfLessThanEightIsOurError)
{
    temp_file file(" L 9,1\n");
    err e{};
    lackey *l = lackey_open(file.path(), &e);
    u64 op[8];
    EXPECT_DEATH(lackey_read(l, op, 7, &e), "READ_MIN");
    EXPECT_EQ(lackey_read(l, op, 8, &e), 1);
    lackey_close(l);
}
