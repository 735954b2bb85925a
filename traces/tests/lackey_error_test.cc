/* What a bad file is told: where, what was found, what was expected. */
#include "traces/tests/trace_files.h"

namespace {

struct bad_line {
    std::string line;
    int column;
    std::string says; /* Behind "FILE:line:column: ". */
};

std::string head(const std::string &text, size_t size)
{
    return text.substr(0, size);
}

} // namespace

TEST(LackeyError, EachBadLineHasItsSentence)
{
    const std::string digits(17, '0'), nines(30, '9');
    const std::vector<bad_line> table = {
        {"hello world", 1, "found \"hello\", expected an access"},
        {"--1-- warning", 1, "found \"--1--\", expected an access"},
        {"=1", 1, "found \"=1\", expected an access"},
        {"I", 1, "found \"I\", expected an access"},
        {" L", 1, "found \" L\", expected an access"},
        {"  L 00001000,8", 1, "found \" \", expected an access"},
        {"I 00001000,8", 1, "found \"I\", expected an access"},
        {" I 00001000,8", 1, "found \" I\", expected an access"},
        {"L  00001000,8", 1, "found \"L\", expected an access"},
        {" X 00001000,8", 1, "found \" X\", expected an access"},
        {" l 00001000,8", 1, "found \" l\", expected an access"},
        {std::string(" \0 00001000,8", 13), 1, "found \" \\x00\", expected an access"},
        {" L\t00001000,8", 1, "found \" L\\x09000010"},
        {"I  ", 4, "found the end of the line, expected a hexadecimal address"},
        {"I  zz12,4", 4,
         "found \"zz12,4\", expected a hexadecimal address, as in \" L 1fff0005e8,8\""},
        {" L  00001000,8", 4, "found \" 00001000,8\", expected a hexadecimal address"},
        {" L ,8", 4, "found \",8\", expected a hexadecimal address"},
        {" L 0x00001000,8", 5, "found \"x00001000,8\", expected a comma after"},
        {" L 00001000", 12, "found the end of the line, expected a comma after"},
        {" L 00001000 8", 12, "found \" 8\", expected a comma after"},
        {" L 0000100g,8", 11, "found \"g,8\", expected a comma after"},
        {" L o0001000,8", 4, "found \"o0001000,8\", expected a hexadecimal address"},
        {" L " + digits + ",8", 20, "found \"0,8\", expected a comma after"},
        {" L 1000000000000,8", 4, "found \"1000000000000,8\", expected an address below 2^48"},
        {" L ffffffffff600000,8", 4, "found \"ffffffffff600000,8\", expected an address below"},
        {" L ffffffffffff,2", 4, "found \"ffffffffffff,2\", expected an access that ends below"},
        {" L fffffffff001,4096", 4, "found \"fffffffff001,4096\", expected an access that ends"},
        {" L 00001000,", 13, "found the end of the line, expected a size of 1 to 4096 bytes"},
        {" L 00001000,x", 13, "found \"x\", expected a size of 1 to 4096 bytes"},
        {" L 00001000,-8", 13, "found \"-8\", expected a size of 1 to 4096 bytes"},
        {" L 00001000,0", 13, "found \"0\", expected a size of 1 to 4096 bytes"},
        {" L 00001000,00", 13, "found \"00\", expected a size of 1 to 4096 bytes"},
        {" L 00001000,4097", 13, "found \"4097\", expected a size of 1 to 4096 bytes"},
        {" L 00001000," + nines, 13, "found \"999999999999999999999999\", expected a size"},
        {" L 00001000,8 ", 14, "found \" \", expected the end of the line after the size"},
        {" L 00001000,8,8", 14, "found \",8\", expected the end of the line after the size"},
        {" L 00001000,8I  00001000,4", 14, "found \"I\", expected the end of the line"},
        {" L 00001000,8\r\r", 14, "found \"\\x0d\", expected the end of the line"},
        {std::string(257, 'x'), 257, "found a line of more than 256 bytes, expected an access"},
        {std::string(256, 'x'), 1, "found \"xxxxxxxxxxxxxxxxxxxxxxxx\", expected an access"},
    };

    for (const bad_line &bad : table) {
        temp_file file("==1== Lackey\nI  00001000,4\n" + bad.line + "\nI  00001000,4\n");
        lackey_outcome o = lackey_read_all(file);
        std::string want = "FILE:3:" + std::to_string(bad.column) + ": " + bad.says;
        EXPECT_EQ(head(o.error, want.size()), want);
        EXPECT_EQ(o.code, ERR_USAGE);
        EXPECT_EQ(o.lines, 2u) << bad.line;
    }
}

TEST(LackeyError, TheProgramsOwnOutputIsNamedAsSuch)
{
    temp_file file("I  00001000,4\n42 rows\n");
    EXPECT_NE(lackey_read_all(file).error.find("--log-file"), std::string::npos);
}

TEST(LackeyError, WhatCameBeforeABadLineIsDeliveredInEveryBatch)
{
    std::string text;
    for (int i = 0; i < 20; i++)
        text += " L 00001000,8\n";
    temp_file file(text + "oops\n");
    for (size_t batch : {8, 9, 64}) {
        lackey_outcome o = lackey_read_all(file, batch);
        EXPECT_EQ(o.ops.size(), 20u);
        EXPECT_EQ(head(o.error, 10), "FILE:21:1:");
    }
}

TEST(LackeyError, ABadLineIsToldAgain)
{
    temp_file file("oops\n");
    err first{}, second{};
    lackey *l = lackey_open(file.path(), &first);
    u64 op[8];
    EXPECT_LT(lackey_read(l, op, 8, &first), 0);
    EXPECT_LT(lackey_read(l, op, 8, &second), 0);
    EXPECT_STREQ(first.text, second.text);
    lackey_close(l);
}

TEST(LackeyError, ALongCommentIsNoError)
{
    temp_file file("==1== Command: " + std::string(5000, 'x') + "\n L 00001000,8\n");
    EXPECT_EQ(lackey_read_all(file).error, "");
}

TEST(LackeyError, ALineOfMoreThanABufferIsAnError)
{
    const size_t buffer = 256 << 10;
    for (size_t size : {buffer - 1, buffer}) {
        temp_file file(" L 00001000,8\n==" + std::string(size - 2, 'x') + "\n L 00001000,8\n");
        lackey_outcome o = lackey_read_all(file);
        EXPECT_EQ(o.error == "", size < buffer) << o.error;
        EXPECT_EQ(o.ops.size(), size < buffer ? 2u : 1u);
    }
}

TEST(LackeyError, AFileWithoutAccessesIsAnError)
{
    for (const char *text : {"", "\n", "==1== Lackey\n", "==1== Lackey\r\n\r\n"}) {
        temp_file file(text);
        lackey_outcome o = lackey_read_all(file);
        EXPECT_NE(o.error.find("found no access lines"), std::string::npos) << o.error;
        EXPECT_EQ(o.code, ERR_USAGE);
    }
}

/* Every place where a whole file can be cut inside its last line, the comment included. */
TEST(LackeyError, ACutLastLineIsAnError)
{
    std::string good = "I  00001000,4\n";
    for (const std::string &last : {std::string(" L 1fff0005e8,88"), std::string("==1== end")})
        for (size_t size = 1; size <= last.size(); size++) {
            temp_file file(good + head(last, size));
            lackey_outcome o = lackey_read_all(file);
            std::string want = "FILE:2:" + std::to_string(size + 1) + ": the file ends inside";
            EXPECT_EQ(head(o.error, want.size()), want);
            EXPECT_EQ(o.code, ERR_USAGE);
        }
}

TEST(LackeyError, AMissingFileIsAnErrorOfTheHost)
{
    err e{};
    EXPECT_EQ(lackey_open("/nonexistent/trace.lackey", &e), nullptr);
    EXPECT_EQ(e.code, ERR_IO);
    EXPECT_STREQ(e.text, "/nonexistent/trace.lackey: cannot open: No such file or directory");
}

TEST(LackeyError, ADirectoryIsAnErrorOfTheHost)
{
    err e{};
    EXPECT_EQ(lackey_open("/", &e), nullptr);
    EXPECT_EQ(e.code, ERR_IO);
    EXPECT_STREQ(e.text, "/: cannot read: Is a directory");
}

/* From a pipe it can be read once. */
TEST(LackeyError, APipeCannotBeReadTwice)
{
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    ASSERT_EQ(write(ends[1], " L 00001000,8\n", 14), 14);
    close(ends[1]);
    err e{};
    std::string path = "/proc/self/fd/" + std::to_string(ends[0]);
    lackey *l = lackey_open(path.c_str(), &e);
    ASSERT_NE(l, nullptr) << e.text;
    u64 op[8];
    EXPECT_EQ(lackey_read(l, op, 8, &e), 1);
    EXPECT_FALSE(lackey_rewind(l, &e));
    EXPECT_EQ(e.code, ERR_IO);
    EXPECT_EQ(std::string(e.text), path + ": cannot be read twice: Illegal seek");
    lackey_close(l);
    close(ends[0]);
}

TEST(LackeyError, WrongMagicIsReadAsText)
{
    std::string packed = zstd_packed(" L 00001000,8\n");
    packed[0] = '\x29';
    temp_file file(packed + "\n");
    EXPECT_EQ(head(lackey_read_all(file).error, 27), "FILE:1:1: found \")\\xb5/\\xfd");
}

/* The line that is named is the last whole one, and all operations up to it were delivered. */
TEST(LackeyError, ACutPackedTraceNamesItsLastWholeLine)
{
    std::string text;
    for (u64 i = 0; i < 100000; i++) {
        char line[32];
        std::snprintf(line, sizeof(line), " L %08llx,8\n",
                      static_cast<unsigned long long>(rng_u64(5, 0, i, 0) & 0xFFFFFF8));
        text += line;
    }
    std::string packed = zstd_packed(text);
    temp_file file(packed.substr(0, packed.size() / 2));
    lackey_outcome o = lackey_read_all(file);
    std::string want = "FILE:" + std::to_string(o.lines) + ": the compressed stream ends early";
    EXPECT_EQ(head(o.error, want.size()), want);
    EXPECT_EQ(o.code, ERR_USAGE);
    EXPECT_GT(o.lines, 10000u);
    EXPECT_EQ(o.ops.size(), o.lines);
}
