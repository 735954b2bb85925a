#include "cpu/traps.h"

const char *cpu_gate_name(enum cpu_gate gate)
{
#define X(id, name) [CPU_GATE_##id] = name,
    static const char *const names[CPU_GATE_COUNT] = {CPU_GATES(X)};
#undef X
    ASSERT(gate < CPU_GATE_COUNT);

    return names[gate];
}

const char *cpu_trap_name(enum cpu_trap trap)
{
#define X(id, name) [CPU_TRAP_##id] = name,
    static const char *const names[CPU_TRAP_COUNT] = {CPU_TRAPS(X)};
#undef X
    ASSERT(trap < CPU_TRAP_COUNT);

    return names[trap];
}

/* --- Gates of EL1 --- */

enum control { SCTLR, CNTKCTL, PMUSERENR, MDSCR };
enum { OPENS, CLOSES }; /* What a bit that is set does. */

/* clang-format off */
static const struct {
    u8 control, sense;
    u32 read, write; /* Any of these bits. */
} gates[CPU_GATE_COUNT] = {
    [CPU_GATE_UMA]    = { SCTLR,     OPENS,  CPU_SCTLR_UMA,    CPU_SCTLR_UMA },
    [CPU_GATE_UCT]    = { SCTLR,     OPENS,  CPU_SCTLR_UCT,    CPU_SCTLR_UCT },
    [CPU_GATE_UCI]    = { SCTLR,     OPENS,  CPU_SCTLR_UCI,    CPU_SCTLR_UCI },
    [CPU_GATE_DZE]    = { SCTLR,     OPENS,  CPU_SCTLR_DZE,    CPU_SCTLR_DZE },
    [CPU_GATE_ENRCTX] = { SCTLR,     OPENS,  CPU_SCTLR_ENRCTX, CPU_SCTLR_ENRCTX },
    [CPU_GATE_TSCXT]  = { SCTLR,     CLOSES, CPU_SCTLR_TSCXT,  CPU_SCTLR_TSCXT },
    [CPU_GATE_CNTFRQ] = { CNTKCTL,   OPENS,  0x003, 0x003 }, /* EL0PCTEN 0, EL0VCTEN 1 */
    [CPU_GATE_PCTEN]  = { CNTKCTL,   OPENS,  0x001, 0x001 },
    [CPU_GATE_VCTEN]  = { CNTKCTL,   OPENS,  0x002, 0x002 },
    [CPU_GATE_PTEN]   = { CNTKCTL,   OPENS,  0x200, 0x200 }, /* EL0PTEN 9 */
    [CPU_GATE_VTEN]   = { CNTKCTL,   OPENS,  0x100, 0x100 }, /* EL0VTEN 8 */
    [CPU_GATE_PMEN]   = { PMUSERENR, OPENS,  0x1,   0x1 },   /* EN 0, SW 1, CR 2, ER 3 */
    [CPU_GATE_PMSW]   = { PMUSERENR, OPENS,  0x3,   0x3 },
    [CPU_GATE_PMCR]   = { PMUSERENR, OPENS,  0x5,   0x1 },
    [CPU_GATE_PMER]   = { PMUSERENR, OPENS,  0x9,   0x1 },
    [CPU_GATE_PMSEL]  = { PMUSERENR, OPENS,  0x9,   0x9 },
    [CPU_GATE_TDCC]   = { MDSCR,     CLOSES, CPU_MDSCR_TDCC,   CPU_MDSCR_TDCC },
};
/* clang-format on */

/* EL0 of a VHE host obeys the registers of EL2 that have the same layout. */
static u64 control_value(const struct cpu_regs *r, const struct cpu_sysregs *s, bool is_host,
                         enum control control)
{
    switch (control) {
    case SCTLR:
        return is_host ? r->sctlr_el2 : r->sctlr_el1;
    case CNTKCTL:
        return is_host ? s->cnthctl_el2 : s->cntkctl_el1;
    case PMUSERENR:
        return s->pmuserenr_el0;
    default:
        return s->mdscr_el1;
    }
}

/* Two bits of CPACR_EL1, and of CPTR_EL2 with E2H: x0 traps both ELs, 01 EL0 alone, 11 none. */
static bool field_lets_in(u64 value, u32 shift, u32 el)
{
    const u32 field = value >> shift & 3;

    return field == 3 || (field == 1 && el > 0);
}

enum { ZEN_SHIFT = 16, FPEN_SHIFT = 20 };

bool cpu_gate_is_open(const struct cpu_regs *r, const struct cpu_sysregs *s,
                      const struct cpu_features *f, enum cpu_gate gate, u32 el, bool is_read)
{
    ASSERT(gate < CPU_GATE_COUNT && el <= 1);

    const bool is_host = cpu_is_host(cpu_effective_hcr(r, f));

    /* CPACR_EL1 has no say in a VHE host; CPTR_EL2 has, as a trap. */
    if (gate == CPU_GATE_FP || gate == CPU_GATE_ZEN)
        return is_host ||
               field_lets_in(s->cpacr_el1, gate == CPU_GATE_FP ? FPEN_SHIFT : ZEN_SHIFT, el);
    if (gate == CPU_GATE_NONE || el > 0)
        return true;
    const u64 value = control_value(r, s, is_host, (enum control)gates[gate].control);
    const bool is_set = value & (is_read ? gates[gate].read : gates[gate].write);
    return is_set == (gates[gate].sense == OPENS);
}

/* --- Traps of EL2 --- */

enum el2 { HCR, CPTR, MDCR, CNTHCTL, ICH, SRE };
enum { EL1_ONLY, EL0_TOO };
enum { SET, CLEAR }; /* The bit traps when it is set, clear. */

#define TDE CPU_MDCR_TDE
#define TID2 (CPU_HCR_TID2 | CPU_HCR_TID4)
#define TPMCR (CPU_MDCR_TPM | CPU_MDCR_TPMCR)

/* clang-format off */
static const struct {
    u8 control, when, el0;
    u64 read, write; /* Any of these bits; 0: that direction never. */
} traps[CPU_TRAP_COUNT] = {
    [CPU_TRAP_VM]       = { HCR, SET, EL1_ONLY, CPU_HCR_TRVM, CPU_HCR_TVM },
    [CPU_TRAP_TID1]     = { HCR, SET, EL1_ONLY, CPU_HCR_TID1, 0 },
    [CPU_TRAP_TID2]     = { HCR, SET, EL1_ONLY, TID2, TID2 },
    [CPU_TRAP_TID2_CTR] = { HCR, SET, EL0_TOO,  CPU_HCR_TID2, 0 },
    [CPU_TRAP_TID3]     = { HCR, SET, EL1_ONLY, CPU_HCR_TID3, 0 },
    [CPU_TRAP_TID5]     = { HCR, SET, EL1_ONLY, CPU_HCR_TID5, 0 },
    [CPU_TRAP_TIDCP]    = { HCR, SET, EL0_TOO,  CPU_HCR_TIDCP, CPU_HCR_TIDCP },
    [CPU_TRAP_TACR]     = { HCR, SET, EL1_ONLY, CPU_HCR_TACR, CPU_HCR_TACR },
    [CPU_TRAP_TSW]      = { HCR, SET, EL1_ONLY, 0, CPU_HCR_TSW },
    [CPU_TRAP_TPCP]     = { HCR, SET, EL0_TOO,  0, CPU_HCR_TPCP },
    [CPU_TRAP_TPU_OCU]  = { HCR, SET, EL0_TOO,  0, CPU_HCR_TPU | CPU_HCR_TOCU },
    [CPU_TRAP_TPU_ICAB] = { HCR, SET, EL1_ONLY, 0, CPU_HCR_TPU | CPU_HCR_TICAB },
    [CPU_TRAP_TTLB]     = { HCR, SET, EL1_ONLY, 0, CPU_HCR_TTLB },
    [CPU_TRAP_TTLB_IS]  = { HCR, SET, EL1_ONLY, 0, CPU_HCR_TTLB | CPU_HCR_TTLBIS },
    [CPU_TRAP_TTLB_OS]  = { HCR, SET, EL1_ONLY, 0, CPU_HCR_TTLB | CPU_HCR_TTLBOS },
    [CPU_TRAP_TDZ]      = { HCR, SET, EL0_TOO,  0, CPU_HCR_TDZ },
    [CPU_TRAP_TLOR]     = { HCR, SET, EL1_ONLY, CPU_HCR_TLOR, CPU_HCR_TLOR },
    [CPU_TRAP_TERR]     = { HCR, SET, EL1_ONLY, CPU_HCR_TERR, CPU_HCR_TERR },
    [CPU_TRAP_APK]      = { HCR, CLEAR, EL1_ONLY, CPU_HCR_APK, CPU_HCR_APK },
    [CPU_TRAP_ATA]      = { HCR, CLEAR, EL1_ONLY, CPU_HCR_ATA, CPU_HCR_ATA },
    [CPU_TRAP_ENSCXT]   = { HCR, CLEAR, EL0_TOO,  CPU_HCR_ENSCXT, CPU_HCR_ENSCXT },
    [CPU_TRAP_TCPAC]    = { CPTR, SET, EL1_ONLY, CPU_CPTR_TCPAC, CPU_CPTR_TCPAC },
    [CPU_TRAP_TPM]      = { MDCR, SET, EL0_TOO, CPU_MDCR_TPM, CPU_MDCR_TPM },
    [CPU_TRAP_TPMCR]    = { MDCR, SET, EL0_TOO, TPMCR, TPMCR },
    [CPU_TRAP_TDA]      = { MDCR, SET, EL1_ONLY, CPU_MDCR_TDA | TDE, CPU_MDCR_TDA | TDE },
    [CPU_TRAP_TDCC]     = { MDCR, SET, EL0_TOO, CPU_MDCR_TDA | TDE, CPU_MDCR_TDA | TDE },
    [CPU_TRAP_TDRA]     = { MDCR, SET, EL1_ONLY, CPU_MDCR_TDRA | TDE, 0 },
    [CPU_TRAP_TDOSA]    = { MDCR, SET, EL1_ONLY, CPU_MDCR_TDOSA | TDE, CPU_MDCR_TDOSA | TDE },
    [CPU_TRAP_CNTPCT]   = { CNTHCTL, CLEAR, EL0_TOO, 1 << 0, 1 << 0 }, /* With E2H 10, 11. */
    [CPU_TRAP_CNTP]     = { CNTHCTL, CLEAR, EL0_TOO, 1 << 1, 1 << 1 },
    [CPU_TRAP_CNTVCT]   = { CNTHCTL, SET, EL0_TOO, 1 << 14, 1 << 14 },
    [CPU_TRAP_CNTV]     = { CNTHCTL, SET, EL0_TOO, 1 << 13, 1 << 13 },
    [CPU_TRAP_ICC_G0]   = { ICH, SET, EL1_ONLY, 1 << 11, 1 << 11 },
    [CPU_TRAP_ICC_G1]   = { ICH, SET, EL1_ONLY, 1 << 12, 1 << 12 },
    [CPU_TRAP_ICC_BOTH] = { ICH, SET, EL1_ONLY, 1 << 10, 1 << 10 },
    [CPU_TRAP_ICC_DIR]  = { ICH, SET, EL1_ONLY, 0, 1 << 10 | 1 << 14 },
    [CPU_TRAP_ICC_SGI]  = { ICH, SET, EL1_ONLY, 0, 1 << 10 }, /* And IMO, FMO. */
    [CPU_TRAP_ICC_SRE]  = { SRE, CLEAR, EL1_ONLY, 1 << 3, 1 << 3 },
};
/* clang-format on */

/* Bits whose feature is missing are RES0. */
static u64 el2_value(const struct cpu_regs *r, const struct cpu_sysregs *s,
                     const struct cpu_features *f, enum el2 control)
{
    const u64 evt = CPU_HCR_TID4 | CPU_HCR_TICAB | CPU_HCR_TOCU | CPU_HCR_TTLBIS | CPU_HCR_TTLBOS;
    const u64 ecv = 1ull << 13 | 1ull << 14;

    switch (control) {
    case HCR:
        return f->evt ? r->hcr_el2 : r->hcr_el2 & ~evt;
    case CPTR:
        return s->cptr_el2;
    case MDCR:
        return s->mdcr_el2;
    case CNTHCTL:
        return f->ecv ? s->cnthctl_el2 : s->cnthctl_el2 & ~ecv;
    case ICH:
        return s->ich_hcr_el2;
    default:
        return s->icc_sre_el2;
    }
}

/* CPTR_EL2: with E2H the fields of CPACR_EL1, else one bit each. */
static bool cptr_traps(const struct cpu_sysregs *s, u64 hcr, enum cpu_trap trap, u32 el)
{
    const u32 shift = trap == CPU_TRAP_TFP ? FPEN_SHIFT : ZEN_SHIFT;
    const u64 bit = trap == CPU_TRAP_TFP ? CPU_CPTR_TFP : CPU_CPTR_TZ;

    if (!(hcr & CPU_HCR_E2H))
        return s->cptr_el2 & bit;
    return !field_lets_in(s->cptr_el2, shift, hcr & CPU_HCR_TGE ? el : 1);
}

bool cpu_trap_is_on(const struct cpu_regs *r, const struct cpu_sysregs *s,
                    const struct cpu_features *f, enum cpu_trap trap, u32 el, bool is_read)
{
    ASSERT(trap < CPU_TRAP_COUNT && el <= 1);

    const u64 hcr = cpu_effective_hcr(r, f);
    u64 bits = is_read ? traps[trap].read : traps[trap].write;

    if (!f->el2 || trap == CPU_TRAP_NONE)
        return false;
    if (trap == CPU_TRAP_TFP || trap == CPU_TRAP_TZ)
        return cptr_traps(s, hcr, trap, el);
    if (el == 0 && traps[trap].el0 == EL1_ONLY)
        return false;
    /* Controls of the guest have no hold on a VHE host's EL0; those of debug and PMU have. */
    if (cpu_is_host(hcr) && el == 0 && traps[trap].control != MDCR)
        return false;
    if (trap == CPU_TRAP_ICC_SGI && !is_read && hcr & (CPU_HCR_IMO | CPU_HCR_FMO))
        return true;
    if ((trap == CPU_TRAP_CNTPCT || trap == CPU_TRAP_CNTP) && hcr & CPU_HCR_E2H)
        bits <<= 10;
    if (bits == 0)
        return false;
    const bool is_set = el2_value(r, s, f, (enum el2)traps[trap].control) & bits;
    return is_set == (traps[trap].when == SET);
}
