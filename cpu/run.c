#include "cpu/cpu.h"

/* The page is not in the fast tags: the L1 proper, the L2, or a walk. False: walk. */
static inline bool slow_hit(struct mmu_tlb *tlb, u64 va, u64 asid, enum mmu_access access,
                            u64 l2_hit_ps, u64 *extra_ps)
{
    switch (mmu_tlb_lookup(tlb, va, asid, access)) {
    case MMU_HIT_L1:
        return true;
    case MMU_HIT_L2:
        *extra_ps = l2_hit_ps;
        return true;
    default:
        return false;
    }
}

enum cpu_stop cpu_run(struct mmu_tlb *tlb, const struct cpu_cost *cost, struct cpu_stream *stream,
                      u64 asid, u64 *t_ps, u64 limit_ps, struct cpu_count *count)
{
    enum cpu_stop stop = CPU_STOP_EMPTY;
    u32 i = stream->head;
    const u32 end = stream->count;
    const u64 base = mmu_tlb_key(tlb, 0, asid);
    u64 t = *t_ps, instructions = 0, accesses = 0, writes = 0;

    for (; i < end; i++) {
        const u64 op = stream->op[i];
        const u64 key = base | (op >> MMU_PAGE_SHIFT & 0xfffffffffull);
        const u32 kind = OP_KIND(op);
        u64 extra_ps = 0;

        /* Reads and writes follow each other at random: no branch may depend on which it is. */
        if (LIKELY(kind == OP_READ || kind == OP_WRITE)) {
            const bool write = kind == OP_WRITE;
            const u64 *front = write ? tlb->d.write : tlb->d.read;
            if (UNLIKELY(front[key & (MMU_FRONT - 1)] != key) &&
                !slow_hit(tlb, OP_VA(op), asid, write ? MMU_WRITE : MMU_READ, cost->l2_hit_ps,
                          &extra_ps)) {
                stop = CPU_STOP_MISS;
                break;
            }
            writes += write;
            accesses++;
            t += (write ? cost->write_ps : cost->read_ps) + extra_ps;
        } else if (kind == OP_FETCH) {
            if (UNLIKELY(!mmu_l1_hit_read(&tlb->i, key)) &&
                !slow_hit(tlb, OP_VA(op), asid, MMU_FETCH, cost->l2_hit_ps, &extra_ps)) {
                stop = CPU_STOP_MISS;
                break;
            }
            instructions += OP_COUNT(op);
            t += OP_COUNT(op) * cost->instr_ps + extra_ps;
        } else if (kind == OP_THINK) {
            t += OP_VA(op);
        } else {
            ASSERT(kind == OP_END);
            stop = CPU_STOP_END;
            break;
        }
        if (t > limit_ps) {
            i++;
            stop = CPU_STOP_LIMIT;
            break;
        }
    }
    stream->head = i;
    *t_ps = t;
    count->instructions += instructions;
    count->reads += accesses - writes;
    count->writes += writes;
    return stop;
}
