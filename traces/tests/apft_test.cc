/* What is written is read, and in few bytes. */
#include "traces/apft_format.h"

#include "traces/tests/trace_files.h"

namespace {

using records = std::vector<trace_rec>;

bool same(const trace_rec &x, const trace_rec &y)
{
    return x.at_ps == y.at_ps && x.a == y.a && x.b == y.b && x.actor == y.actor &&
           x.type == y.type && x.zero == y.zero;
}

void write_file(const temp_file &file, const std::string &text, const records &rec)
{
    std::string copy = text;
    struct apft_header h = {&copy[0], copy.size()};
    err e{};
    apft_writer *w = apft_create(file.path(), &h, &e);
    ASSERT_NE(w, nullptr) << e.text;
    ASSERT_TRUE(apft_put_many(w, rec.data(), rec.size(), &e)) << e.text;
    ASSERT_TRUE(apft_finish(w, &e)) << e.text;
}

records read_file(const temp_file &file, size_t batch, std::string *text = nullptr)
{
    records all, some(batch);
    err e{};
    apft_reader *r = apft_open(file.path(), &e);
    EXPECT_NE(r, nullptr) << e.text;
    if (r == nullptr)
        return all;
    if (text != nullptr)
        text->assign(apft_header(r)->text, apft_header(r)->size);
    s64 n;
    while ((n = apft_read(r, some.data(), batch, &e)) > 0)
        all.insert(all.end(), some.begin(), some.begin() + n);
    EXPECT_EQ(n, 0) << e.text;
    EXPECT_EQ(apft_read(r, some.data(), batch, &e), 0);
    apft_close(r);
    return all;
}

void expect_same(const records &got, const records &want)
{
    ASSERT_EQ(got.size(), want.size());
    for (size_t i = 0; i < got.size(); i++)
        ASSERT_TRUE(same(got[i], want[i])) << i;
}

/* 50 records for each fault: the same hops at the same distances, and a page that changes. */
records faults(u64 fault_count)
{
    records all;
    u64 at_ps = 0;
    for (u64 fault = 0; fault < fault_count; fault++)
        for (u64 hop = 0; hop < 50; hop++) {
            at_ps += 20000 + rng_u64(1, 0, hop, 0) % 400 * 2500;
            u64 a = hop % 2 == 0 ? 0x40000 + fault : hop % 5 == 0 ? fault << 12 : 0;
            all.push_back({at_ps, a, static_cast<u32>(hop % 3), static_cast<u16>(hop / 25),
                           static_cast<u8>(hop), 0});
        }
    return all;
}

/* Nothing in them can be foretold. */
records wild(u64 count)
{
    records all;
    u64 at_ps = 0;
    for (u64 i = 0; i < count; i++) {
        u64 bits = rng_u64(2, 0, i, 0);
        at_ps += bits % 5 == 0 ? 0 : rng_u64(2, 1, i, 0) >> (20 + bits % 44);
        all.push_back({at_ps, rng_u64(2, 2, i, 0), static_cast<u32>(rng_u64(2, 3, i, 0)),
                       static_cast<u16>(bits), static_cast<u8>(bits >> 16), 0});
    }
    return all;
}

} // namespace

TEST(Apft, GivesBackTheHeaderAndNoRecords)
{
    for (const std::string &text : {std::string(), std::string("actor 0 vcpu0\nkind 1 run\n"),
                                    std::string("a\0b", 3), std::string(APFT_TEXT_MAX, 'x')}) {
        temp_file file;
        write_file(file, text, {});
        std::string got;
        EXPECT_TRUE(read_file(file, 10, &got).empty());
        EXPECT_TRUE(got == text);
    }
}

TEST(Apft, TheTextOfAHeaderEndsWithAZeroByte)
{
    temp_file file;
    write_file(file, "abc", {});
    err e{};
    apft_reader *r = apft_open(file.path(), &e);
    ASSERT_NE(r, nullptr);
    EXPECT_STREQ(apft_header(r)->text, "abc");
    apft_close(r);
}

TEST(Apft, GivesBackTheExtremesOfEveryField)
{
    const u64 a[] = {0, 1, UINT64_MAX, 1ull << 63, (1ull << 63) - 1, 0x7F, 0x80};
    const u32 b[] = {0, UINT32_MAX, 1u << 31, (1u << 31) - 1, 1};
    const u16 actor[] = {0, 15, 16, 255, UINT16_MAX};
    const u8 type[] = {0, 1, UINT8_MAX};
    records all;
    for (u64 i = 0; i < 7 * 5 * 5 * 3; i++)
        all.push_back({i / 2, a[i % 7], b[i / 7 % 5], actor[i / 35 % 5], type[i / 175], 0});
    all.push_back({UINT64_MAX - 1, 0, 0, 0, 0, 0});
    all.push_back({UINT64_MAX, 0, 0, 0, 0, 0});
    all.push_back({UINT64_MAX, UINT64_MAX, 0, 0, 0, 0});
    temp_file file;
    write_file(file, "", all);
    expect_same(read_file(file, 7), all);
}

TEST(Apft, GivesBackManyChunksWhateverTheBatch)
{
    for (const records &all : {faults(2000), wild(50000)}) {
        temp_file file;
        write_file(file, "x", all);
        for (size_t batch : {1, 1000, 1000000})
            expect_same(read_file(file, batch), all);
    }
}

TEST(Apft, OneByOneGivesTheSameFile)
{
    records all = wild(10000);
    temp_file many, one;
    write_file(many, "x", all);
    char text[] = "x";
    struct apft_header h = {text, 1};
    err e{};
    apft_writer *w = apft_create(one.path(), &h, &e);
    ASSERT_NE(w, nullptr) << e.text;
    for (const trace_rec &r : all)
        ASSERT_TRUE(apft_put(w, &r, &e));
    ASSERT_TRUE(apft_finish(w, &e));
    EXPECT_TRUE(one.get() == many.get());
}

TEST(Apft, WhatRepeatsCostsLessThanTwoBytes)
{
    records all = faults(2000);
    temp_file file;
    write_file(file, "", all);
    EXPECT_LT(file.get().size(), all.size() * 2);
}

/* The bytes of docs/trace-format.md: a change here is a new version of the format. */
TEST(Apft, TheBytesAreThoseOfTheDocument)
{
    temp_file file;
    write_file(file, "ab", {{1000, 5, 1, 2, 7, 0}, {2000, 5, 0, 2, 7, 0}, {3000, 5, 0, 2, 7, 0}});
    std::string f = file.get();
    const u8 *p = reinterpret_cast<const u8 *>(f.data());
    EXPECT_EQ(f.substr(0, 4), "APFT");
    EXPECT_EQ(apft_load(p + 4, 4), 0u);
    EXPECT_EQ(apft_load(p + 8, 4), 2u);
    EXPECT_EQ(f.substr(20, 2), "ab");
    EXPECT_EQ(f.substr(22, 4), "APFC");
    const std::string plain("\x07\x17\xe8\x07\x0a\x02"
                            "\x07\x14\x01"
                            "\x07\x10",
                            11);
    EXPECT_EQ(apft_load(p + 26, 4), plain.size());
    size_t packed_size = apft_load(p + 30, 4);
    EXPECT_EQ(apft_load(p + 34, 4), 3u);
    std::string got(plain.size(), '\0');
    ASSERT_EQ(ZSTD_decompress(&got[0], got.size(), p + 46, packed_size), plain.size());
    EXPECT_EQ(got, plain);
    const u8 *footer = p + 46 + packed_size;
    EXPECT_EQ(std::string(footer, footer + 4), "APFE");
    EXPECT_EQ(apft_load(footer + 4, 4), 1u);
    EXPECT_EQ(apft_load(footer + 8, 8), 3u);
    EXPECT_EQ(f.size(), static_cast<size_t>(footer + 24 - p));
}

TEST(Apft, TimeThatGoesBackIsOurError)
{
    temp_file file;
    struct apft_header h = {nullptr, 0};
    err e{};
    apft_writer *w = apft_create(file.path(), &h, &e);
    trace_rec late = {5, 0, 0, 0, 0, 0}, early = {4, 0, 0, 0, 0, 0};
    EXPECT_TRUE(apft_put(w, &late, &e));
    EXPECT_TRUE(apft_put(w, &late, &e));
    EXPECT_DEATH(apft_put(w, &early, &e), "at_ps");
    apft_abandon(w);
}

TEST(Apft, ZigzagTurnsSmallIntoSmallAndBack)
{
    const u64 from[] = {0, UINT64_MAX, 1, UINT64_MAX - 1, 1ull << 63};
    const u64 to[] = {0, 1, 2, 3, UINT64_MAX};
    for (int i = 0; i < 5; i++) {
        EXPECT_EQ(apft_zigzag64(from[i]), to[i]);
        EXPECT_EQ(apft_unzigzag64(to[i]), from[i]);
    }
    const u32 from32[] = {0, UINT32_MAX, 1, UINT32_MAX - 1, 1u << 31};
    const u32 to32[] = {0, 1, 2, 3, UINT32_MAX};
    for (int i = 0; i < 5; i++) {
        EXPECT_EQ(apft_zigzag32(from32[i]), to32[i]);
        EXPECT_EQ(apft_unzigzag32(to32[i]), from32[i]);
    }
}

TEST(Apft, AFullDiskIsToldAtTheFirstWrite)
{
    struct apft_header h = {nullptr, 0};
    err e{};
    EXPECT_EQ(apft_create("/dev/full", &h, &e), nullptr);
    EXPECT_EQ(e.code, ERR_IO);
    EXPECT_STREQ(e.text, "/dev/full: cannot write the trace: No space left on device");
}

TEST(Apft, ADirectoryThatIsNotThereIsAnErrorOfTheHost)
{
    struct apft_header h = {nullptr, 0};
    err e{};
    EXPECT_EQ(apft_create("/nonexistent/x.apft", &h, &e), nullptr);
    EXPECT_EQ(e.code, ERR_IO);
    EXPECT_STREQ(e.text, "/nonexistent/x.apft: cannot create the trace: No such file or directory");
}
