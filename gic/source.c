#include "gic/source.h"

enum {
    PPI_FIRST = 16,
    PPI_LAST = 31,
    SPI_FIRST = 32,
    SPI_LAST = 1019,
    LPI_FIRST = 8192,
    LPI_LAST = 65535, /* 16 bits of INTID. */
    V5_PPI_COUNT = 128,
    V5_SW_PPI = 3,
    V5_CTI = 24,
    V5_TYPE_PPI = 1,
    V5_TYPE_SHIFT = 29,
    CNTV = 27,
    CNTP = 30,
};

/* Base System Architecture, PPI assignments; GICv5 has fixed the same numbers. */
static const char *const ppi_names[32] = {
    [19] = "CNTHVS", [20] = "CNTHPS", [21] = "PMBIRQ",          [22] = "COMMIRQ",
    [23] = "PMU",    [24] = "CTI",    [25] = "GIC maintenance", [26] = "CNTHP",
    [27] = "CNTV",   [28] = "CNTHV",  [29] = "CNTPS",           [30] = "CNTP",
    [31] = "TRBIRQ",
};

static const char *const v5_names[4] = {"doorbell of Secure", "doorbell of Realm",
                                        "doorbell of Non-secure", "SW_PPI"};

const char *gic_ppi_name(enum gic_source_type type, u32 id)
{
    if (type == GIC_SOURCE_V5_PPI && id < ARRAY_COUNT(v5_names))
        return v5_names[id];
    return id < ARRAY_COUNT(ppi_names) ? ppi_names[id] : NULL;
}

u32 gic_ppis_of_kvm(void)
{
    return 1u << CNTV | 1u << CNTP;
}

static bool is_taken(const struct gic_source *s, const struct gic_source_rules *r)
{
    return s->id < 32 && (r->taken >> s->id & 1) != 0;
}

/* GICv5: ICC_PPI_HMR<n>_EL1 is read-only. */
static bool v5_is_edge(const struct gic_source *s, const struct gic_source_rules *r)
{
    return s->id == V5_SW_PPI || (s->id == V5_CTI && r->cti_is_edge);
}

static enum gic_source_error check_ppi(const struct gic_source *s, const struct gic_source_rules *r)
{
    if (s->id < PPI_FIRST || s->id > PPI_LAST)
        return GIC_SOURCE_NO_ID;
    if (is_taken(s, r))
        return GIC_SOURCE_IN_USE;
    return s->trigger == GIC_TRIGGER_EDGE && !r->edge_ppis ? GIC_SOURCE_LEVEL_ONLY : GIC_SOURCE_OK;
}

static enum gic_source_error check_spi(const struct gic_source *s, const struct gic_source_rules *r)
{
    return s->id >= SPI_FIRST && s->id <= SPI_LAST && s->id < r->nr_irqs ? GIC_SOURCE_OK
                                                                         : GIC_SOURCE_NO_ID;
}

/* LPIs are messages. */
static enum gic_source_error check_lpi(const struct gic_source *s, const struct gic_source_rules *r)
{
    if (!r->has_its || s->id < LPI_FIRST || s->id > LPI_LAST)
        return GIC_SOURCE_NO_ID;
    return s->trigger == GIC_TRIGGER_EDGE ? GIC_SOURCE_OK : GIC_SOURCE_EDGE_ONLY;
}

static enum gic_source_error check_v5_ppi(const struct gic_source *s,
                                          const struct gic_source_rules *r)
{
    if (s->id >= V5_PPI_COUNT)
        return GIC_SOURCE_NO_ID;
    if (is_taken(s, r))
        return GIC_SOURCE_IN_USE;
    if (v5_is_edge(s, r) == (s->trigger == GIC_TRIGGER_EDGE))
        return GIC_SOURCE_OK;
    return v5_is_edge(s, r) ? GIC_SOURCE_EDGE_ONLY : GIC_SOURCE_LEVEL_ONLY;
}

static enum gic_source_error (*const checks[GIC_SOURCE_TYPES])(const struct gic_source *s,
                                                               const struct gic_source_rules *r) = {
    [GIC_SOURCE_PPI] = check_ppi,
    [GIC_SOURCE_SPI] = check_spi,
    [GIC_SOURCE_LPI] = check_lpi,
    [GIC_SOURCE_V5_PPI] = check_v5_ppi,
};

enum gic_source_error gic_source_check(const struct gic_source *s, const struct gic_source_rules *r)
{
    if (s->type >= GIC_SOURCE_TYPES || s->trigger >= GIC_TRIGGER_COUNT)
        return GIC_SOURCE_NO_TYPE;
    return checks[s->type](s, r);
}

u32 gic_source_intid(const struct gic_source *s)
{
    return s->type == GIC_SOURCE_V5_PPI ? (u32)V5_TYPE_PPI << V5_TYPE_SHIFT | s->id : s->id;
}
