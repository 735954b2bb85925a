/*
 * Stopping a machine at a moment of its life, and bending its state there: how a test reaches what
 * no ordinary guest does.
 */
#ifndef MODEL_TESTS_PROBE_HPP
#define MODEL_TESTS_PROBE_HPP

#include "model/tests/machine.hpp"

/* This phase has begun on a vCPU and runs. */
inline bool in_phase(const Machine &m, phase phase, u32 vcpu = 0)
{
    const struct vcpu &v = m.cpu(vcpu);
    return v.running && v.phase == phase && v.end_ps != TIME_NEVER && v.begin_ps <= m.r->c.now;
}

inline bool step_to_phase(Machine &m, phase phase, u32 vcpu = 0)
{
    return m.step_until([&] { return in_phase(m, phase, vcpu); });
}

/* The first fault that was counted; FAULT_KIND_COUNT if the run ended without one. */
inline fault_kind first_kind(Machine &m)
{
    if (!m.step_until([&] { return m.counted() != 0; }))
        return FAULT_KIND_COUNT;
    u32 k = 0;
    while (m.st().fault_count[k] == 0)
        k++;
    return (fault_kind)k;
}

/* As if reclaim had taken a clean page away, TLBs included. */
inline void evict(Machine &m, u32 gfn)
{
    struct ctx *c = &m.r->c;
    page *p = page_get(c, gfn);

    ASSERT_EQ(p->state, PAGE_RESIDENT);
    lru_remove(c, p);
    s2_unmap(c, gfn);
    p->state = PAGE_STORED;
    p->flags = 0;
    m.s().mem.used_pages--;
    for (u32 i = 0; i < m.p->vcpus; i++)
        mmu_tlb_flush_all(&m.cpu(i).tlb);
}

inline u32 mailbox_gfn(const Machine &m, u32 vcpu = 0)
{
    return (u32)(m.cpu(vcpu).os.mailbox_gpa >> MMU_PAGE_SHIFT);
}

/* A word of guest memory. */
inline u32 &guest_word(Machine &m, u64 gpa)
{
    page *p = page_get(&m.r->c, (u32)(gpa >> MMU_PAGE_SHIFT));
    return *(u32 *)(page_contents(&m.r->c, p) + gpa % MMU_PAGE_SIZE);
}

inline u32 &mailbox_word(Machine &m, u32 offset, u32 vcpu = 0)
{
    return guest_word(m, m.cpu(vcpu).os.mailbox_gpa + offset);
}

/* Two tasks of one process: the second runs in the address space of the first. */
inline void share_address_space(Machine &m, u32 task, u32 with)
{
    m.tsk(task).pgd_ipa = m.tsk(with).pgd_ipa;
}

/* What a fault costs in the long run, in thousandths: the counter's growth from 64 pages to 128. */
inline u64 milli_for_each_fault(const spec &p, u64 stats::*counter)
{
    u64 counted[2], faults[2];

    for (u32 i = 0; i < 2; i++) {
        auto longer = std::make_unique<spec>(p);
        pages(*longer, 64u << i);
        Machine m(std::move(longer));
        EXPECT_EQ(m.finish(), SYS_DONE);
        counted[i] = m.st().*counter;
        faults[i] = m.counted();
    }
    EXPECT_GT(faults[1], faults[0]);
    return (counted[1] - counted[0]) * 1000 / (faults[1] - faults[0]);
}

/* The lines of one phase, of all actors. */
inline std::vector<trace_rec> lines_of(const Machine &m, phase phase)
{
    std::vector<trace_rec> found;
    for (const trace_rec &rec : m.lines)
        if (rec.type == MSG_KIND_COUNT + phase)
            found.push_back(rec);
    return found;
}

/* A task whose faults meet one that never waits, and no tick: only the protocol makes exits. */
inline std::unique_ptr<spec> beside_compute(design d, u64 page_count)
{
    auto p = plain_spec(d);
    pages(*p, page_count);
    add_task(*p, TASK_COMPUTE);
    p->tick_ps = PS_PER_S;
    return p;
}

inline std::unique_ptr<spec> two_tasks(design d, u64 page_count)
{
    auto p = plain_spec(d);
    pages(*p, page_count);
    add_task(*p, TASK_WRITE_ALL);
    p->stop_task = UINT32_MAX;
    return p;
}

#endif
