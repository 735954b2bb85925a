/* The generators: which operations a task executes, and how many. */
#include "model/tests/random_spec.hpp"

#include <numeric>

namespace {

/* All operations of task 0 up to its end, or the first `most`. */
std::vector<u64> operations(const std::function<void(task_spec &)> &change, size_t most = 100000)
{
    auto p = plain_spec(SYNC);
    change(p->task[0]);
    Machine m(std::move(p));
    cpu_stream &stream = m.tsk().stream;
    std::vector<u64> ops;

    while (ops.size() < most) {
        if (stream.head == stream.count)
            workload_fill(&m.r->c, 0);
        ops.push_back(stream.op[stream.head++]);
        if (OP_KIND(ops.back()) == OP_END)
            break;
    }
    return ops;
}

u64 page_of(u64 op)
{
    return (OP_VA(op) - workload_va) / MMU_PAGE_SIZE;
}

size_t count_of(const std::vector<u64> &ops, op_kind kind)
{
    size_t n = 0;
    for (u64 op : ops)
        n += OP_KIND(op) == (u32)kind;
    return n;
}

/* touch: this many accesses of 64 pages. */
std::function<void(task_spec &)> touch(pattern how, u64 accesses, u32 write_percent = 0)
{
    return [=](task_spec &t) {
        t.kind = TASK_TOUCH;
        t.pattern = (u8)how;
        t.footprint_bytes = 64 * MMU_PAGE_SIZE;
        t.stride_bytes = MMU_PAGE_SIZE;
        t.accesses = accesses;
        t.write_percent = write_percent;
        t.zipf_theta_milli = 990;
    };
}

std::vector<u64> hits_of_pages(const std::vector<u64> &ops)
{
    std::vector<u64> hits(64);
    for (u64 op : ops)
        if (OP_KIND(op) != OP_END)
            hits.at(page_of(op))++;
    return hits;
}

} // namespace

TEST(WriteAll, WritesEveryStrideOfEveryPass)
{
    auto ops = operations([](task_spec &t) {
        t.footprint_bytes = 3 * MMU_PAGE_SIZE;
        t.stride_bytes = 64;
        t.passes = 2;
    });
    ASSERT_EQ(ops.size(), 2u * 3 * 64 + 1);
    for (size_t i = 0; i + 1 < ops.size(); i++)
        EXPECT_EQ(ops[i], OP(OP_WRITE, 0, workload_va + i % 192 * 64));
    EXPECT_EQ(OP_KIND(ops.back()), (u32)OP_END);
}

/* The last stride is written if it begins within the footprint. */
TEST(WriteAll, AStrideNeedNotDivideTheFootprint)
{
    for (u64 stride : {4095, 4096, 4097, 3000}) {
        auto ops = operations([=](task_spec &t) {
            t.footprint_bytes = 2 * MMU_PAGE_SIZE;
            t.stride_bytes = stride;
        });
        EXPECT_EQ(ops.size() - 1, (2 * MMU_PAGE_SIZE + stride - 1) / stride) << stride;
    }
}

TEST(WriteAll, ThinksAfterEachAccess)
{
    auto ops = operations([](task_spec &t) {
        t.footprint_bytes = 4 * MMU_PAGE_SIZE;
        t.think_ps = 700 * PS_PER_NS;
    });
    ASSERT_EQ(ops.size(), 9u);
    for (size_t i = 0; i < 8; i += 2) {
        EXPECT_EQ(OP_KIND(ops[i]), (u32)OP_WRITE);
        EXPECT_EQ(ops[i + 1], OP(OP_THINK, 0, 700 * PS_PER_NS));
    }
}

TEST(Touch, SequentialGoesInOrderAndAround)
{
    auto ops = operations(touch(PATTERN_SEQUENTIAL, 130));
    ASSERT_EQ(ops.size(), 131u);
    for (size_t i = 0; i < 130; i++)
        EXPECT_EQ(page_of(ops[i]), i % 64);
}

TEST(Touch, ChaseVisitsAllPagesBeforeAnyTwice)
{
    auto ops = operations(touch(PATTERN_CHASE, 128));
    EXPECT_EQ(hits_of_pages(ops), std::vector<u64>(64, 2));
    size_t in_order = 0;
    for (size_t i = 0; i < 64; i++) {
        EXPECT_EQ(page_of(ops[i]), page_of(ops[i + 64]));
        in_order += page_of(ops[i + 1]) == page_of(ops[i]) + 1;
    }
    EXPECT_LT(in_order, 64u) << "not a walk";
}

TEST(Touch, RandomMeetsAllPagesAboutEqually)
{
    for (u64 hits : hits_of_pages(operations(touch(PATTERN_RANDOM, 6400)))) {
        EXPECT_GT(hits, 50u);
        EXPECT_LT(hits, 160u);
    }
}

/* theta 0.99 over 64 ranks: the first one has 1 / H, about 21 % of all. */
TEST(Touch, ZipfHasItsHotPages)
{
    auto hits = hits_of_pages(operations(touch(PATTERN_ZIPF, 6400)));
    std::sort(hits.rbegin(), hits.rend());
    EXPECT_GT(hits[0], 1150u);
    EXPECT_LT(hits[0], 1550u);
    EXPECT_GT(hits[0], 3 * hits[3]) << "rank 4 has about a quarter of rank 1";
    EXPECT_EQ(std::accumulate(hits.begin(), hits.end(), 0ull), 6400u);
}

TEST(Touch, MixesReadsAndWrites)
{
    EXPECT_EQ(count_of(operations(touch(PATTERN_RANDOM, 1000, 0)), OP_WRITE), 0u);
    EXPECT_EQ(count_of(operations(touch(PATTERN_RANDOM, 1000, 100)), OP_WRITE), 1000u);
    size_t writes = count_of(operations(touch(PATTERN_RANDOM, 1000, 30)), OP_WRITE);
    EXPECT_GT(writes, 250u);
    EXPECT_LT(writes, 350u);
}

TEST(Touch, WithoutACountHasNoEnd)
{
    EXPECT_EQ(operations(touch(PATTERN_RANDOM, 0), 5000).size(), 5000u);
}

TEST(Compute, ExecutesItsInstructions)
{
    auto p = plain_spec(SYNC);
    p->task[0].kind = TASK_COMPUTE;
    p->task[0].instructions = 12345;
    Machine m(std::move(p));
    EXPECT_EQ(m.finish(), SYS_DONE);
    EXPECT_EQ(m.work(), 12345u);
    EXPECT_EQ(m.counted(), 0u);
}

/* What a task was to do it has done, whatever the design. */
TEST(Work, IsThatOfTheConfiguration)
{
    for (design d : {SYNC, V4, ONE_PPI}) {
        auto p = plain_spec(d);
        p->idle = IDLE_POLL;
        pages(*p, 16).passes = 3;
        touch(PATTERN_ZIPF, 200)(add_task(*p, TASK_TOUCH));
        p->memory_limit_bytes = 48 * MMU_PAGE_SIZE;
        p->stop_task = UINT32_MAX;
        Machine m(std::move(p));
        EXPECT_EQ(m.finish(), SYS_DONE);
        EXPECT_EQ(m.work(0), 48u);
        EXPECT_EQ(m.work(1), 200u);
    }
}

/* --- Replay of traces --- */

namespace {

s64 read_trace(void *arg, u64 *op, size_t max, const char **text)
{
    static err e;
    *text = e.text;
    return lackey_read((lackey *)arg, op, max, &e);
}

bool rewind_trace(void *arg, const char **text)
{
    static err e;
    *text = e.text;
    return lackey_rewind((lackey *)arg, &e);
}

} // namespace

TEST(Trace, ReplaysWhatTheReaderCounts)
{
    const char *path = APFSIM_SOURCE_DIR "/configs/samples/sort.lackey.zst";
    err e{};
    lackey_summary all{};
    ASSERT_TRUE(lackey_summarize(path, &all, &e)) << e.text;
    lackey *trace = lackey_open(path, &e);
    ASSERT_NE(trace, nullptr) << e.text;
    op_source source = {trace, read_trace, rewind_trace};

    auto p = plain_spec(V4);
    p->task[0].kind = TASK_TRACE;
    p->task[0].passes = 2;
    Machine m(std::move(p), &source);
    EXPECT_EQ(m.finish(), SYS_DONE);
    lackey_close(trace);
    const cpu_count &n = m.tsk().count;
    EXPECT_EQ(n.instructions, 2 * all.instructions);
    EXPECT_EQ(m.work(), n.instructions);
    EXPECT_GE(n.reads, 2 * (all.loads + all.modifies));
    EXPECT_GE(n.writes, 2 * (all.stores + all.modifies));
    EXPECT_LE(n.reads + n.writes,
              2 * (all.loads + all.stores + 2 * all.modifies + 2 * all.split_accesses));
    EXPECT_EQ(m.tsk().data_pages, all.pages) << "each page has got its frame once";
}
