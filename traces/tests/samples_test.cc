/* The traces in configs/samples are what their README says, and read alike in every batch. */
#include "traces/tests/trace_files.h"

namespace {

struct sample {
    const char *name;
    u64 instructions, loads, stores, modifies, split_accesses, data_pages, code_pages, pages;
};

const sample samples[] = {
    {"sqlite.lackey.zst", 852454, 229253, 115323, 2970, 740, 188, 252, 440},
    {"sort.lackey.zst", 1187276, 189436, 121468, 1820, 376, 401, 115, 516},
};

std::string path_of(const sample &s)
{
    return std::string(APFSIM_SOURCE_DIR "/configs/samples/") + s.name;
}

/* What replays of a trace have in common, whatever their batches. */
struct replay {
    u64 fetches, fetched, reads, writes, hash;
};

replay replay_of(const sample &s, size_t batch)
{
    replay r{0, 0, 0, 0, 0};
    err e{};
    lackey *l = lackey_open(path_of(s).c_str(), &e);
    EXPECT_NE(l, nullptr) << e.text;
    std::vector<u64> op(batch);
    s64 n = 0;
    while (l != nullptr && (n = lackey_read(l, op.data(), batch, &e)) > 0)
        for (s64 i = 0; i < n; i++) {
            u64 kind = op[i] >> 60;
            r.fetches += kind == LACKEY_FETCH;
            r.fetched += op[i] >> 48 & 0xFFF;
            r.reads += kind == LACKEY_READ;
            r.writes += kind == LACKEY_WRITE;
            r.hash = (r.hash ^ op[i]) * 0x100000001B3ull;
        }
    EXPECT_EQ(n, 0) << e.text;
    lackey_close(l);
    return r;
}

} // namespace

TEST(Samples, AreWhatTheirReadmeSays)
{
    for (const sample &want : samples) {
        lackey_summary s{};
        err e{};
        ASSERT_TRUE(lackey_summarize(path_of(want).c_str(), &s, &e)) << e.text;
        EXPECT_EQ(s.comments, 5u);
        EXPECT_EQ(s.lines, 5 + want.instructions + want.loads + want.stores + want.modifies);
        EXPECT_EQ(s.instructions, want.instructions);
        EXPECT_EQ(s.loads, want.loads);
        EXPECT_EQ(s.stores, want.stores);
        EXPECT_EQ(s.modifies, want.modifies);
        EXPECT_EQ(s.split_accesses, want.split_accesses);
        EXPECT_EQ(s.data_pages, want.data_pages);
        EXPECT_EQ(s.code_pages, want.code_pages);
        EXPECT_EQ(s.pages, want.pages);
    }
}

/* Every instruction and every access of the file is in the operations, and nothing more. */
TEST(Samples, OperationsHoldEveryAccess)
{
    for (const sample &want : samples) {
        replay big = replay_of(want, 4096), least = replay_of(want, 8);
        EXPECT_EQ(big.fetched, want.instructions);
        EXPECT_LT(big.fetches, want.instructions / 2);
        EXPECT_GE(big.reads, want.loads + want.modifies);
        EXPECT_GE(big.writes, want.stores + want.modifies);
        EXPECT_LE(big.reads + big.writes,
                  want.loads + want.stores + 2 * (want.modifies + want.split_accesses));
        EXPECT_EQ(big.hash, least.hash);
    }
}
