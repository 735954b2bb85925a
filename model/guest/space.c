/*
 * Guest physical memory and the address spaces of the tasks: each task owns a region of frames,
 * data from the bottom up, stage-1 tables from the top down, so that which frame backs which page
 * depends on the task's own first touches only. Frames in front: kernel data, one page per CPU.
 */
#include "model/system.h"

enum { TABLE_BITS = 9, LAST_LEVEL = 3 };

static u64 *entry_at(struct ctx *c, u64 table_ipa, u64 index)
{
    struct page *p = page_get(c, (u32)(table_ipa >> MMU_PAGE_SHIFT));
    return (u64 *)page_contents(c, p) + index;
}

/* The task whose region and tables these are. */
static u32 owner_of(const struct ctx *c, u32 task)
{
    u32 shares = c->p->task[task].shares_index;
    return shares != 0 ? shares - 1 : task;
}

static enum placement placement_of(const struct ctx *c, u32 task)
{
    return (enum placement)c->p->task[task].placement;
}

/* A frame for a table. Inaccurate: its creation takes no time, and it is there from the start. */
static u64 new_table(struct ctx *c, u32 task)
{
    struct task *t = sys_task(c, task);
    u32 gfn = t->gfn_first + t->gfn_count - ++t->table_pages;

    page_contents(c, page_get(c, gfn));
    mem_place(c, gfn, placement_of(c, task) == PLACE_COLD ? PLACE_COLD : PLACE_RESIDENT);
    return (u64)gfn << MMU_PAGE_SHIFT;
}

static bool has_frames(struct ctx *c, u32 task, u32 count)
{
    const struct task *t = sys_task(c, task);

    if (t->data_pages + t->table_pages + count <= t->gfn_count)
        return true;
    sys_fail(c, SYS_FULL,
             "guest memory is full: task %s has used its %u MiB and needs more; raise guest.memory",
             c->p->task[task].name, t->gfn_count >> 8);
    return false;
}

u64 *space_leaf(struct ctx *c, struct task *t, u64 va)
{
    u64 table_ipa = t->pgd_ipa;

    for (u32 level = mmu_s1_start_level(mmu_tcr(c->p->va_bits), false); level < LAST_LEVEL;
         level++) {
        u32 shift = MMU_PAGE_SHIFT + TABLE_BITS * (LAST_LEVEL - level);
        u64 d = *entry_at(c, table_ipa, va >> shift & 511);
        if (d == 0)
            return NULL;
        table_ipa = d & MMU_DESC_ADDR;
    }
    return entry_at(c, table_ipa, va >> MMU_PAGE_SHIFT & 511);
}

/* The leaf of va, with the tables above it. NULL: out of frames (the run fails). */
static u64 *make_leaf(struct ctx *c, u32 task, u64 va)
{
    struct task *t = sys_task(c, task);
    u64 table_ipa = t->pgd_ipa;

    if (!has_frames(c, task, LAST_LEVEL + 1))
        return NULL;
    for (u32 level = mmu_s1_start_level(mmu_tcr(c->p->va_bits), false); level < LAST_LEVEL;
         level++) {
        u32 shift = MMU_PAGE_SHIFT + TABLE_BITS * (LAST_LEVEL - level);
        u64 *d = entry_at(c, table_ipa, va >> shift & 511);
        if (*d == 0) {
            u64 ipa = new_table(c, task);
            d = entry_at(c, table_ipa, va >> shift & 511);
            *d = ipa | MMU_DESC_VALID | MMU_DESC_TABLE;
        }
        table_ipa = *d & MMU_DESC_ADDR;
    }
    return entry_at(c, table_ipa, va >> MMU_PAGE_SHIFT & 511);
}

static u32 new_frame(struct ctx *c, u32 task)
{
    struct task *t = sys_task(c, task);
    return t->gfn_first + t->data_pages++;
}

/* User page: clean until the first write (DBM), young only after an access. */
static u64 user_leaf(u32 gfn, bool touched)
{
    u64 d = (u64)gfn << MMU_PAGE_SHIFT | MMU_DESC_VALID | MMU_DESC_TABLE | MMU_S1_AP_USER |
            MMU_S1_SH_INNER | MMU_S1_NG | MMU_S1_PXN | MMU_DESC_DBM;
    return touched ? d | MMU_DESC_AF : d | MMU_S1_AP_RO;
}

bool space_ensure(struct ctx *c, u32 task, u64 va)
{
    task = owner_of(c, task);
    if (placement_of(c, task) == PLACE_FRESH)
        return true; /* The guest maps it in its own fault handler. */
    u64 *leaf = space_leaf(c, sys_task(c, task), va);
    if (leaf != NULL && *leaf != 0)
        return true;
    leaf = make_leaf(c, task, va);
    if (leaf == NULL)
        return false;
    u32 gfn = new_frame(c, task);
    *leaf = user_leaf(gfn, false);
    mem_place(c, gfn, placement_of(c, task));
    return true;
}

u32 space_fault(struct ctx *c, u32 task, u64 va)
{
    task = owner_of(c, task);
    u64 *leaf = make_leaf(c, task, va);

    if (leaf == NULL)
        return 0;
    if (*leaf == 0)
        *leaf = user_leaf(new_frame(c, task), true);
    return (u32)(*leaf >> MMU_PAGE_SHIFT & 0xfffffffffull);
}

/* Frames that a space of known size needs: data of all its threads, leaf tables, upper tables. */
static u32 frames_for(const struct ctx *c, u32 owner)
{
    u64 bytes = 0;

    for (u32 i = 0; i < c->s->task_count; i++)
        if (owner_of(c, i) == owner && c->p->task[i].footprint_bytes > bytes)
            bytes = c->p->task[i].footprint_bytes;
    u64 pages = (bytes + MMU_PAGE_SIZE - 1) / MMU_PAGE_SIZE;
    return (u32)(pages + pages / 512 + 16);
}

/* A trace's footprint is not known before it has been replayed. */
static bool is_trace_space(const struct ctx *c, u32 owner)
{
    for (u32 i = 0; i < c->s->task_count; i++)
        if (owner_of(c, i) == owner && c->p->task[i].kind == TASK_TRACE)
            return true;
    return false;
}

void space_init(struct ctx *c)
{
    struct sys *s = c->s;
    u32 next = GFN_FIRST, end = GFN_FIRST + s->ram_pages, traces = 0, known = 0;

    for (u32 i = 0; i < s->vcpu_count; i++) {
        struct vcpu *v = sys_vcpu(c, i);
        u32 gfn = next++;
        page_contents(c, page_get(c, gfn));
        mem_place(c, gfn, PLACE_RESIDENT);
        v->os.mailbox_gpa = (u64)gfn << MMU_PAGE_SHIFT;
        v->os.mailbox_off = (u64)(page_contents(c, page_get(c, gfn)) - sys_arena(c, 0));
        v->os.vbar = 0xffff800008010800ull;
        v->regs.vbar_el1 = v->os.vbar;
        v->mmu.tcr_el1 = mmu_tcr(c->p->va_bits);
        v->mmu.sctlr_el1 = MMU_SCTLR_M;
    }
    for (u32 i = 0; i < s->task_count; i++) {
        bool is_trace = is_trace_space(c, i);
        if (owner_of(c, i) != i)
            continue;
        traces += is_trace;
        known += is_trace ? 0 : frames_for(c, i);
    }
    u32 share = traces != 0 && end - next > known ? (end - next - known) / traces : 0;
    for (u32 i = 0; i < s->task_count; i++) {
        struct task *t = sys_task(c, i);
        if (owner_of(c, i) != i)
            continue;
        t->gfn_first = next;
        t->gfn_count = is_trace_space(c, i) ? share : frames_for(c, i);
        next += t->gfn_count;
        if (next > end || t->gfn_count < 8) {
            sys_fail(c, SYS_FULL, "guest.memory of %u MiB does not hold task %s; raise it",
                     s->ram_pages >> 8, c->p->task[i].name);
            return;
        }
        t->pgd_ipa = new_table(c, i);
    }
    for (u32 i = 0; i < s->task_count; i++) {
        struct task *t = sys_task(c, i);
        t->pgd_ipa = sys_task(c, owner_of(c, i))->pgd_ipa;
        t->asid = sys_task(c, owner_of(c, i))->asid;
        t->user_pc = 0x400000;
    }
}
