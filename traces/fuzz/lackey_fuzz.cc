/* Any bytes as a lackey file: no crash, and the same operations whatever the size of a batch. */
#include "traces/fuzz/fuzz.h"

#include "traces/traces.h"

#include <zstd.h>

namespace {

struct outcome {
    std::vector<u64> ops;
    bool good;
    std::string error;
    u64 lines;
};

outcome read_all(const std::string &path, size_t batch)
{
    outcome o{{}, false, "", 0};
    err e{};
    lackey *l = lackey_open(path.c_str(), &e);
    if (l == nullptr) {
        o.error = e.text;
        return o;
    }
    std::vector<u64> op(batch);
    s64 n;
    while ((n = lackey_read(l, op.data(), batch, &e)) > 0)
        o.ops.insert(o.ops.end(), op.begin(), op.begin() + n);
    o.good = n == 0;
    o.error = o.good ? "" : e.text;
    o.lines = lackey_line(l);
    lackey_close(l);
    return o;
}

void check_ops(const std::vector<u64> &ops)
{
    for (u64 op : ops) {
        u64 kind = op >> 60, count = op >> 48 & 0xFFF;
        FUZZ_CHECK(kind >= LACKEY_FETCH && kind <= LACKEY_WRITE);
        FUZZ_CHECK(kind == LACKEY_FETCH || count == 0);
    }
}

std::string packed(const std::string &text)
{
    std::string out(ZSTD_compressBound(text.size()), '\0');
    out.resize(ZSTD_compress(&out[0], out.size(), text.data(), text.size(), 3));
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static memory_file file;
    file.set(data, size);

    outcome small = read_all(file.path(), 8), big = read_all(file.path(), 512);
    FUZZ_CHECK(small.ops == big.ops);
    FUZZ_CHECK(small.good == big.good && small.error == big.error);
    FUZZ_CHECK(small.lines == big.lines);
    FUZZ_CHECK(small.good == small.error.empty());
    check_ops(small.ops);

    lackey_summary s{};
    err e{};
    FUZZ_CHECK(lackey_summarize(file.path().c_str(), &s, &e) == small.good);
    FUZZ_CHECK(!small.good || s.lines == small.lines);
    return 0;
}

std::vector<std::string> fuzz_seeds()
{
    std::string run = "==1== Lackey\n";
    for (int i = 0; i < 200; i++)
        run += "I  0401ab70,3\n L 1fff0005e8,8\n";
    std::vector<std::string> seeds = {
        "I  0401ab70,3\nI  0401ab73,5\n S 1fff0005e8,8\n M 04bae027,32\n",
        "I  00000ffe,4\n L 00000fff,2\r\n S 7ffffffff000,4096\n M ffffffffffff,1\n",
        "==1== a comment\n\n\r\nI  1,1\n L FFF,10\n",
        run,
    };
    for (size_t i = 0, count = seeds.size(); i < count; i++)
        seeds.push_back(packed(seeds[i]));
    return seeds;
}
