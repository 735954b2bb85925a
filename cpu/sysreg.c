#include "cpu/sysreg.h"

#include "gic/gic.h"

/*
 * Inaccurate: the PMU counts nothing, and error records and LORegions are empty. Their registers
 * are there for the traps; without a trap they read 0 and ignore writes (cpu/sysreg.def: RAZ).
 */

/* --- The table --- */

enum { FN_SP_EL0, FN_CCSIDR, FN_DCZID, FN_OSLAR };

struct feature_place { /* Offsets of the features, and one behind them that is always there. */
    struct cpu_features f;
    u8 always;
};
STATIC_ASSERT(offsetof(struct feature_place, always) == CPU_FEATURE_ALWAYS, "one past the last");

#define ARG_REGS(field) offsetof(struct cpu_regs, field)
#define ARG_PST(field) offsetof(struct cpu_regs, field)
#define ARG_SYS(field) offsetof(struct cpu_sysregs, field)
#define ARG_FN(name) FN_##name
#define ARG_GIC(name) GIC_##name
#define ARG_TIMER(name) CPU_##name
#define ARG_ID(none) none
#define ARG_RAZ(none) none
#define ARG_EL2(none) none
#define ARG_TLBI(none) none
#define ARG_AT(none) none
#define ARG_DC(none) none
#define ARG_IC(none) none
#define ARG_RCTX(none) none

static const struct cpu_sysreg_info table[] = {
#define SYSREG(name, op0, op1, crn, crm, op2, el0, el1, gate, trap, has, kind, arg, mask, reset)   \
    {name,                                                                                         \
     {op0, op1, crn, crm, op2},                                                                    \
     {CPU_ACCESS_##el0, CPU_ACCESS_##el1},                                                         \
     CPU_GATE_##gate,                                                                              \
     CPU_TRAP_##trap,                                                                              \
     offsetof(struct feature_place, has),                                                          \
     CPU_KIND_##kind,                                                                              \
     ARG_##kind(arg),                                                                              \
     0,                                                                                            \
     mask,                                                                                         \
     reset},
#include "cpu/sysreg.def"
#undef SYSREG
};

const struct cpu_sysreg_info *cpu_sysreg_table(size_t *count)
{
    *count = ARRAY_COUNT(table);
    return table;
}

u16 cpu_sysreg_key(struct cpu_sysreg reg)
{
    ASSERT(reg.op0 < 4 && reg.op1 < 8 && reg.crn < 16 && reg.crm < 16 && reg.op2 < 8);

    return (u16)(reg.op0 << 14 | reg.op1 << 11 | reg.crn << 7 | reg.crm << 3 | reg.op2);
}

const struct cpu_sysreg_info *cpu_sysreg_find(struct cpu_sysreg reg)
{
    const u16 key = cpu_sysreg_key(reg);
    size_t low = 0, high = ARRAY_COUNT(table);

    while (low < high) {
        const size_t middle = (low + high) / 2;
        const u16 found = cpu_sysreg_key(table[middle].reg);

        if (found == key)
            return &table[middle];
        if (found < key)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool cpu_sysreg_exists(const struct cpu_sysreg_info *row, const struct cpu_features *f)
{
    return row->feature == CPU_FEATURE_ALWAYS || ((const u8 *)f)[row->feature];
}

/* --- Exceptions --- */

static u32 own_target(const struct cpu_regs *r, const struct cpu_features *f, u32 el)
{
    return el == 0 && cpu_effective_hcr(r, f) & CPU_HCR_TGE ? 2 : 1;
}

static struct cpu_sysreg_result exception(enum cpu_sysreg_what what, u32 target_el, u64 esr)
{
    return (struct cpu_sysreg_result){(u8)what, (u8)target_el, 0, 0, {0}, esr};
}

static struct cpu_sysreg_result undefined(const struct cpu_regs *r, const struct cpu_features *f,
                                          u32 el)
{
    return exception(CPU_SYSREG_UNDEFINED, own_target(r, f, el), cpu_esr(CPU_EC_UNKNOWN, 0));
}

static struct cpu_sysreg_result done(enum cpu_sysreg_what what, u16 arg)
{
    return (struct cpu_sysreg_result){(u8)what, 0, arg, 0, {0}, 0};
}

static u64 esr_of(const struct cpu_sysreg_request *a)
{
    return cpu_esr_sysreg(a->reg, a->rt, a->is_read);
}

/* Traps of CPACR_EL1 that TGE takes to EL2 have the class UNKNOWN. */
static struct cpu_sysreg_result gate_closed(const struct cpu_regs *r, const struct cpu_features *f,
                                            enum cpu_gate gate, const struct cpu_sysreg_request *a)
{
    const u32 target = own_target(r, f, a->el);
    const bool is_cpacr = gate == CPU_GATE_FP || gate == CPU_GATE_ZEN;
    u64 esr = esr_of(a);

    if (is_cpacr && target == 2)
        esr = cpu_esr(CPU_EC_UNKNOWN, 0);
    else if (is_cpacr)
        esr = gate == CPU_GATE_FP ? cpu_esr_fp() : cpu_esr(CPU_EC_SVE_TRAP, 0);
    return exception(CPU_SYSREG_TRAP, target, esr);
}

static struct cpu_sysreg_result trapped(enum cpu_trap trap, const struct cpu_sysreg_request *a)
{
    const u64 esr = trap == CPU_TRAP_TFP  ? cpu_esr_fp()
                    : trap == CPU_TRAP_TZ ? cpu_esr(CPU_EC_SVE_TRAP, 0)
                                          : esr_of(a);

    return exception(CPU_SYSREG_TRAP, 2, esr);
}

/* --- Encodings without a row --- */

/* The space of the feature ID registers; with op1 = 0 what is not allocated reads as zero. */
static bool is_id_space(struct cpu_sysreg reg)
{
    const bool op1_has_ids = reg.op1 == 0 || reg.op1 == 1 || reg.op1 == 3;

    return reg.op0 == 3 && op1_has_ids && reg.crn == 0 && reg.crm < 8;
}

static bool is_impdef_space(struct cpu_sysreg reg)
{
    return (reg.op0 == 1 || reg.op0 == 3) && (reg.crn == 11 || reg.crn == 15);
}

/* FEAT_IDST: EL0 gets the class of a trap, so that its operating system need not decode. */
static bool is_id_trap(const struct cpu_features *f, const struct cpu_sysreg_request *a)
{
    return f->idst && a->el == 0 && a->is_read && is_id_space(a->reg);
}

static struct cpu_sysreg_result access_unallocated(const struct cpu_regs *r,
                                                   const struct cpu_sysregs *s,
                                                   const struct cpu_features *f,
                                                   const struct cpu_sysreg_request *a, u64 *value)
{
    if (is_id_trap(f, a))
        return gate_closed(r, f, CPU_GATE_NONE, a);
    if (is_id_space(a->reg) && a->reg.op1 == 0 && a->el == 1 && a->is_read) {
        if (a->reg.crm > 0 && cpu_trap_is_on(r, s, f, CPU_TRAP_TID3, 1, true))
            return trapped(CPU_TRAP_TID3, a);
        *value = 0;
        return done(CPU_SYSREG_OK, 0);
    }
    if (is_impdef_space(a->reg) && cpu_trap_is_on(r, s, f, CPU_TRAP_TIDCP, a->el, a->is_read))
        return trapped(CPU_TRAP_TIDCP, a);
    return undefined(r, f, a->el);
}

/* --- MSR (immediate) --- */

/* clang-format off */
/* DDI 0487 C5.1.2, "op0 = 0b00, CRn = 4": a field of PSTATE. */
static const struct {
    u8 op1, op2, el0, feature;
    u8 shift, crm_mask; /* CRm & crm_mask is written to PSTATE at shift. */
    u64 pstate;
} immediates[] = {
    { 0, 3, 0, offsetof(struct feature_place, f.uao),  23, 1,   CPU_PSTATE_UAO },
    { 0, 4, 0, offsetof(struct feature_place, f.pan),  22, 1,   CPU_PSTATE_PAN },
    { 0, 5, 0, CPU_FEATURE_ALWAYS,                      0, 1,   CPU_PSTATE_SP },
    { 1, 0, 0, offsetof(struct feature_place, f.nmi),  13, 1,   CPU_PSTATE_ALLINT },
    { 3, 1, 1, offsetof(struct feature_place, f.ssbs), 12, 1,   CPU_PSTATE_SSBS },
    { 3, 2, 1, offsetof(struct feature_place, f.dit),  24, 1,   CPU_PSTATE_DIT },
    { 3, 4, 1, offsetof(struct feature_place, f.mte),  25, 1,   CPU_PSTATE_TCO },
    { 3, 6, 1, CPU_FEATURE_ALWAYS,                      6, 0xf, CPU_PSTATE_DAIF }, /* DAIFSet */
    { 3, 7, 1, CPU_FEATURE_ALWAYS,                      6, 0xf, CPU_PSTATE_DAIF }, /* DAIFClr */
};
/* clang-format on */

static void write_immediate(struct cpu_regs *r, size_t i, u32 crm)
{
    const u64 bits = (u64)(crm & immediates[i].crm_mask) << immediates[i].shift;

    if (immediates[i].pstate != CPU_PSTATE_DAIF)
        r->pstate = (r->pstate & ~immediates[i].pstate) | bits;
    else if (immediates[i].op2 == 6)
        r->pstate |= bits;
    else
        r->pstate &= ~bits;
}

static struct cpu_sysreg_result access_immediate(struct cpu_regs *r, const struct cpu_sysregs *s,
                                                 const struct cpu_features *f,
                                                 const struct cpu_sysreg_request *a)
{
    size_t i = 0;

    while (i < ARRAY_COUNT(immediates) &&
           (immediates[i].op1 != a->reg.op1 || immediates[i].op2 != a->reg.op2))
        i++;
    if (i == ARRAY_COUNT(immediates) || a->reg.crn != 4 || a->is_read || a->rt != 31)
        return undefined(r, f, a->el);
    const u8 feature = immediates[i].feature;
    const bool exists = feature == CPU_FEATURE_ALWAYS || ((const u8 *)f)[feature];
    /* Of op1 = 1 only CRm = 000x is ALLINT. */
    const bool is_other = immediates[i].op1 == 1 && a->reg.crm > 1;
    if (!exists || is_other || (a->el == 0 && !immediates[i].el0))
        return undefined(r, f, a->el);
    if (immediates[i].pstate == CPU_PSTATE_DAIF &&
        !cpu_gate_is_open(r, s, f, CPU_GATE_UMA, a->el, false))
        return gate_closed(r, f, CPU_GATE_UMA, a);
    write_immediate(r, i, a->reg.crm);
    return done(CPU_SYSREG_OK, 0);
}

/* --- What an access does --- */

/* By CSSELR_EL1: L1D 64 KiB, L1I 64 KiB, L2 1 MiB of lines of 64 bytes; the others are UNKNOWN. */
static u64 ccsidr(const struct cpu_sysregs *s)
{
    static const u64 sizes[] = {0x701fe01a, 0x201fe01a, 0x70ffe03a};

    return s->csselr_el1 < ARRAY_COUNT(sizes) ? sizes[s->csselr_el1] : 0;
}

/* Bit 4: DC ZVA is prohibited where the register is read. */
static u64 dczid(const struct cpu_regs *r, const struct cpu_sysregs *s,
                 const struct cpu_features *f, const struct cpu_sysreg_info *row, u32 el)
{
    const bool allowed = cpu_gate_is_open(r, s, f, CPU_GATE_DZE, el, false) &&
                         !cpu_trap_is_on(r, s, f, CPU_TRAP_TDZ, el, false);

    return row->reset | (allowed ? 0 : 1u << 4);
}

static struct cpu_sysreg_result perform_fn(struct cpu_regs *r, struct cpu_sysregs *s,
                                           const struct cpu_features *f,
                                           const struct cpu_sysreg_info *row, bool is_read, u32 el,
                                           u64 *value)
{
    switch (row->arg) {
    case FN_SP_EL0: /* Not while it is the current stack pointer. */
        if (!(r->pstate & CPU_PSTATE_SP))
            return undefined(r, f, el);
        if (is_read)
            *value = r->sp_el0;
        else
            r->sp_el0 = *value;
        break;
    case FN_CCSIDR:
        *value = ccsidr(s);
        break;
    case FN_DCZID:
        *value = dczid(r, s, f, row, el);
        break;
    default: /* OSLAR_EL1: the lock bit shows in OSLSR_EL1. */
        s->oslsr_el1 = (s->oslsr_el1 & ~CPU_OSLSR_OSLK) | (*value & 1 ? CPU_OSLSR_OSLK : 0);
        break;
    }
    return done(CPU_SYSREG_OK, 0);
}

static u64 *field_of(struct cpu_regs *r, struct cpu_sysregs *s, const struct cpu_sysreg_info *row)
{
    u8 *const base = row->kind == CPU_KIND_SYS ? (u8 *)s : (u8 *)r;

    return (u64 *)(void *)(base + row->arg);
}

/* IHI 0069: EL1 has the virtual registers of a group whose interrupts go to EL2. */
static bool is_icv(u64 hcr, u16 cpuif)
{
    switch ((enum gic_cpuif_class)gic_cpuif_info[cpuif].class_) {
    case GIC_CLASS_G0:
        return hcr & CPU_HCR_FMO;
    case GIC_CLASS_G1:
        return hcr & CPU_HCR_IMO;
    default:
        return hcr & (CPU_HCR_FMO | CPU_HCR_IMO);
    }
}

struct cpu_sysreg_result cpu_sysreg_perform(struct cpu_regs *r, struct cpu_sysregs *s,
                                            const struct cpu_features *f,
                                            const struct cpu_sysreg_info *row, bool is_read, u32 el,
                                            u64 *value)
{
    struct cpu_sysreg_result result;
    u64 *field;

    ASSERT(el <= 1);
    switch ((enum cpu_sysreg_kind)row->kind) {
    case CPU_KIND_REGS:
    case CPU_KIND_SYS:
    case CPU_KIND_PST:
        field = field_of(r, s, row);
        if (is_read)
            *value = row->kind == CPU_KIND_PST ? *field & row->mask : *field;
        else
            *field = (*field & ~row->mask) | (*value & row->mask);
        return done(CPU_SYSREG_OK, 0);
    case CPU_KIND_ID:
        *value = is_read ? cpu_id_value(row, f) : *value;
        return done(CPU_SYSREG_OK, 0);
    case CPU_KIND_RAZ:
        *value = is_read ? 0 : *value;
        return done(CPU_SYSREG_OK, 0);
    case CPU_KIND_FN:
        return perform_fn(r, s, f, row, is_read, el, value);
    case CPU_KIND_GIC:
        result = done(CPU_SYSREG_GIC, row->arg);
        result.is_virtual = is_icv(cpu_effective_hcr(r, f), row->arg);
        return result;
    case CPU_KIND_TIMER:
        return done(CPU_SYSREG_TIMER, row->arg);
    case CPU_KIND_TLBI:
        return done(CPU_SYSREG_TLBI, 0);
    case CPU_KIND_AT:
        return done(CPU_SYSREG_AT, 0);
    case CPU_KIND_DC:
    case CPU_KIND_IC:
    case CPU_KIND_RCTX:
        return done(CPU_SYSREG_CACHE, 0);
    default:
        return undefined(r, f, el);
    }
}

/* UNDEFINED comes first, then the gate of EL1, then the trap of EL2. */
struct cpu_sysreg_result cpu_sysreg_access(struct cpu_regs *r, struct cpu_sysregs *s,
                                           const struct cpu_features *f,
                                           struct cpu_sysreg_request access, u64 *value)
{
    const struct cpu_sysreg_request *const a = &access;

    ASSERT(a->el <= 1 && a->rt < 32 && a->is_read <= 1);
    if (a->reg.op0 == 0)
        return access_immediate(r, s, f, a);
    const struct cpu_sysreg_info *const row = cpu_sysreg_find(a->reg);
    if (row == NULL)
        return access_unallocated(r, s, f, a, value);
    const u32 direction = a->is_read ? CPU_ACCESS_RO : CPU_ACCESS_WO;
    if (!cpu_sysreg_exists(row, f))
        return undefined(r, f, a->el);
    if (!(row->access[a->el] & direction))
        return is_id_trap(f, a) ? gate_closed(r, f, CPU_GATE_NONE, a) : undefined(r, f, a->el);
    if (row->kind == CPU_KIND_FN && row->arg == FN_SP_EL0 && !(r->pstate & CPU_PSTATE_SP))
        return undefined(r, f, a->el);
    if (!cpu_gate_is_open(r, s, f, (enum cpu_gate)row->gate, a->el, a->is_read))
        return gate_closed(r, f, (enum cpu_gate)row->gate, a);
    if (cpu_trap_is_on(r, s, f, (enum cpu_trap)row->trap, a->el, a->is_read))
        return trapped((enum cpu_trap)row->trap, a);
    return cpu_sysreg_perform(r, s, f, row, a->is_read, a->el, value);
}

/* --- KVM, reset --- */

/* clang-format off */
/* Linux 6.1: single registers that it treats unlike their neighbours. */
static const struct {
    struct cpu_sysreg reg;
    u8 answer;
} kvm_differs[] = {
    { { 2, 0, 0, 0, 2 },  CPU_KVM_UNDEF },    /* OSDTRRX_EL1: not in its list. */
    { { 2, 0, 0, 3, 2 },  CPU_KVM_UNDEF },    /* OSDTRTX_EL1 */
    { { 2, 0, 0, 6, 2 },  CPU_KVM_UNDEF },    /* OSECCR_EL1 */
    { { 3, 0, 9, 14, 6 }, CPU_KVM_PERFORMS }, /* PMMIR_EL1: RAZ, whether there is a PMU or not. */
};
/* clang-format on */

/* Linux 6.1: what the VM has not been given, and IMPLEMENTATION DEFINED ones, are UNDEFINED. */
enum cpu_kvm_answer cpu_kvm_sysreg(const struct cpu_sysreg_info *row, struct cpu_sysreg reg,
                                   bool has_pmu)
{
    if (row == NULL)
        return is_id_space(reg) && reg.op1 == 0 ? CPU_KVM_PERFORMS : CPU_KVM_UNDEF;
    for (size_t i = 0; i < ARRAY_COUNT(kvm_differs); i++)
        if (cpu_sysreg_key(kvm_differs[i].reg) == cpu_sysreg_key(reg))
            return (enum cpu_kvm_answer)kvm_differs[i].answer;
    switch ((enum cpu_trap)row->trap) {
    case CPU_TRAP_TPM:
    case CPU_TRAP_TPMCR:
        return has_pmu ? CPU_KVM_PERFORMS : CPU_KVM_UNDEF;
    case CPU_TRAP_APK:
    case CPU_TRAP_ATA:
    case CPU_TRAP_TID5:
    case CPU_TRAP_ENSCXT:
        return CPU_KVM_UNDEF;
    default:
        return row->access[1] == CPU_ACCESS_NO ? CPU_KVM_UNDEF : CPU_KVM_PERFORMS;
    }
}

#define CCSIDR_GEOMETRY 0x0ffffff8ull /* NumSets 27:13, Associativity 12:3, each less 1. */

struct cpu_sysreg_result cpu_kvm_perform(struct cpu_regs *r, struct cpu_sysregs *s,
                                         const struct cpu_features *f,
                                         const struct cpu_sysreg_info *row, bool is_read, u32 el,
                                         u64 *value)
{
    const struct cpu_sysreg_result result = cpu_sysreg_perform(r, s, f, row, is_read, el, value);
    const bool is_instruction = s->csselr_el1 & 1; /* CSSELR_EL1.InD */

    if (row->kind == CPU_KIND_FN && row->arg == FN_CCSIDR && is_read && !is_instruction)
        *value &= ~CCSIDR_GEOMETRY;
    return result;
}

void cpu_sysregs_reset(struct cpu_regs *r, struct cpu_sysregs *s, u64 mpidr)
{
    *s = (struct cpu_sysregs){0};
    for (size_t i = 0; i < ARRAY_COUNT(table); i++)
        if (table[i].kind == CPU_KIND_REGS || table[i].kind == CPU_KIND_SYS)
            *field_of(r, s, &table[i]) = table[i].reset;
    s->mpidr_el1 |= mpidr;
}
