/*
 * Software generated interrupts, IHI 0069 ICC_SGI0R_EL1, ICC_SGI1R_EL1 and ICC_ASGI1R_EL1.
 */
#include "gic/phys_irq.h"

struct sgi {
    u32 intid;
    u32 list;    /* Bit k: Aff0 = 16 * range + k. */
    u32 range;   /* RS */
    u32 cluster; /* Aff3.Aff2.Aff1 */
    bool is_for_others;
};

static struct sgi decode(const struct gicv3_spec *spec, u64 value)
{
    return (struct sgi){
        .intid = value >> 24 & 15,
        .list = value & 0xffff,
        .range = spec->has_rss ? value >> 44 & 15 : 0, /* RES0 without RSS. */
        .cluster =
            (u32)((value >> 48 & 0xff) << 16 | (value >> 32 & 0xff) << 8 | (value >> 16 & 0xff)),
        .is_for_others = (value >> 40 & 1) != 0, /* IRM: the other fields do not count. */
    };
}

static bool is_named(const struct sgi *sgi, u32 affinity)
{
    return affinity >> 8 == sgi->cluster && (affinity >> 4 & 15) == sgi->range &&
           (sgi->list >> (affinity & 15) & 1) != 0;
}

/*
 * With one security state ICC_SGI1R_EL1 raises the SGI in whatever group the target PE has put it,
 * the other two only if that is group 0. The SGI is pended even where the PE sleeps.
 */
void gicv3_generate_sgi(const struct gicv3 *s, u32 self, u64 value, bool is_group0_only)
{
    struct sgi sgi = decode(s->spec, value);

    for (u32 i = 0; i < s->spec->pe_count; i++) {
        struct gicv3_word *w = &s->pe[i].word[0];
        bool is_target = sgi.is_for_others ? i != self : is_named(&sgi, s->spec->affinity[i]);

        if (is_target && !(is_group0_only && (w->group >> sgi.intid & 1) != 0))
            w->latch |= 1u << sgi.intid;
    }
}
