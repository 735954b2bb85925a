/*
 * Real tables of any granule in a sparse memory, both stages, made entry by entry on the way to a
 * leaf. Levels, indices and masks are counted here, from the page size alone. Sizes above 48 bits
 * make a PE and tables that have addresses of 52, with uppermost bits that are set.
 */
#ifndef MMU_TESTS_WORLD_HPP
#define MMU_TESTS_WORLD_HPP

#include "mmu/mmu.h"

#include <unordered_map>

struct world {
    enum { AF = 1 << 10, S1_ATTR = AF | 1 << 6 | 1 << 11, S2_ATTR = AF | 3 << 6 | 15 << 2 };

    struct mmu_regs r = {};
    struct mmu_features f = mmu_features_default;
    std::unordered_map<u64, u64> memory;
    u32 page1, page2, va_bits, ipa_bits; /* Page sizes, log2. */
    u32 s2_leaf = 3;                     /* Of the pages that hold stage-1 tables, and of data. */
    u64 next_table = 1ull << 28, next_pa = 1ull << 31;
    u32 updates = 0;
    bool wide1 = false, wide2 = false; /* Formats of the descriptors. */
    s32 s2_first = -2;                 /* Start level of stage 2; -2: KVM's. */

    world(enum mmu_granule g1, u32 va, enum mmu_granule g2 = MMU_4K, u32 ipa = 0)
        : page1(mmu_page_shift(g1)), page2(mmu_page_shift(g2)), va_bits(va), ipa_bits(ipa)
    {
        if (va > 48 || ipa > 48) {
            f.pa_bits = 52;
            f.has_lva = f.has_lpa = f.has_lpa2 = 1;
        }
        wide1 = g1 == MMU_64K ? f.has_lpa : va > 48;
        wide2 = g2 == MMU_64K ? f.has_lpa : ipa > 48;
        if (wide1 && (ipa == 0 || ipa > 48)) /* 51, 49, 48, as far as there are such IPAs. */
            next_table |= (0xbull << 48) & ((1ull << (ipa == 0 ? 52 : ipa)) - 1);
        r.tcr_el1 = mmu_tcr_for(g1, va);
        if (wide1)
            r.tcr_el1 = (r.tcr_el1 & ~(7ull << 32)) | 6ull << 32;
        r.sctlr_el1 = MMU_SCTLR_M;
        r.mair_el1 = ~0ull;
        if (ipa != 0) {
            r.hcr_el2 = MMU_HCR_VM;
            r.vtcr_el2 = mmu_vtcr_for(g2, ipa);
            if (wide2)
                r.vtcr_el2 = (r.vtcr_el2 & ~(7ull << 16)) | 6ull << 16;
            r.vttbr_el2 = base(take_table(page2 + 4));
        }
        r.ttbr0_el1 = base(take_table(page1));
        r.ttbr1_el1 = base(take_table(page1));
        prepare();
    }
    void prepare() { mmu_regs_prepare_for(&r, &f); }
    /* Five levels of 4 KiB instead of four with tables side by side. */
    void without_concatenation()
    {
        r.vtcr_el2 = (r.vtcr_el2 & ~(3ull << 6)) | MMU_VTCR_SL2;
        s2_first = -1;
        prepare();
    }

    /* PA[51:48] in a base register, and addresses in a descriptor. */
    static u64 base(u64 at) { return (at & 0xffffffffffff) | (at >> 48) << 2; }
    static u64 based(u64 reg) { return (reg & 0xffffffffffc0) | (reg >> 2 & 15) << 48; }
    static u64 pack(u64 at, u32 page, bool wide)
    {
        if (!wide)
            return at;
        return page == 16 ? (at & 0xffffffff0000) | (at >> 48) << 12
                          : (at & 0x3fffffffff000) | (at >> 50) << 8;
    }
    static u64 unpack(u64 desc, u32 page, bool wide)
    {
        u64 in_page = (1ull << page) - 1;
        if (!wide)
            return desc & 0xffffffffffff & ~in_page;
        return page == 16 ? (desc & 0xffffffff0000) | (desc >> 12 & 15) << 48
                          : (desc & 0x3ffffffffffff & ~in_page) | (desc >> 8 & 3) << 50;
    }

    u64 take_table(u32 bits)
    {
        next_table = (next_table + (1ull << bits) - 1) & ~((1ull << bits) - 1);
        u64 at = next_table;
        next_table += 1ull << bits;
        return at;
    }
    static u32 shift(u32 page, u32 level) { return page + (3 - level) * (page - 3); }
    u32 s1_start() const { return 3 - (va_bits - page1 - 1) / (page1 - 3); }
    u32 s2_start() const
    {
        u32 levels = (ipa_bits - 8) / (page2 - 3);
        if (s2_first != -2)
            return u32(s2_first);
        return 4 - (levels < 2 ? 2 : levels);
    }

    /* Where the stage-2 descriptor of this level for an IPA is. */
    u64 s2_entry(u64 ipa, u32 level)
    {
        u64 table = based(r.vttbr_el2) & ~((1ull << page2) - 1);
        for (u32 l = s2_start();; l++) {
            u64 index = ipa >> shift(page2, l);
            if (l != s2_start())
                index &= (1ull << (page2 - 3)) - 1;
            u64 at = table + index * 8;
            if (l == level)
                return at;
            if (memory[at] == 0)
                memory[at] = pack(take_table(page2), page2, wide2) | 3;
            table = unpack(memory[at], page2, wide2);
        }
    }
    /* Everything of the guest is mapped to itself plus this, so that no PA is an IPA. */
    static constexpr u64 OFFSET = 1ull << 30;

    /* The PA of an IPA; mapped if it is not yet. */
    u64 to_pa(u64 ipa)
    {
        if (ipa_bits == 0)
            return ipa;
        u64 inside = (1ull << shift(page2, s2_leaf)) - 1;
        u64 at = s2_entry(ipa, s2_leaf);
        if (memory[at] == 0)
            memory[at] = pack((ipa + OFFSET) & ~inside, page2, wide2) | S2_ATTR |
                         (s2_leaf == 3 ? 3 : 1);
        return (unpack(memory[at], page2, wide2) & ~inside) | (ipa & inside);
    }

    u64 s1_entry(u64 va, u32 level)
    {
        u64 table = based(va >> 55 & 1 ? r.ttbr1_el1 : r.ttbr0_el1) & ~0xfffull;
        u64 in = va & ((1ull << va_bits) - 1);
        for (u32 l = s1_start();; l++) {
            u64 index = in >> shift(page1, l) & ((1ull << (page1 - 3)) - 1);
            u64 at = table + index * 8;
            if (l == level)
                return at;
            u64 &desc = memory[to_pa(at)];
            if (desc == 0)
                desc = pack(take_table(page1), page1, wide1) | 3;
            table = unpack(desc, page1, wide1);
        }
    }
    u64 &s1(u64 va, u32 level) { return memory[to_pa(s1_entry(va, level))]; }
    u64 &s2(u64 ipa) { return memory[s2_entry(ipa, s2_leaf)]; }

    /* The leaf of this level for va points to ipa; returns the PA of va. */
    u64 map(u64 va, u64 ipa, u32 level = 3, u64 attributes = S1_ATTR)
    {
        u64 inside = (1ull << shift(page1, level)) - 1;
        s1(va, level) = pack(ipa & ~inside, page1, wide1) | attributes | (level == 3 ? 3 : 1);
        return to_pa((ipa & ~inside) | (va & inside));
    }

    u64 read(u64 pa) const
    {
        auto found = memory.find(pa);
        return found == memory.end() ? 0 : found->second;
    }
    enum mmu_need finish(struct mmu_walk *w, enum mmu_need need)
    {
        while (need == MMU_NEED_READ || need == MMU_NEED_UPDATE) {
            if (need == MMU_NEED_UPDATE) {
                memory[w->need_pa] = w->need_value;
                updates++;
            }
            need = mmu_walk_step(w, &r, read(w->need_pa));
        }
        return need;
    }
    enum mmu_need walk(struct mmu_walk *w, u64 va, enum mmu_access access = MMU_READ, u32 el = 0)
    {
        return finish(w, mmu_walk_begin(w, &r, va, access, el));
    }
    enum mmu_need walk(struct mmu_walk *w, const struct mmu_request &q)
    {
        return finish(w, mmu_walk_begin_request(w, &r, &q));
    }
};

#endif
