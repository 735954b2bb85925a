/*
 * Any bytes as an event trace: no crash; the records that come out are in order, whatever the size
 * of a batch; and a file that is accepted can be written again with the same records. The harness
 * also repairs the checksums of the input and tries again, so that damage gets past them.
 */
#include "traces/fuzz/fuzz.h"

#include "traces/apft_format.h"

#include <xxhash.h>
#include <zstd.h>

namespace {

struct outcome {
    std::vector<trace_rec> rec;
    bool good;
    std::string error, text;
};

bool same(const trace_rec &x, const trace_rec &y)
{
    return x.at_ps == y.at_ps && x.a == y.a && x.b == y.b && x.actor == y.actor &&
           x.type == y.type && x.zero == y.zero;
}

outcome read_all(const std::string &path, size_t batch)
{
    outcome o{{}, false, "", ""};
    err e{};
    apft_reader *r = apft_open(path.c_str(), &e);
    if (r == nullptr) {
        o.error = e.text;
        return o;
    }
    o.text.assign(apft_header(r)->text, apft_header(r)->size);
    std::vector<trace_rec> rec(batch);
    s64 n;
    while ((n = apft_read(r, rec.data(), batch, &e)) > 0)
        o.rec.insert(o.rec.end(), rec.begin(), rec.begin() + n);
    o.good = n == 0;
    o.error = o.good ? "" : e.text;
    apft_close(r);
    return o;
}

void write_again(const outcome &o)
{
    static memory_file file;
    std::string text = o.text;
    struct apft_header h = {&text[0], text.size()};
    err e{};
    apft_writer *w = apft_create(file.path().c_str(), &h, &e);
    FUZZ_CHECK(w != nullptr && apft_put_many(w, o.rec.data(), o.rec.size(), &e));
    FUZZ_CHECK(apft_finish(w, &e));

    outcome again = read_all(file.path(), 512);
    FUZZ_CHECK(again.good && again.text == o.text && again.rec.size() == o.rec.size());
    for (size_t i = 0; i < o.rec.size(); i++)
        FUZZ_CHECK(same(again.rec[i], o.rec[i]));
}

void check(const void *data, size_t size)
{
    static memory_file file;
    file.set(data, size);

    outcome one = read_all(file.path(), 1), many = read_all(file.path(), 512);
    FUZZ_CHECK(one.good == many.good && one.error == many.error);
    FUZZ_CHECK(one.rec.size() == many.rec.size());
    for (size_t i = 0; i < one.rec.size(); i++) {
        FUZZ_CHECK(same(one.rec[i], many.rec[i]));
        FUZZ_CHECK(i == 0 || one.rec[i].at_ps >= one.rec[i - 1].at_ps);
    }
    if (one.good)
        write_again(one);
}

/* A file around these bytes as the plain bytes of its only chunk, with right checksums. */
std::string wrap(const uint8_t *plain, size_t size, u32 records)
{
    std::string f(APFT_HEADER_SIZE + APFT_CHUNK_SIZE + ZSTD_compressBound(size) + APFT_FOOTER_SIZE,
                  '\0');
    u8 *p = reinterpret_cast<u8 *>(&f[0]);
    apft_store32(p, APFT_MAGIC_HEADER);
    apft_store64(p + 12, XXH64("", 0, 0));
    u8 *chunk = p + APFT_HEADER_SIZE;
    size_t packed =
        ZSTD_compress(chunk + APFT_CHUNK_SIZE, ZSTD_compressBound(size), plain, size, 1);
    apft_store32(chunk, APFT_MAGIC_CHUNK);
    apft_store32(chunk + 4, static_cast<u32>(size));
    apft_store32(chunk + 8, static_cast<u32>(packed));
    apft_store32(chunk + 12, records);
    apft_store64(chunk + 16, XXH64(plain, size, 0));
    u8 *footer = chunk + APFT_CHUNK_SIZE + packed;
    apft_store32(footer, APFT_MAGIC_FOOTER);
    apft_store32(footer + 4, 1);
    apft_store64(footer + 8, records);
    apft_store64(footer + 16, XXH64(footer, 16, 0));
    f.resize(static_cast<size_t>(footer + APFT_FOOTER_SIZE - p));
    return f;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check(data, size);
    for (u32 records = 1; records <= 4; records++) {
        std::string file = wrap(data, size, records);
        check(file.data(), file.size());
    }
    return 0;
}

std::vector<std::string> fuzz_seeds()
{
    std::vector<std::string> seeds;
    for (u64 count : {0, 1, 3, 500}) {
        memory_file file;
        char text[] = "apfsim 0\nactor 0 vcpu0\n";
        struct apft_header h = {text, sizeof(text) - 1};
        err e{};
        apft_writer *w = apft_create(file.path().c_str(), &h, &e);
        FUZZ_CHECK(w != nullptr);
        for (u64 i = 0; i < count; i++) {
            trace_rec r = {i * i * 1000,
                           rng_u64(1, 0, i, 0) >> i % 60,
                           static_cast<u32>(i * 77),
                           static_cast<u16>(i * i * 31),
                           static_cast<u8>(i % 9),
                           0};
            FUZZ_CHECK(apft_put(w, &r, &e));
        }
        FUZZ_CHECK(apft_finish(w, &e));
        seeds.push_back(file.get());
    }
    /* Plain records: type, actor and flags, then step, a and b as the flags say. */
    seeds.push_back(std::string("\x03\x08\x03\x0f\xe8\x07\x02\x04\x03\x09\x01\x02\xff", 13));
    seeds.push_back(std::string("\x00\x01\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 12));
    return seeds;
}
