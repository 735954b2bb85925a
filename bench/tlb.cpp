#include "bench/tlb.hpp"

namespace bench {

namespace {

enum {
    STREAMS = 256, /* As many operations as no branch predictor learns by heart. */
    ENTRIES = 512, /* Descriptors in a table. */
};
const u64 first_va = 0x10000000;
const cpu_cost cost = {166, 1333, 333, 1666};

mmu_out page(u64 pa)
{
    mmu_out out = {};

    out.pa = pa;
    out.read = out.write = out.user = 1;
    return out;
}

} // namespace

hot_pages::hot_pages(u32 pages)
    : stream_(STREAMS), tags_(std::make_unique<tags>()), tlb_(std::make_unique<mmu_tlb>())
{
    const mmu_tlb_spec n1 = {48, 48, 256, 5};

    mmu_tlb_init(tlb_.get(), &n1);
    tags_init(tags_.get());
    for (u32 i = 0; i < pages; i++) {
        u64 va = first_va + u64(i) * MMU_PAGE_SIZE;
        mmu_out out = page(va);
        mmu_tlb_fill(tlb_.get(), va, 1, MMU_WRITE, &out);
        tags_fill(tags_.get(), va);
    }
    for (u32 i = 0; i < STREAMS; i++)
        for (u32 k = 0; k < CPU_STREAM_LEN; k++) {
            u64 n = u64(i) * CPU_STREAM_LEN + k;
            u64 bits = rng_u64(1, RNG_TOUCH_PAGE, 0, n);
            u64 kind = rng_below(rng_u64(1, RNG_TOUCH_RW, 0, n), 3) == 0 ? OP_WRITE : OP_READ;
            u64 va = first_va + rng_below(bits, pages) * MMU_PAGE_SIZE + (bits & 0xff8);
            op_.push_back(OP(kind, 0, va));
            stream_[i].op[k] = op_.back();
        }
}

u64 hot_pages::run_cpu()
{
    cpu_count count = {};
    u64 t_ps = 0;

    for (cpu_stream &s : stream_) {
        s.head = 0;
        s.count = CPU_STREAM_LEN;
        cpu_stop stop = cpu_run(tlb_.get(), &cost, &s, 1, &t_ps, TIME_NEVER, &count);
        ASSERT(stop == CPU_STOP_EMPTY);
    }
    return t_ps + count.writes;
}

/* Guest physical and physical addresses are the same: only the path to them counts here. */
nested_table::nested_table() : memory_(64 * ENTRIES)
{
    const u64 va = first_va, data_ipa = 1ull << 39;

    used_ = 16 * MMU_PAGE_SIZE; /* Room for a root of tables side by side, aligned to its size. */
    regs_.tcr_el1 = mmu_tcr(48);
    regs_.sctlr_el1 = MMU_SCTLR_M;
    regs_.hcr_el2 = MMU_HCR_VM;
    regs_.vtcr_el2 = mmu_vtcr(40);
    regs_.vttbr_el2 = 0;
    regs_.ttbr0_el1 = new_table();
    map_ipa(data_ipa);
    *leaf(regs_.ttbr0_el1, va, 0) = data_ipa | MMU_DESC_VALID | MMU_DESC_TABLE | MMU_S1_AP_USER |
                                    MMU_DESC_AF | MMU_S1_SH_INNER | MMU_S1_NG;
    for (u64 at = regs_.ttbr0_el1; at < used_; at += MMU_PAGE_SIZE)
        map_ipa(at);
    mmu_regs_prepare(&regs_);
}

u64 nested_table::new_table()
{
    u64 at = used_;

    used_ += MMU_PAGE_SIZE;
    ASSERT(used_ <= memory_.size() * sizeof(u64));
    return at;
}

u64 *nested_table::entry(u64 table, u64 va, u32 level)
{
    return &memory_[table / sizeof(u64) + (va >> (39 - 9 * level) & (ENTRIES - 1))];
}

/* The last level's entry; makes the tables on the way. */
u64 *nested_table::leaf(u64 table, u64 va, u32 level)
{
    for (; level < 3; level++) {
        u64 *d = entry(table, va, level);
        if (*d == 0)
            *d = new_table() | MMU_DESC_VALID | MMU_DESC_TABLE;
        table = *d & MMU_DESC_ADDR;
    }
    return entry(table, va, 3);
}

/* The root has two tables side by side: 40 bits are one more than three levels hold. */
void nested_table::map_ipa(u64 ipa)
{
    u64 root = (ipa >> 39) * MMU_PAGE_SIZE;

    *leaf(root, ipa, mmu_s2_start_level(regs_.vtcr_el2)) =
        ipa | MMU_DESC_VALID | MMU_DESC_TABLE | MMU_DESC_AF | MMU_S2_MEMATTR_WB | MMU_S1_SH_INNER |
        MMU_S2_READ | MMU_S2_WRITE;
}

u32 nested_table::walk()
{
    mmu_walk w;
    mmu_need need = mmu_walk_begin(&w, &regs_, first_va, MMU_READ, 0);

    while (need == MMU_NEED_READ)
        need = mmu_walk_step(&w, &regs_, memory_[w.need_pa / sizeof(u64)]);
    ASSERT(need == MMU_DONE);
    return w.access_count;
}

} // namespace bench
