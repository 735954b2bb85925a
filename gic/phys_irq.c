/*
 * The interrupts of the physical GICv3: which INTIDs there are, their reset, their wires.
 */
#include "gic/phys_irq.h"

#include <string.h>

STATIC_ASSERT(sizeof(struct gicv3_word) == 64, "a word is a cache line, without padding");

void gicv3_spec_default(struct gicv3_spec *spec, u32 pe_count)
{
    *spec = (struct gicv3_spec){
        .pe_count = pe_count,
        .iidr = 0x0000043b, /* Implementer: Arm. */
        .it_lines = 7,
        .priority_bits = 5,
        .preemption_bits = 5,
        .has_dpg = 1,
        .has_a3v = 1,
        .ppi_config_writable = 1,
    };
    for (u32 i = 0; i < pe_count && i < GICV3_PE_MAX; i++)
        spec->affinity[i] = (i & 15) | i >> 4 << 8;
}

static bool flags_are_bits(const struct gicv3_spec *spec)
{
    return (spec->has_nmi | spec->has_rss | spec->no_1_of_n | spec->has_dpg | spec->has_a3v |
            spec->has_mbis | spec->sgi_always_enabled | spec->ppi_config_writable |
            spec->has_statusr) <= 1;
}

const char *gicv3_spec_error(const struct gicv3_spec *spec)
{
    if (spec->pe_count < 1 || spec->pe_count > GICV3_PE_MAX)
        return "there must be 1 to 512 PEs";
    if (spec->it_lines > 31)
        return "ITLinesNumber must be at most 31";
    if (spec->espi_words > 32)
        return "there are at most 32 words of extended SPIs";
    if (spec->eppi_words > 2)
        return "PPInum must be at most 2";
    if (spec->priority_bits < 4 || spec->priority_bits > 8)
        return "there must be 4 to 8 bits of priority";
    if (spec->preemption_bits < 4 || spec->preemption_bits > 7 ||
        spec->preemption_bits > spec->priority_bits)
        return "there must be 4 to 7 bits of preemption, not more than of priority";
    if (!flags_are_bits(spec) || spec->tie >= GICV3_TIE_COUNT)
        return "a flag or the tie is out of range";
    for (u32 i = 0; i < spec->pe_count; i++) {
        if (!spec->has_a3v && spec->affinity[i] >> 24 != 0)
            return "without A3V each Aff3 must be 0";
        for (u32 j = 0; j < i; j++)
            if (spec->affinity[i] == spec->affinity[j])
                return "two PEs have the same affinity";
    }
    return NULL;
}

/* INTIDs 1020..1023 are special, so the last word of SPIs is short by four. */
u32 gicv3_dist_valid(const struct gicv3_spec *spec, u32 word)
{
    if (word >= 32)
        return word - 32 < spec->espi_words ? UINT32_MAX : 0;
    if (word == 0 || word > spec->it_lines)
        return 0;
    return word == 31 ? 0x0fffffff : UINT32_MAX;
}

u32 gicv3_pe_valid(const struct gicv3_spec *spec, u32 word)
{
    return word <= spec->eppi_words ? UINT32_MAX : 0;
}

struct gicv3_place gicv3_find(const struct gicv3 *s, u32 pe, u32 intid)
{
    bool is_ppi = intid < 32;
    bool is_eppi = intid >= GICV3_EPPI_FIRST && intid < GICV3_EPPI_FIRST + 64;
    bool is_espi = intid >= GICV3_ESPI_FIRST && intid < GICV3_ESPI_FIRST + 1024;
    struct gicv3_place place = {.at = intid % 32, .bit = 1u << intid % 32};
    u32 valid;

    if (is_ppi || is_eppi) {
        place.index = is_ppi ? 0 : 1 + (intid - GICV3_EPPI_FIRST) / 32;
        place.word = &s->pe[pe].word[place.index];
        valid = gicv3_pe_valid(s->spec, place.index);
    } else {
        place.is_shared = true;
        if (intid >= 1024 && !is_espi)
            return place;
        place.index = is_espi ? 32 + (intid - GICV3_ESPI_FIRST) / 32 : intid / 32;
        place.word = &s->dist->word[place.index];
        valid = gicv3_dist_valid(s->spec, place.index);
    }
    if ((valid & place.bit) == 0)
        place.word = NULL;
    return place;
}

void gicv3_word_changed(struct gicv3_dist *d, u32 word)
{
    u64 bit = 1ull << word;

    d->ready = gicv3_ready(&d->word[word]) != 0 ? d->ready | bit : d->ready & ~bit;
}

void gicv3_pe_changed(const struct gicv3 *s, u32 pe)
{
    const struct gicv3_pe *p = &s->pe[pe];
    u64 bit = 1ull << pe % 64;

    for (u32 group = 0; group < 2; group++) {
        u64 *set = &s->dist->willing[group][pe / 64];
        bool has_opted_out = (p->redist_ctlr >> (24 + group) & 1) != 0;
        bool is_willing = !gicv3_is_asleep(p) && p->igrpen[group] && !has_opted_out;

        *set = is_willing ? *set | bit : *set & ~bit;
    }
}

void gicv3_init(const struct gicv3 *s)
{
    const struct gicv3_spec *spec = s->spec;

    ASSERT(gicv3_spec_error(spec) == NULL);
    memset(s->dist, 0, sizeof(*s->dist));
    s->dist->ctlr = GICV3_CTLR_ARE_DS;
    for (u32 i = 0; i < spec->pe_count; i++) {
        struct gicv3_pe *p = &s->pe[i];

        memset(p, 0, sizeof(*p));
        p->word[0].edge = 0xffff; /* SGIs. */
        p->word[0].enabled = spec->sgi_always_enabled ? 0xffff : 0;
        p->waker = GICV3_WAKER_ASLEEP;
        for (u32 group = 0; group < 2; group++)
            p->bpr[group] = gic_bpr_min(spec->preemption_bits, group);
    }
}

bool gicv3_set_line(const struct gicv3 *s, u32 pe, u32 intid, bool level)
{
    struct gicv3_place at = gicv3_find(s, pe, intid);
    struct gicv3_word *w = at.word;

    if (w == NULL || intid < 16)
        return false;
    if (level)
        w->latch |= at.bit & w->edge & ~w->line; /* A rising edge. */
    w->line = level ? w->line | at.bit : w->line & ~at.bit;
    if (at.is_shared)
        gicv3_word_changed(s->dist, at.index);
    return true;
}

/* --- Invariants. --- */

static void check_word(const struct gicv3_spec *spec, const struct gicv3_word *w, u32 valid)
{
    u32 all = w->group | w->enabled | w->latch | w->line | w->active | w->edge | w->nmi;
    u32 low_bits = ~gic_priority_mask(spec->priority_bits) & 0xff;

    ASSERT((all & ~valid) == 0 && w->zero == 0);
    ASSERT((w->nmi & ~w->group) == 0 && (w->nmi == 0 || spec->has_nmi));
    for (u32 i = 0; i < 32; i++)
        ASSERT((w->priority[i] & ((valid >> i & 1) != 0 ? low_bits : 0xff)) == 0);
}

static void check_dist(const struct gicv3 *s)
{
    const struct gicv3_dist *d = s->dist;
    u64 affinity = s->spec->has_a3v ? 0xff00ffffff : 0xffffff;
    u64 route_bits = affinity | (s->spec->no_1_of_n ? 0 : GICV3_IROUTER_IRM);

    ASSERT((d->ctlr & ~(u32)GICV3_CTLR_GROUPS) == GICV3_CTLR_ARE_DS);
    ASSERT(d->statusr <= (s->spec->has_statusr ? 15 : 0));
    for (u32 i = 0; i < GICV3_DIST_WORDS; i++) {
        u32 valid = gicv3_dist_valid(s->spec, i);

        check_word(s->spec, &d->word[i], valid);
        ASSERT((d->ready >> i & 1) == (gicv3_ready(&d->word[i]) != 0));
        for (u32 j = 0; j < 32; j++)
            ASSERT((d->route[i * 32 + j] & ~((valid >> j & 1) != 0 ? route_bits : 0)) == 0);
    }
}

static void check_cpuif(const struct gicv3_spec *spec, const struct gicv3_pe *p)
{
    u32 levels = 1u << spec->preemption_bits;
    u32 writable = GICV3_ICC_CTLR_CBPR | GICV3_ICC_CTLR_EOIMODE | GICV3_ICC_CTLR_PMHE;

    ASSERT((p->pmr & ~gic_priority_mask(spec->priority_bits)) == 0);
    ASSERT((p->ctlr & ~writable) == 0);
    ASSERT(p->nmi_active <= spec->has_nmi && (p->zero[0] | p->zero[1]) == 0);
    for (u32 group = 0; group < 2; group++) {
        ASSERT(p->igrpen[group] <= 1);
        ASSERT(p->bpr[group] >= gic_bpr_min(spec->preemption_bits, group) && p->bpr[group] <= 7);
        for (u32 i = 0; i < 4; i++) {
            u32 bits = i * 32 >= levels ? 0 : levels < 32 ? (1u << levels) - 1 : UINT32_MAX;
            ASSERT((p->ap[group][i] & ~bits) == 0);
        }
    }
}

static void check_pe(const struct gicv3 *s, u32 pe)
{
    const struct gicv3_pe *p = &s->pe[pe];

    for (u32 i = 0; i < GICV3_PE_WORDS; i++) {
        u32 valid = gicv3_pe_valid(s->spec, i);
        u32 sgis = i == 0 ? 0xffff : 0;

        check_word(s->spec, &p->word[i], valid);
        ASSERT((p->word[i].edge & sgis) == sgis && (p->word[i].line & sgis) == 0);
        ASSERT(s->spec->ppi_config_writable || p->word[i].edge == sgis);
        ASSERT(!s->spec->sgi_always_enabled || (p->word[i].enabled & sgis) == sgis);
    }
    ASSERT(p->statusr <= (s->spec->has_statusr ? 15 : 0));
    ASSERT(p->waker == 0 || p->waker == GICV3_WAKER_ASLEEP);
    ASSERT((p->redist_ctlr & ~(s->spec->has_dpg ? GICV3_REDIST_DPG : 0)) == 0);
    for (u32 group = 0; group < 2; group++) {
        bool has_opted_out = (p->redist_ctlr >> (24 + group) & 1) != 0;
        bool is_willing = p->waker == 0 && p->igrpen[group] && !has_opted_out;

        ASSERT((s->dist->willing[group][pe / 64] >> pe % 64 & 1) == is_willing);
    }
    check_cpuif(s->spec, p);
}

void gicv3_check(const struct gicv3 *s)
{
    ASSERT(gicv3_spec_error(s->spec) == NULL);
    check_dist(s);
    for (u32 i = 0; i < s->spec->pe_count; i++)
        check_pe(s, i);
}
