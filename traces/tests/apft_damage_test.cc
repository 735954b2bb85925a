/* No damaged file is believed, and no failed write goes unheard. */
#include "traces/apft_format.h"

#include "traces/tests/trace_files.h"

#include <csignal>

#include <sys/resource.h>
#include <xxhash.h>

namespace {

struct outcome {
    std::vector<trace_rec> rec;
    std::string error;
    err_code code;
};

outcome read_all(const temp_file &file)
{
    outcome o{{}, "", ERR_NONE};
    err e{};
    trace_rec rec[100];
    s64 n = -1;
    apft_reader *r = apft_open(file.path(), &e);
    while (r != nullptr && (n = apft_read(r, rec, 100, &e)) > 0)
        o.rec.insert(o.rec.end(), rec, rec + n);
    if (n < 0) {
        o.error = file.shorten(e.text);
        o.code = e.code;
        EXPECT_TRUE(r == nullptr || apft_read(r, rec, 100, nullptr) == -1);
    }
    apft_close(r);
    return o;
}

std::string small_file()
{
    temp_file file;
    char text[] = "actor 0 vcpu0\n";
    struct apft_header h = {text, sizeof(text) - 1};
    err e{};
    apft_writer *w = apft_create(file.path(), &h, &e);
    for (u64 i = 0; i < 10; i++) {
        trace_rec r = {i * 1000, i * i, static_cast<u32>(i % 3), 1, static_cast<u8>(i % 2), 0};
        EXPECT_TRUE(apft_put(w, &r, &e));
    }
    EXPECT_TRUE(apft_finish(w, &e));
    return file.get();
}

constexpr size_t text_size = 14, chunk_at = APFT_HEADER_SIZE + text_size;

/* A file of these plain chunks, with checksums that are right, and so many records in each. */
struct chunk {
    std::string plain;
    u32 records;
};

std::string wrap(const std::vector<chunk> &chunks)
{
    std::string f(APFT_HEADER_SIZE, '\0');
    u8 bytes[APFT_CHUNK_SIZE];
    u64 records = 0;
    apft_store32(reinterpret_cast<u8 *>(&f[0]), APFT_MAGIC_HEADER);
    apft_store64(reinterpret_cast<u8 *>(&f[12]), XXH64("", 0, 0));
    for (const chunk &c : chunks) {
        std::string packed = zstd_packed(c.plain);
        apft_store32(bytes, APFT_MAGIC_CHUNK);
        apft_store32(bytes + 4, static_cast<u32>(c.plain.size()));
        apft_store32(bytes + 8, static_cast<u32>(packed.size()));
        apft_store32(bytes + 12, c.records);
        apft_store64(bytes + 16, XXH64(c.plain.data(), c.plain.size(), 0));
        f.append(reinterpret_cast<char *>(bytes), sizeof(bytes)).append(packed);
        records += c.records;
    }
    apft_store32(bytes, APFT_MAGIC_FOOTER);
    apft_store32(bytes + 4, static_cast<u32>(chunks.size()));
    apft_store64(bytes + 8, records);
    apft_store64(bytes + 16, XXH64(bytes, 16, 0));
    return f.append(reinterpret_cast<char *>(bytes), sizeof(bytes));
}

std::string bytes(std::initializer_list<int> list)
{
    return std::string(list.begin(), list.end());
}

} // namespace

TEST(ApftDamage, EachChangedBitIsSeen)
{
    const std::string good = small_file();
    temp_file whole(good);
    const outcome want = read_all(whole);
    ASSERT_EQ(want.rec.size(), 10u) << want.error;
    const size_t packed_at = chunk_at + APFT_CHUNK_SIZE, footer_at = good.size() - APFT_FOOTER_SIZE;

    for (size_t bit = 0; bit < good.size() * 8; bit++) {
        std::string bad = good;
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ 1 << bit % 8);
        temp_file file(bad);
        outcome o = read_all(file);
        /* A zstd frame has bits that its reader ignores; then nothing is lost. */
        bool in_frame = bit / 8 >= packed_at && bit / 8 < footer_at;
        if (in_frame && o.error.empty()) {
            EXPECT_EQ(o.rec.size(), 10u);
        } else {
            EXPECT_EQ(o.code, ERR_USAGE) << "bit " << bit;
        }
    }
}

TEST(ApftDamage, EachCutIsSeen)
{
    const std::string good = small_file();
    for (size_t size = 0; size < good.size(); size++) {
        temp_file file(good.substr(0, size));
        outcome o = read_all(file);
        EXPECT_NE(o.error.find("the file ends early"), std::string::npos) << size << o.error;
        EXPECT_EQ(o.code, ERR_USAGE);
    }
}

TEST(ApftDamage, BytesBehindTheFooterAreSeen)
{
    temp_file file(small_file() + "x");
    outcome o = read_all(file);
    EXPECT_EQ(o.rec.size(), 10u);
    EXPECT_NE(o.error.find("found more bytes"), std::string::npos);
}

TEST(ApftDamage, AMissingOrDoubledChunkIsSeen)
{
    const std::string good = small_file(), head = good.substr(0, chunk_at);
    const std::string body = good.substr(chunk_at, good.size() - chunk_at - APFT_FOOTER_SIZE);
    const std::string foot = good.substr(good.size() - APFT_FOOTER_SIZE);
    temp_file without(head + foot), twice(head + body + body + foot);
    EXPECT_NE(read_all(without).error.find("found 0 records in 0 chunks, expected 10 in 1"),
              std::string::npos);
    EXPECT_NE(read_all(twice).error.find("earlier than the one before"), std::string::npos);
}

TEST(ApftDamage, EachSentenceNamesThePlace)
{
    std::string bad = small_file();
    bad[0] = 'B';
    temp_file magic(bad);
    EXPECT_EQ(read_all(magic).error,
              "FILE: byte 20: found magic 54465042, expected \"APFT\": this is no event trace");
    bad = small_file();
    bad[4] = 1;
    temp_file version(bad);
    EXPECT_EQ(read_all(version).error.substr(0, 50),
              "FILE: byte 20: found format version 1, expected 0:");
    bad = small_file();
    bad[11] = 1;
    temp_file size(bad);
    EXPECT_NE(read_all(size).error.find("header text of 16777230 bytes"), std::string::npos);
}

/* type, actor << 3 | flags, [step], [a], [b]: flags 1, 2 and 4 say which of them follow. */
TEST(ApftDamage, EachBadRecordIsSeenBehindRightChecksums)
{
    const int ff = 0xFF;
    const std::string ok = bytes({3, 9, 100});
    const struct {
        std::vector<chunk> chunks;
        const char *says; /* "": the file is good. */
    } table[] = {
        {{{ok, 1}}, ""},
        {{{ok + ok, 2}}, ""},
        {{{ok + bytes({4}), 2}}, "the actor of record 1 is no number of 16 bits"},
        {{{ok, 0}}, "found a chunk of 0 records"},
        {{{ok, 2}}, "found a chunk of 2 records"},
        {{{ok + ok, 3}}, "record 2 of the chunk before it is not there"},
        {{{ok + ok, 1}}, "3 bytes are left over"},
        {{{bytes({3, 9}), 1}}, "record 0 holds a number that is cut off"},
        {{{bytes({3, 9, 0x80}), 1}}, "record 0 holds a number that is cut off"},
        {{{bytes({3, 10, 0x80}), 1}}, "record 0 holds a number that is cut off"},
        {{{bytes({3, 12, 0x80}), 1}}, "record 0 holds a number that is cut off"},
        {{{bytes({3, ff, ff, 31, 1, 1, 1}), 1}}, ""},
        {{{bytes({3, 0x80, 0x80, 32}), 1}}, "the actor of record 0 is no number of 16 bits"},
        {{{bytes({3, 9, ff, ff, ff, ff, ff, ff, ff, ff, ff, 1}), 1}}, ""},
        {{{bytes({3, 9, ff, ff, ff, ff, ff, ff, ff, ff, ff, 2}), 1}}, "cut off or too great"},
        {{{bytes({3, 9, ff, ff, ff, ff, ff, ff, ff, ff, ff, 0x81, 0}), 1}}, "too great"},
        {{{bytes({3, 12, ff, ff, ff, ff, 15}), 1}}, ""},
        {{{bytes({3, 12, ff, ff, ff, ff, 16}), 1}}, "too great"},
        {{{bytes({3, 9, ff, ff, ff, ff, ff, ff, ff, ff, ff, 1, 3, 9, 1}), 2}}, "record 1 is earl"},
        {{{ok, 1}, {ok, 1}}, ""},
        {{{ok, 1}, {bytes({3, 9, 101}), 1}}, ""},
        {{{ok, 1}, {bytes({3, 9, 99}), 1}}, "record 1 is earlier than the one before it"},
    };
    for (const auto &row : table) {
        temp_file file(wrap(row.chunks));
        outcome o = read_all(file);
        if (*row.says == '\0') {
            EXPECT_EQ(o.error, "");
        } else {
            EXPECT_NE(o.error.find(row.says), std::string::npos) << o.error << "|" << row.says;
        }
    }
}

TEST(ApftDamage, AChunkOfMoreThan128KiBIsRefused)
{
    for (size_t size : {APFT_PLAIN_MAX + 0, APFT_PLAIN_MAX + 2}) {
        temp_file file(wrap({{std::string(size, '\0'), static_cast<u32>(size / 2)}}));
        outcome o = read_all(file);
        EXPECT_EQ(o.error == "", size == APFT_PLAIN_MAX) << o.error;
        EXPECT_EQ(o.rec.size(), size == APFT_PLAIN_MAX ? size / 2 : 0);
    }
}

TEST(ApftDamage, AMissingFileAndADirectoryAreErrorsOfTheHost)
{
    err e{};
    EXPECT_EQ(apft_open("/nonexistent.apft", &e), nullptr);
    EXPECT_EQ(e.code, ERR_IO);
    EXPECT_STREQ(e.text, "/nonexistent.apft: cannot open: No such file or directory");
    EXPECT_EQ(apft_open("/", &e), nullptr);
    EXPECT_EQ(e.code, ERR_IO);
    EXPECT_STREQ(e.text, "/: byte 0: cannot read the trace: Is a directory");
}

TEST(ApftDamage, AnAbandonedFileIsNotBelieved)
{
    temp_file file;
    struct apft_header h = {nullptr, 0};
    err e{};
    apft_writer *w = apft_create(file.path(), &h, &e);
    trace_rec r = {5, 0, 0, 0, 0, 0};
    EXPECT_TRUE(apft_put(w, &r, &e));
    apft_abandon(w);
    EXPECT_NE(read_all(file).error.find("its writer was stopped"), std::string::npos);
}

/* A limit on the size of files stands for a disk that gets full after the header. */
TEST(ApftDamage, AWriteThatFailsLaterIsToldAndRemembered)
{
    temp_file file;
    struct apft_header h = {nullptr, 0};
    err e{};
    rlimit old{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
    rlimit little = {100, old.rlim_max};
    auto handler = std::signal(SIGXFSZ, SIG_IGN);
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &little), 0);

    apft_writer *w = apft_create(file.path(), &h, &e);
    bool created = w != nullptr, good = created;
    for (u64 i = 0; good && i < 1000000; i++) {
        trace_rec r = {i, rng_u64(1, 0, i, 0), 0, 0, 0, 0};
        good = apft_put(w, &r, &e);
    }
    err later{}, last{};
    trace_rec r = {UINT64_MAX, 0, 0, 0, 0, 0};
    for (int i = 0; created && i < 100000; i++)
        apft_put(w, &r, &later);
    bool finished = created && apft_finish(w, &last);
    setrlimit(RLIMIT_FSIZE, &old);
    std::signal(SIGXFSZ, handler);

    EXPECT_TRUE(created);
    EXPECT_FALSE(good);
    EXPECT_EQ(e.code, ERR_IO);
    EXPECT_EQ(file.shorten(e.text), "FILE: cannot write the trace: File too large");
    EXPECT_STREQ(later.text, e.text);
    EXPECT_FALSE(finished);
    EXPECT_STREQ(last.text, e.text);
}

TEST(ApftDamage, AFooterThatDoesNotFitIsTold)
{
    temp_file file;
    struct apft_header h = {nullptr, 0};
    err e{};
    rlimit old{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
    rlimit little = {APFT_HEADER_SIZE + APFT_FOOTER_SIZE - 1, old.rlim_max};
    auto handler = std::signal(SIGXFSZ, SIG_IGN);
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &little), 0);
    apft_writer *w = apft_create(file.path(), &h, &e);
    bool created = w != nullptr, finished = created && apft_finish(w, &e);
    setrlimit(RLIMIT_FSIZE, &old);
    std::signal(SIGXFSZ, handler);
    EXPECT_TRUE(created);
    EXPECT_FALSE(finished);
    EXPECT_EQ(e.code, ERR_IO);
}
