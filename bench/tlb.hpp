/* The TLB of neoverse-n1 full of hot pages, with a stream of operations that hit them; and a nested
 * page table to walk. */
#ifndef BENCH_TLB_HPP
#define BENCH_TLB_HPP

#include <memory>
#include <vector>

#include "bench/tags.h"

namespace bench {

/* Reads and writes (one in three) of random pages among `pages` hot ones. */
class hot_pages {
public:
    explicit hot_pages(u32 pages);

    /* One pass over the stream. Both return something that depends on each operation. */
    u64 check_tags() const
    {
        return tags_run(tags_.get(), op_.data(), op_.size());
    }
    u64 run_cpu();
    u64 l2_hits() const
    {
        return tlb_->l2_hits;
    }
    size_t size() const
    {
        return op_.size();
    }

private:
    std::vector<u64> op_;
    std::vector<cpu_stream> stream_; /* The same operations. */
    std::unique_ptr<tags> tags_;
    std::unique_ptr<mmu_tlb> tlb_;
};

/* One page mapped through four levels of stage 1 and three of stage 2 (48 and 40 bits). */
class nested_table {
public:
    nested_table();

    /* Walks to the page once; returns how many descriptors were read. */
    u32 walk();

private:
    u64 new_table();
    u64 *entry(u64 table, u64 va, u32 level);
    u64 *leaf(u64 table, u64 va, u32 level);
    void map_ipa(u64 ipa);

    mmu_regs regs_ = {};
    std::vector<u64> memory_;
    u64 used_ = 0;
};

} // namespace bench
#endif
