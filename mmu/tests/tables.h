/*
 * Guest and host page tables in a sparse memory, and a loop around the walk. Tables and pages are
 * spread over sixteen slots of the IPA space, so that no two of them share a stage-2 descriptor
 * below the start level, and no address equals another by accident (PA is never IPA).
 */
#ifndef MMU_TESTS_TABLES_H
#define MMU_TESTS_TABLES_H

#include "mmu/mmu.h"

#include <cstring>
#include <functional>
#include <unordered_map>

constexpr u64 S1_PAGE = MMU_DESC_AF | MMU_S1_AP_USER | MMU_S1_SH_INNER | MMU_S1_NG;
constexpr u64 S2_PAGE = MMU_DESC_AF | MMU_S2_READ | MMU_S2_WRITE | MMU_S2_MEMATTR_WB;
constexpr u64 TABLE = MMU_DESC_VALID | MMU_DESC_TABLE;
constexpr u64 HIGH_BIT = 1ull << 47; /* Of an output address. */
enum { DATA_SLOT = 15 };

struct tables {
    struct mmu_regs r = {};
    std::unordered_map<u64, u64> memory; /* By physical address. */
    u32 va_bits, ipa_bits;               /* ipa_bits 0: no stage 2. */
    u32 s2_leaf;                         /* Level of the stage-2 leaves. */
    u64 next_s2_table = 1ull << 36, next_pa = 1ull << 39;
    u64 next_slot = 1;
    u32 updates = 0;

    tables(u32 va, u32 ipa, u32 s2_leaf_level = 3)
        : va_bits(va), ipa_bits(ipa), s2_leaf(s2_leaf_level)
    {
        r.tcr_el1 = mmu_tcr(va);
        r.sctlr_el1 = MMU_SCTLR_M;
        if (ipa != 0) {
            r.hcr_el2 = MMU_HCR_VM;
            r.vtcr_el2 = mmu_vtcr(ipa);
            r.vttbr_el2 = next_s2_table | 0x7ull << 48;
            next_s2_table += 16 * MMU_PAGE_SIZE;
        }
        r.ttbr0_el1 = new_s1_table() | 0x5ull << 48;
        r.ttbr1_el1 = new_s1_table();
        mmu_regs_prepare(&r);
    }

    static u32 shift(u32 level)
    {
        return 39 - 9 * level;
    }
    u64 slot(u64 n) const
    {
        return n << ((ipa_bits ? ipa_bits : 40) - 4);
    }
    u64 data_ipa() const
    {
        return slot(DATA_SLOT);
    }
    u32 s1_start() const
    {
        return mmu_s1_start_level(r.tcr_el1, false);
    }
    u32 s2_start() const
    {
        return mmu_s2_start_level(r.vtcr_el2);
    }

    u64 new_pa()
    {
        u64 pa = next_pa;
        next_pa += 1ull << 30;
        return pa;
    }

    u64 new_s1_table()
    {
        u64 ipa = slot(next_slot++);
        if (ipa_bits != 0)
            map_s2(ipa, new_pa(), s2_leaf, S2_PAGE);
        return ipa;
    }

    /* Physical address of the stage-2 descriptor of this IPA; tables are made on the way. */
    u64 s2_entry(u64 ipa, u32 level)
    {
        u64 table = r.vttbr_el2 & 0xfffffffff000ull;
        for (u32 l = s2_start();; l++) {
            u64 index = ipa >> shift(l) & (l == s2_start() ? 0x1fff : 0x1ff);
            u64 entry = table + index * 8;
            if (l == level)
                return entry;
            if (memory[entry] == 0) {
                memory[entry] = next_s2_table | TABLE;
                next_s2_table += MMU_PAGE_SIZE;
            }
            table = memory[entry] & MMU_DESC_ADDR;
        }
    }

    void map_s2(u64 ipa, u64 pa, u32 level, u64 attributes)
    {
        u64 inside = (1ull << shift(level)) - 1;
        memory[s2_entry(ipa, level)] = (pa & ~inside) | attributes | (level == 3 ? 3 : 1);
    }

    u64 pa_of(u64 ipa)
    {
        if (ipa_bits == 0)
            return ipa;
        u64 inside = (1ull << shift(s2_leaf)) - 1;
        return (memory[s2_entry(ipa, s2_leaf)] & MMU_DESC_ADDR & ~inside) | (ipa & inside);
    }

    /* IPA of the stage-1 descriptor of this VA; tables are made on the way. */
    u64 s1_entry(u64 va, u32 level)
    {
        u64 table = ((va >> 55 & 1) ? r.ttbr1_el1 : r.ttbr0_el1) & 0xfffffffff000ull;
        u64 input = va & ((1ull << va_bits) - 1);
        for (u32 l = s1_start();; l++) {
            u64 entry = table + (input >> shift(l) & 0x1ff) * 8;
            if (l == level)
                return entry;
            if (memory[pa_of(entry)] == 0)
                memory[pa_of(entry)] = new_s1_table() | TABLE;
            table = memory[pa_of(entry)] & MMU_DESC_ADDR;
        }
    }

    u64 &s1(u64 va, u32 level)
    {
        return memory[pa_of(s1_entry(va, level))];
    }
    u64 &s2(u64 ipa, u32 level)
    {
        return memory[s2_entry(ipa, level)];
    }

    void map_s1(u64 va, u64 ipa, u32 level, u64 attributes)
    {
        u64 inside = (1ull << shift(level)) - 1;
        s1(va, level) = (ipa & ~inside) | attributes | (level == 3 ? 3 : 1);
    }

    /* Both stages; returns the PA of the page. */
    u64 map(u64 va, u32 s1_level = 3, u64 s1_attributes = S1_PAGE, u64 s2_attributes = S2_PAGE)
    {
        map_s1(va, data_ipa(), s1_level, s1_attributes);
        u64 inside = (1ull << shift(s1_level)) - 1;
        u64 ipa = data_ipa() | (va & inside);
        if (ipa_bits != 0)
            map_s2(ipa, new_pa(), s2_leaf, s2_attributes);
        return pa_of(ipa) & ~0xfffull;
    }

    using observer = std::function<void(struct mmu_walk &)>;

    enum mmu_need finish(
        struct mmu_walk *w, enum mmu_need need, const observer &at_step = [](struct mmu_walk &) {})
    {
        while (need == MMU_NEED_READ || need == MMU_NEED_UPDATE) {
            at_step(*w);
            if (need == MMU_NEED_UPDATE) {
                memory[w->need_pa] = w->need_value;
                updates++;
            }
            auto found = memory.find(w->need_pa);
            need = mmu_walk_step(w, &r, found == memory.end() ? 0 : found->second);
        }
        return need;
    }

    enum mmu_need walk(struct mmu_walk *w, u64 va, enum mmu_access access = MMU_READ, u32 el = 0)
    {
        return finish(w, mmu_walk_begin(w, &r, va, access, el));
    }
};

#endif
