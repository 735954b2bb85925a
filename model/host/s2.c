/*
 * Stage-2 tables of the VM, as descriptors in host memory, and physical memory as the table walker
 * sees it. Host physical addresses: bit 46 is a stage-2 table, bit 45 a guest page with contents,
 * both followed by an offset into the arena; any other address is a guest page without contents,
 * whose frame number is its page index.
 */
#include "model/system.h"

#define PA_TABLE (1ull << 46)
#define PA_CONTENTS (1ull << 45)

/* KVM's default: 1 TiB of IPA space, of which the first GiB is not RAM. */
enum { IPA_BITS = 40 };
enum { S2_LAST = 3, S2_BITS = 9, S2_INDEX = (1 << S2_BITS) - 1 };

static u64 *table_at(const struct ctx *c, u64 pa)
{
    return (u64 *)sys_arena(c, (pa & MMU_DESC_ADDR) - PA_TABLE);
}

void s2_init(struct ctx *c)
{
    u64 vtcr = mmu_vtcr(IPA_BITS);
    u32 tables = mmu_s2_concatenated(vtcr);

    while (c->s->arena_used % (tables * (u64)ARENA_CHUNK) != 0)
        arena_chunks(c, 1); /* Concatenated tables are aligned to their size. */
    c->s->s2_root_off = arena_chunks(c, tables);
    c->s->stage2_tables = tables;
    for (u32 i = 0; i < c->s->vcpu_count; i++) {
        struct mmu_regs *r = &sys_vcpu(c, i)->mmu;
        r->vtcr_el2 = vtcr;
        r->vttbr_el2 = PA_TABLE + c->s->s2_root_off;
        r->hcr_el2 = MMU_HCR_VM;
    }
}

/* The leaf slot of an IPA; make: build the tables on the way. */
static u64 *leaf_slot(struct ctx *c, u64 ipa, bool make)
{
    const struct mmu_regs *r = &sys_vcpu(c, 0)->mmu;
    u32 level = mmu_s2_start_level(r->vtcr_el2);
    u64 *table = (u64 *)sys_arena(c, c->s->s2_root_off);
    /* The start level is indexed by all the bits that are left: concatenated tables. */
    u64 index = ipa >> (MMU_PAGE_SHIFT + S2_BITS * (S2_LAST - level));

    ASSERT(ipa >> IPA_BITS == 0);
    for (; level < S2_LAST; level++) {
        u64 *d = &table[index];
        if (*d == 0) {
            if (!make)
                return NULL;
            *d = (PA_TABLE + arena_chunks(c, 1)) | MMU_DESC_VALID | MMU_DESC_TABLE;
            c->s->stage2_tables++;
        }
        table = table_at(c, *d);
        index = ipa >> (MMU_PAGE_SHIFT + S2_BITS * (S2_LAST - level - 1)) & S2_INDEX;
    }
    return &table[index];
}

u64 *s2_leaf(const struct ctx *c, u32 gfn)
{
    return leaf_slot((struct ctx *)(uintptr_t)c, (u64)gfn << MMU_PAGE_SHIFT, false);
}

void s2_map(struct ctx *c, u32 gfn, bool write, bool exec)
{
    u64 *leaf = leaf_slot(c, (u64)gfn << MMU_PAGE_SHIFT, true);

    /* KVM 5.14/6.1: always young; executable if the fault was a fetch or the CPU keeps its
     * instruction cache coherent (CTR_EL0.DIC, true of both shipped profiles). */
    (void)exec;
    *leaf = page_pa(c, page_get(c, gfn)) | MMU_DESC_VALID | MMU_DESC_TABLE | MMU_DESC_AF |
            MMU_S2_MEMATTR_WB | MMU_S1_SH_INNER | MMU_S2_READ | (write ? MMU_S2_WRITE : 0);
}

void s2_unmap(struct ctx *c, u32 gfn)
{
    u64 *leaf = s2_leaf(c, gfn);

    if (leaf != NULL)
        *leaf = 0;
}

bool s2_allows(const struct ctx *c, u32 gfn, bool write)
{
    const u64 *leaf = s2_leaf(c, gfn);

    return leaf != NULL && (*leaf & MMU_DESC_VALID) && (!write || (*leaf & MMU_S2_WRITE));
}

static u64 *desc_at(struct ctx *c, u64 pa)
{
    ASSERT(pa & (PA_TABLE | PA_CONTENTS)); /* Tables have contents before they are mapped. */
    return (u64 *)sys_arena(c, pa & (PA_CONTENTS - 1));
}

/* What stage 2 maps a page to. Contents stay where they are once they are made. */
u64 page_pa(const struct ctx *c, const struct page *p)
{
    if (p->contents != 0)
        return PA_CONTENTS | (u64)(p->contents - 1) * ARENA_CHUNK;
    return (u64)page_index(c, p) << MMU_PAGE_SHIFT;
}

u64 ram_read_desc(struct ctx *c, u64 pa)
{
    return *desc_at(c, pa);
}

bool ram_is_guest(u64 pa)
{
    return (pa & PA_CONTENTS) != 0;
}

void ram_write_desc(struct ctx *c, u64 pa, u64 value)
{
    *desc_at(c, pa) = value;
}

/*
 * What the sequence of KVM does to one core: TLBI IPAS2E1IS of the pages, which takes them out of
 * the IPA cache, then TLBI VMALLE1IS, which takes everything else of the VMID.
 */
void vcpu_flush_tlb(struct vcpu *v, u32 gfn, u32 page_count)
{
    mmu_tlb_flush_all(&v->tlb);
    if (!v->has_caches)
        return;
    const struct mmu_cache_match pages = {
        .first = gfn, .last = (u64)gfn + page_count - 1, .any_vmid = 1, .any_asid = 1};
    const struct mmu_cache_match all = {.last = UINT64_MAX, .any_vmid = 1, .any_asid = 1};
    mmu_caches_drop_ipa(&v->caches, &pages);
    mmu_caches_drop_walk(&v->caches, &all);
}

/* KVM's unmap and permission change flush all of the VMID, inner shareable: the other CPUs hear of
 * it by message. */
void vcpu_flush_tlbs(struct ctx *c, u32 self, u32 gfn, u32 page_count)
{
    for (u32 i = 0; i < c->s->vcpu_count; i++) {
        if (i == self) {
            vcpu_flush_tlb(sys_vcpu(c, i), gfn, page_count);
            continue;
        }
        struct msg *m = outbox_put(c->out, MSG_TLBI, (u16)i, c->now + msg_info[MSG_TLBI].min_ps);
        m->a = gfn;
        m->b = page_count;
    }
}
