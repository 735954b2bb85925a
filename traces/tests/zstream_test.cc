#include "traces/zstream.h"

#include "traces/tests/trace_files.h"

namespace {

std::string noise(size_t size)
{
    std::string text(size, '\0');
    for (size_t i = 0; i < size; i++)
        text[i] = static_cast<char>(rng_u64(3, 0, i, 0) % 64 + ' ');
    return text;
}

struct outcome {
    std::string bytes, error;
    err_code code;
};

outcome read_all(const temp_file &file, size_t step, u64 line = 0)
{
    outcome o{"", "", ERR_NONE};
    err e{};
    zstream *z = zstream_open(file.path(), &e);
    s64 n = -1;
    std::vector<char> to(step);
    while (z != nullptr && (n = zstream_read(z, to.data(), step, line, &e)) > 0)
        o.bytes.append(to.data(), static_cast<size_t>(n));
    if (n < 0) {
        o.error = file.shorten(e.text);
        o.code = e.code;
        if (z != nullptr) { /* A fault stays. */
            EXPECT_LT(zstream_read(z, to.data(), step, line, &e), 0);
        }
    }
    zstream_close(z);
    return o;
}

} // namespace

TEST(Zstream, GivesTheBytesOfPlainAndPackedFiles)
{
    for (size_t size : {0, 1, 3, 4, 5, 131071, 131072, 131073, 700000}) {
        std::string text = noise(size);
        for (size_t step : {1000, 262144}) {
            temp_file plain(text), packed(zstd_packed(text));
            EXPECT_TRUE(read_all(plain, step).bytes == text) << size;
            EXPECT_TRUE(read_all(packed, step).bytes == text) << size;
            EXPECT_EQ(read_all(packed, step).error, "");
        }
    }
}

TEST(Zstream, GivesFrameAfterFrameAndSkipsTheSkippable)
{
    std::string skippable("\x53\x2a\x4d\x18\x03\x00\x00\x00xyz", 11);
    std::string empty = zstd_packed("");
    temp_file file(skippable + zstd_packed("one ") + empty + skippable + zstd_packed("two"));
    outcome o = read_all(file, 100);
    EXPECT_EQ(o.error, "");
    EXPECT_EQ(o.bytes, "one two");
}

/* Cut at every byte: what could be unpacked is delivered, then the fault is told. */
TEST(Zstream, AFrameThatEndsEarlyIsAnError)
{
    std::string packed = zstd_packed(noise(300));
    for (size_t size = 4; size < packed.size(); size++) {
        temp_file file(packed.substr(0, size));
        outcome o = read_all(file, 100, 12);
        EXPECT_EQ(o.error.substr(0, 43), "FILE:12: the compressed stream ends early, ") << size;
        EXPECT_EQ(o.code, ERR_USAGE);
    }
    temp_file whole(packed), second(packed + packed.substr(0, 10));
    EXPECT_EQ(read_all(whole, 100).error, "");
    EXPECT_EQ(read_all(second, 100).bytes, noise(300));
    EXPECT_NE(read_all(second, 100).error.find("ends early"), std::string::npos);
}

TEST(Zstream, BytesBeforeTheCutAreDelivered)
{
    std::string text = noise(2000000), packed = zstd_packed(text);
    temp_file file(packed.substr(0, packed.size() / 2));
    outcome o = read_all(file, 262144, 1);
    EXPECT_NE(o.error.find("ends early"), std::string::npos);
    EXPECT_GT(o.bytes.size(), text.size() / 3);
    EXPECT_TRUE(o.bytes == text.substr(0, o.bytes.size()));
}

TEST(Zstream, ADamagedFrameIsAnError)
{
    std::string packed = zstd_packed(noise(300)) + "garbage";
    temp_file file(packed);
    outcome o = read_all(file, 100, 7);
    EXPECT_EQ(o.bytes, noise(300));
    EXPECT_EQ(o.error.substr(0, 39), "FILE:7: the compressed stream is corrup");
    EXPECT_EQ(o.code, ERR_USAGE);
}

/* 8 MiB is the window of zstd -19; more is refused, so that a file cannot eat the memory. */
TEST(Zstream, AWindowOfMoreThanEightMebibytesIsRefused)
{
    std::string text = noise(1000);
    for (int window_log : {ZSTREAM_WINDOW_LOG + 0, ZSTREAM_WINDOW_LOG + 1}) {
        ZSTD_CCtx *c = ZSTD_createCCtx();
        ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, window_log);
        ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, 0);
        std::string out(8000, '\0');
        ZSTD_inBuffer in = {text.data(), text.size(), 0};
        ZSTD_outBuffer to = {&out[0], out.size(), 0};
        ASSERT_FALSE(ZSTD_isError(ZSTD_compressStream2(c, &to, &in, ZSTD_e_flush)));
        ASSERT_EQ(ZSTD_compressStream2(c, &to, &in, ZSTD_e_end), 0u);
        ZSTD_freeCCtx(c);
        temp_file file(out.substr(0, to.pos));
        outcome o = read_all(file, 100);
        EXPECT_EQ(o.error == "", window_log == ZSTREAM_WINDOW_LOG) << o.error;
    }
}

TEST(Zstream, RewindStartsAgainInTheMiddleOfAFrameAndAfterAFault)
{
    std::string text = noise(500000), packed = zstd_packed(text);
    for (const std::string &bytes : {text, packed, packed.substr(0, packed.size() - 9)}) {
        temp_file file(bytes);
        err e{};
        zstream *z = zstream_open(file.path(), &e);
        ASSERT_NE(z, nullptr);
        std::string to(text.size(), '\0');
        zstream_read(z, &to[0], 1000, 0, &e);
        ASSERT_TRUE(zstream_rewind(z, &e)) << e.text;
        while (zstream_read(z, &to[0], to.size(), 0, &e) > 0)
            continue;
        ASSERT_TRUE(zstream_rewind(z, &e)) << e.text;
        ASSERT_EQ(zstream_read(z, &to[0], 1000, 0, &e), 1000);
        EXPECT_EQ(to.substr(0, 1000), text.substr(0, 1000));
        zstream_close(z);
    }
}
