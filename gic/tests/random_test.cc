// Differential test: random machines and guests against a second model of the same rules. The model
// is written for reading, not for speed: sets and lists, priorities as numbers, no bit layouts.
#include "gic/gic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <vector>

namespace {

struct model_irq {
    bool enabled, edge, mapped;
    bool wire = false, latch = false, active = false, phys = false;
    u32 group = 1, priority = 0;

    bool pending() const
    {
        return edge ? latch : latch || wire;
    }
};

struct model_lr {
    u32 intid, group, priority;
    bool pending, active, edge, mapped;
};

class model {
public:
    bool on = false, enabled1 = false, split = false;
    u32 pmr = 0;
    model_irq irq[32];
    std::vector<u32> queue;
    std::vector<model_lr> lrs;
    std::multiset<u32> running; // Priorities of what was acknowledged and not dropped.
    u32 lr_count, unmatched = 0;
    bool more = false;

    explicit model(u32 lr_count_) : lr_count(lr_count_)
    {
        for (u32 i = 0; i < 32; i++)
            irq[i] = {i < 16, i < 16, i == 27};
    }

    bool wanted(u32 i) const
    {
        return irq[i].active || (on && irq[i].enabled && irq[i].pending());
    }

    bool consider(u32 i)
    {
        if (!wanted(i))
            return false;
        if (std::find(queue.begin(), queue.end(), i) == queue.end())
            queue.push_back(i);
        return true;
    }

    bool inject(u32 i, bool level)
    {
        model_irq &q = irq[i];
        if (q.mapped)
            q.phys = level;
        if (q.edge ? !level : q.wire == level)
            return false;
        (q.edge ? q.latch : q.wire) = level;
        return consider(i);
    }

    void flush()
    {
        if (queue.size() > lr_count) {
            auto by_priority = [this](u32 a, u32 b) { return irq[a].priority < irq[b].priority; };
            auto is_active = [this](u32 i) { return irq[i].active; };
            auto is_ready = [this](u32 i) { return irq[i].enabled && irq[i].pending(); };
            auto middle = std::stable_partition(queue.begin(), queue.end(), is_active);
            auto rest = std::stable_partition(middle, queue.end(), is_ready);
            std::stable_sort(middle, rest, by_priority);
        }
        u32 looked_at = 0;
        for (u32 i : queue) {
            if (lrs.size() == lr_count)
                break;
            looked_at++;
            if (!wanted(i))
                continue;
            model_irq &q = irq[i];
            bool alone = q.mapped || !q.edge; // Never active and pending at once.
            bool pending = q.pending() && !(alone && q.active);
            lrs.push_back({i, q.group, q.priority, pending, q.active, q.edge, q.mapped});
            if (pending && q.edge)
                q.latch = false;
            if (pending && q.mapped)
                q.wire = false;
        }
        more = lrs.size() == lr_count && looked_at < queue.size();
    }

    void sync()
    {
        for (const model_lr &l : lrs) {
            model_irq &q = irq[l.intid];
            bool was_active = q.active;
            q.active = l.active;
            if (q.edge && l.pending)
                q.latch = true;
            if (!q.edge && !l.pending && !l.active)
                q.latch = false;
            if (q.mapped && (l.pending || (was_active && !l.active && q.wire)))
                q.wire = q.phys;
        }
        lrs.clear();
        more = false;
        queue.erase(
            std::remove_if(queue.begin(), queue.end(), [this](u32 i) { return !wanted(i); }),
            queue.end());
    }

    model_lr *highest()
    {
        model_lr *best = nullptr;
        for (model_lr &l : lrs) // Group 0 is never enabled by this guest.
            if (l.group == 1 && enabled1 && l.pending && !l.active)
                if (best == nullptr || l.priority < best->priority)
                    best = &l;
        return best;
    }

    u32 running_priority() const
    {
        return running.empty() ? 0xff : *running.begin();
    }

    bool asserted()
    {
        model_lr *l = highest();
        return l != nullptr && l->priority < pmr && l->priority < running_priority();
    }

    u32 acknowledge()
    {
        if (!asserted())
            return 1023;
        model_lr *l = highest();
        l->pending = false;
        l->active = true;
        running.insert(l->priority);
        return l->intid;
    }

    bool deactivate(u32 intid, std::optional<u32> only_priority)
    {
        for (model_lr &l : lrs) {
            if (l.intid != intid || !l.active)
                continue;
            if (only_priority && (l.group != 1 || l.priority != *only_priority))
                return false;
            l.active = false;
            auto used = [](const model_lr &x) { return x.active || x.pending; };
            bool dry = more && std::count_if(lrs.begin(), lrs.end(), used) <= 1;
            return (!l.pending && !l.edge && !l.mapped) || dry;
        }
        unmatched++;
        return false;
    }

    bool end(u32 intid)
    {
        if ((intid >= 1020 && intid <= 1023) || running.empty())
            return false;
        u32 dropped = running_priority();
        running.erase(running.begin());
        return split ? false : deactivate(intid, dropped);
    }

    bool has_pending() const
    {
        return on && std::any_of(queue.begin(), queue.end(), [this](u32 i) {
                   const model_irq &q = irq[i];
                   return q.pending() && q.enabled && !q.active && q.priority < pmr;
               });
    }
};

class Pair {
public:
    Pair(u64 seed, u32 lr_count) : rng(seed), m(lr_count)
    {
        gic_dist_init(&d);
        gic_init(&g, 0, lr_count);
    }

    void step()
    {
        u32 intid = interrupt();
        switch (below(in_guest ? 12 : 9)) {
        case 0:
        case 1:
        case 2: {
            bool level = below(3) != 0;
            EXPECT_EQ(gic_inject(&g, &d, intid, level), m.inject(intid, level));
            break;
        }
        case 3:
        case 4:
        case 5:
            cross();
            break;
        case 6:
            in_guest ? acknowledge() : write_bits();
            break;
        case 7:
            in_guest ? acknowledge() : write_priority(intid);
            break;
        case 8:
            interface();
            break;
        default:
            finish();
            break;
        }
        compare();
    }

private:
    std::mt19937_64 rng;
    gic g{};
    gic_dist d{};
    model m;
    bool in_guest = false;
    std::vector<u32> taken;   // Acknowledged, not ended.
    std::vector<u32> dropped; // EOImode 1: ended, not deactivated.

    u32 below(u32 n)
    {
        return static_cast<u32>(rng() % n);
    }

    // Few, so that they meet each other again.
    u32 interrupt()
    {
        static const u32 some[] = {0, 1, 2, 15, 16, 22, 27, 31};
        return below(4) != 0 ? some[below(8)] : below(32);
    }

    void cross()
    {
        in_guest = !in_guest;
        if (in_guest) {
            gic_flush(&g, &d);
            m.flush();
        } else {
            gic_sync(&g, &d);
            m.sync();
        }
    }

    void acknowledge()
    {
        u32 intid = m.acknowledge();
        EXPECT_EQ(icc_iar1_read(&g), intid);
        if (intid != 1023)
            taken.push_back(intid);
    }

    // The device behind the mapped interrupt changes its wire, and nobody tells KVM.
    void rewire()
    {
        m.irq[27].phys = below(2);
        g.irq[27].phys_level = m.irq[27].phys;
    }

    // Mostly the interrupt that was taken last, as a sane guest does.
    void finish()
    {
        u32 intid = below(8) == 0 ? below(1030) : interrupt();
        if (!taken.empty() && below(8) != 0) {
            intid = taken.back();
            taken.pop_back();
            if (m.split)
                dropped.push_back(intid);
        }
        EXPECT_EQ(icc_eoir1_write(&g, intid), m.end(intid));
        if (!dropped.empty() && below(2) == 0) {
            intid = dropped.back();
            dropped.pop_back();
            bool expected = m.split && m.deactivate(intid, std::nullopt);
            EXPECT_EQ(icc_dir_write(&g, intid), expected);
        }
    }

    void interface()
    {
        switch (below(7)) {
        case 0:
            m.pmr = below(32) * 8;
            icc_pmr_write(&g, m.pmr + below(8));
            break;
        case 1:
            m.enabled1 = below(4) != 0;
            icc_igrpen1_write(&g, m.enabled1);
            break;
        case 2:
            m.split = below(4) == 0;
            icc_ctlr_write(&g, m.split ? 2 : 0);
            break;
        case 3:
            m.on = below(8) != 0;
            gicd_write(&d, 0, 4, m.on ? 2 : 0);
            break;
        case 4:
            rewire();
            break;
        default:
            m.pmr = 0xf0;
            icc_pmr_write(&g, 0xf0);
            break;
        }
    }

    void write_priority(u32 intid)
    {
        u8 value = static_cast<u8>(below(4) == 0 ? rng() : 0xa0);
        m.irq[intid].priority = value / 8 * 8;
        EXPECT_FALSE(gicr_write(&g, &d, 0x10400 + intid, 1, value));
    }

    void write_bits()
    {
        static const u32 offs[] = {0x10080, 0x10100, 0x10180, 0x10200, 0x10280, 0x10300, 0x10380};
        u32 off = offs[below(7)];
        u32 value = 1u << interrupt() | (below(4) == 0 ? 1u << interrupt() : 0);
        bool kick = false;

        if (off == 0x10080)
            value = below(2) == 0 ? ~value : UINT32_MAX;
        for (u32 i = 0; i < 32; i++) {
            model_irq &q = m.irq[i];
            bool bit = value >> i & 1;
            if (off == 0x10080) {
                q.group = bit;
                kick |= m.consider(i);
            }
            if (!bit)
                continue;
            switch (off) {
            case 0x10100:
                q.enabled = true;
                if (q.mapped)
                    q.wire = q.phys;
                kick |= m.consider(i);
                break;
            case 0x10180:
                q.enabled = false;
                break;
            case 0x10200:
                q.latch = true, kick |= m.consider(i);
                break;
            case 0x10280:
                q.latch = false;
                break;
            case 0x10300:
                q.active = true, kick |= m.consider(i);
                break;
            case 0x10380:
                q.active = false;
                break;
            }
        }
        EXPECT_EQ(gicr_write(&g, &d, off, 4, value), kick) << std::hex << off;
    }

    u64 redist(u32 off)
    {
        return gicr_read(&g, &d, false, off, 4);
    }

    void compare()
    {
        u32 pending = 0, active = 0, enabled = 0;
        for (u32 i = 0; i < 32; i++) {
            const model_irq &q = m.irq[i];
            pending |= u32{q.mapped ? q.phys : q.pending()} << i;
            active |= u32{q.active} << i;
            enabled |= u32{q.enabled} << i;
            EXPECT_EQ(gic_is_pending(&g, i), q.pending()) << i;
            EXPECT_EQ(gic_has_target(&g, &d, i), m.wanted(i)) << i;
        }
        EXPECT_EQ(redist(0x10200), pending);
        EXPECT_EQ(redist(0x10300), active);
        EXPECT_EQ(redist(0x10100), enabled);
        EXPECT_EQ(std::vector<u32>(g.ap_list, g.ap_list + g.ap_count), m.queue);
        EXPECT_EQ(g.lr_used, m.lrs.size());
        EXPECT_EQ(gic_irq_asserted(&g), m.asserted());
        const model_lr *best = m.highest();
        EXPECT_EQ(icc_hppir1_read(&g), best != nullptr ? best->intid : 1023);
        EXPECT_EQ(icc_rpr_read(&g), m.running_priority());
        EXPECT_EQ(gic_has_pending_irq(&g, &d), m.has_pending());
        EXPECT_EQ(g.eoi_count, m.unmatched);
        gic_check(&g);
    }
};

TEST(Random, TheGicAgreesWithItsModelOnEverySeed)
{
    for (u64 seed = 1; seed <= 300; seed++) {
        u32 lr_count = seed % 2 == 0 ? 1 + seed / 2 % 4 : 1 + seed % GIC_LR_MAX;
        Pair pair(seed, lr_count);
        for (int i = 0; i < 400; i++) {
            pair.step();
            ASSERT_FALSE(testing::Test::HasFailure())
                << "seed " << seed << ", list registers " << lr_count << ", step " << i;
        }
    }
}

} // namespace
