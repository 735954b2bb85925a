#include "cpu/sysreg.h"

/* clang-format off */
/*
 * Fields of ID registers that tell of a feature, DDI 0487 D19. Several rows of one field count up:
 * the last one whose feature is there wins; without any the field is `none`.
 */
static const struct {
    u8 crm, op2; /* S3_0_C0_<CRm>_<op2> */
    u8 shift, feature, value, none;
} fields[] = {
#define HAS(name) offsetof(struct cpu_features, name)
    { 4, 0,  0, HAS(aarch32_el0), 2, 1 },   /* ID_AA64PFR0_EL1.EL0 */
    { 4, 0,  4, HAS(aarch32_el1), 2, 1 },   /* EL1 */
    { 4, 0,  8, HAS(el2),         1, 0 },
    { 4, 0, 12, HAS(el3),         1, 0 },
    { 4, 0, 28, HAS(ras),         1, 0 },
    { 4, 0, 32, HAS(sve),         1, 0 },
    { 4, 0, 48, HAS(dit),         1, 0 },
    { 4, 0, 56, HAS(csv2),        2, 1 },   /* 2: SCXTNUM_ELx too. */
    { 4, 1,  0, HAS(bti),         1, 0 },   /* ID_AA64PFR1_EL1.BT */
    { 4, 1,  4, HAS(ssbs),        2, 0 },
    { 4, 1,  8, HAS(mte),         2, 0 },
    { 4, 1, 36, HAS(nmi),         1, 0 },
    { 5, 0,  8, HAS(pmu),         4, 0 },   /* ID_AA64DFR0_EL1.PMUVer: PMUv3 for Armv8.1 */
    { 6, 0, 56, HAS(tlbios),      1, 0 },   /* ID_AA64ISAR0_EL1.TLB */
    { 6, 0, 56, HAS(tlbirange),   2, 0 },
    { 6, 1,  0, HAS(dpb),         1, 0 },   /* ID_AA64ISAR1_EL1.DPB */
    { 6, 1,  0, HAS(dpb2),        2, 0 },
    { 6, 1,  4, HAS(pauth),       1, 0 },   /* APA */
    { 6, 1, 40, HAS(specres),     1, 0 },
    { 7, 0, 60, HAS(ecv),         1, 0 },   /* ID_AA64MMFR0_EL1.ECV */
    { 7, 1,  8, HAS(vhe),         1, 0 },   /* ID_AA64MMFR1_EL1.VH */
    { 7, 1, 16, HAS(lor),         1, 0 },
    { 7, 1, 20, HAS(pan),         2, 0 },   /* 2: AT S1E1RP, S1E1WP too. */
    { 7, 2,  4, HAS(uao),         1, 0 },   /* ID_AA64MMFR2_EL1.UAO */
    { 7, 2, 28, HAS(ttst),        1, 0 },   /* ST */
    { 7, 2, 36, HAS(idst),        1, 0 },
    { 7, 2, 40, HAS(fwb),         1, 0 },
    { 7, 2, 48, HAS(ttl),         1, 0 },
    { 7, 2, 52, HAS(bbm1),        1, 0 },
    { 7, 2, 52, HAS(bbm2),        2, 0 },
    { 7, 2, 56, HAS(evt),         2, 0 },
    { 7, 2, 60, HAS(e0pd),        1, 0 },
#undef HAS
};
/* clang-format on */

static bool is_field_of(const struct cpu_sysreg *reg, size_t i)
{
    return reg->op0 == 3 && reg->op1 == 0 && reg->crn == 0 && reg->crm == fields[i].crm &&
           reg->op2 == fields[i].op2;
}

static u64 with_field(u64 value, u32 shift, u64 field)
{
    return (value & ~(0xfull << shift)) | field << shift;
}

u64 cpu_id_value(const struct cpu_sysreg_info *row, const struct cpu_features *f)
{
    u64 value = row->reset;

    ASSERT(row->kind == CPU_KIND_ID);
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++)
        if (is_field_of(&row->reg, i))
            value = with_field(value, fields[i].shift, fields[i].none);
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++)
        if (is_field_of(&row->reg, i) && ((const u8 *)f)[fields[i].feature])
            value = with_field(value, fields[i].shift, fields[i].value);
    return value;
}

/* --- The same for mmu --- */

/* A field of ID_AA64ISAR<n>_EL1 (CRm 6) or ID_AA64MMFR<n>_EL1 (CRm 7). */
static u32 id_field(const struct cpu_features *f, u8 crm, u8 op2, u32 shift)
{
    const struct cpu_sysreg reg = {3, 0, 0, crm, op2};

    return cpu_id_value(cpu_sysreg_find(reg), f) >> shift & 0xf;
}

static u8 granules(const struct cpu_features *f)
{
    const bool has_16k = id_field(f, 7, 0, 20) != 0;
    const bool has_64k = id_field(f, 7, 0, 24) != 0xf;
    const bool has_4k = id_field(f, 7, 0, 28) != 0xf;

    return (u8)(has_4k << MMU_4K | has_16k << MMU_16K | has_64k << MMU_64K);
}

void cpu_mmu_features(const struct cpu_features *f, struct mmu_features *m)
{
    static const u8 pa_bits[] = {32, 36, 40, 42, 44, 48};
    const u32 range = id_field(f, 7, 0, 0), tlb = id_field(f, 6, 0, 56);

    ASSERT(range < ARRAY_COUNT(pa_bits));
    ASSERT((f->tlbios || !f->tlbirange) && (f->bbm1 || !f->bbm2));
    *m = (struct mmu_features){
        .pa_bits = pa_bits[range],
        .granules = granules(f),
        .has_ttst = id_field(f, 7, 2, 28) != 0,
        .hafdbs = (u8)id_field(f, 7, 1, 0),
        .has_xnx = id_field(f, 7, 1, 28) != 0,
        .has_hpds = id_field(f, 7, 1, 12) != 0,
        .has_e0pd = id_field(f, 7, 2, 60) != 0,
        .has_tbid = id_field(f, 6, 1, 4) != 0,
        .has_fwb = id_field(f, 7, 2, 40) != 0,
        .has_asid16 = id_field(f, 7, 0, 4) == 2,
        .has_vmid16 = id_field(f, 7, 1, 4) == 2,
        .has_ttl = id_field(f, 7, 2, 48) != 0,
        .has_tlbi_os = tlb >= 1,
        .has_tlbi_range = tlb >= 2,
        .bbm = (u8)id_field(f, 7, 2, 52),
    };
}
