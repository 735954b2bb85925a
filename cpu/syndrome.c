#include "cpu/syndrome.h"

enum { E2 = 1 << 2, E3 = 1 << 3, E12 = 1 << 1 | E2, E23 = E2 | E3, E123 = E12 | E3 };

const struct cpu_ec_info cpu_ec_info[CPU_EC_COUNT] = {
#define EC(id, number, name, il, far, takers)                                                      \
    [number] = {name, CPU_IL_##il, CPU_FAR_##far, takers, {0}},
#include "cpu/ec.def"
#undef EC
};

const char *cpu_ec_name(enum cpu_ec ec)
{
    ASSERT((u32)ec < CPU_EC_COUNT);

    return cpu_ec_info[ec].name != NULL ? cpu_ec_info[ec].name : "reserved";
}

/* --- Builders --- */

u64 cpu_esr(enum cpu_ec ec, u32 iss)
{
    ASSERT((u32)ec < CPU_EC_COUNT && iss >> 25 == 0);

    return (u64)ec << 26 | CPU_ESR_IL | iss;
}

u64 cpu_esr_any(enum cpu_ec ec, u32 iss, bool is_16bit)
{
    const u64 esr = cpu_esr(ec, iss);
    const u8 il = cpu_ec_info[ec].il;
    const bool by_length = il == CPU_IL_LEN || (il == CPU_IL_ISV && iss & CPU_ISS_ISV);

    return is_16bit && by_length ? esr & ~CPU_ESR_IL : esr;
}

static u64 esr_imm16(enum cpu_ec ec, u32 imm16)
{
    ASSERT(imm16 <= 0xffff);

    return cpu_esr(ec, imm16);
}

u64 cpu_esr_svc(u32 imm16)
{
    return esr_imm16(CPU_EC_SVC64, imm16);
}

u64 cpu_esr_hvc(u32 imm16)
{
    return esr_imm16(CPU_EC_HVC64, imm16);
}

u64 cpu_esr_smc(u32 imm16)
{
    return esr_imm16(CPU_EC_SMC64, imm16);
}

u64 cpu_esr_brk(u32 imm16)
{
    return esr_imm16(CPU_EC_BRK64, imm16);
}

/* A64 has no condition codes: where an ISS has them, CV (24) is set, COND (23:20) is "always". */
#define ALWAYS (1u << 24 | 0xeu << 20)

u64 cpu_esr_wfx(enum cpu_wfx instruction, u32 rt)
{
    const u32 iss = ALWAYS | (u32)instruction;
    const bool has_register = instruction == CPU_WFIT || instruction == CPU_WFET;

    ASSERT(instruction <= CPU_WFET && rt < 32);
    return cpu_esr(CPU_EC_WFX, has_register ? iss | rt << 5 | 1u << 2 : iss);
}

u64 cpu_esr_fp(void)
{
    return cpu_esr(CPU_EC_FP_TRAP, ALWAYS);
}

u64 cpu_esr_step(bool same_el, bool is_load_exclusive, bool valid)
{
    const u32 known = valid ? 1u << 24 | (is_load_exclusive ? 1u << 6 : 0) : 0;

    return cpu_esr(same_el ? CPU_EC_STEP_SAME : CPU_EC_STEP_LOWER, known | CPU_FSC_DEBUG);
}

u64 cpu_esr_sysreg(struct cpu_sysreg reg, u32 rt, bool is_read)
{
    ASSERT(reg.op0 < 4 && reg.op1 < 8 && reg.crn < 16 && reg.crm < 16 && reg.op2 < 8 && rt < 32);

    return cpu_esr(CPU_EC_SYSREG, (u32)reg.op0 << 20 | (u32)reg.op2 << 17 | (u32)reg.op1 << 14 |
                                      (u32)reg.crn << 10 | rt << 5 | (u32)reg.crm << 1 |
                                      (is_read ? 1u : 0u));
}

struct cpu_sysreg cpu_esr_to_sysreg(u64 esr)
{
    return (struct cpu_sysreg){
        .op0 = esr >> 20 & 3,
        .op1 = esr >> 14 & 7,
        .crn = esr >> 10 & 0xf,
        .crm = esr >> 1 & 0xf,
        .op2 = esr >> 17 & 7,
    };
}

/* --- What an ESR says of the addresses --- */

static u64 fsc_of(u64 esr)
{
    return esr & CPU_ISS_FSC;
}

bool cpu_esr_is_abort(u64 esr)
{
    const u8 far = cpu_ec_info[cpu_esr_ec(esr)].far;

    return far == CPU_FAR_ABORT || far == CPU_FAR_STAGE2;
}

bool cpu_far_is_valid(u64 esr)
{
    if (cpu_esr_is_abort(esr))
        return !(fsc_of(esr) == CPU_FSC_EXTERNAL && esr & CPU_ISS_FNV);
    return cpu_ec_info[cpu_esr_ec(esr)].far == CPU_FAR_FAR;
}

bool cpu_esr_is_vncr(u64 esr)
{
    return cpu_esr_ec(esr) == CPU_EC_DABT_SAME && esr & CPU_ISS_VNCR;
}

/* The codes below 0x10 are those of translations; levels -1 and -2 have codes of their own. */
static bool is_translation_fault(u64 fsc)
{
    return fsc < CPU_FSC_EXTERNAL || (fsc >= 0x29 && fsc <= 0x2c);
}

/* DDI 0487 HPFAR_EL2: UNKNOWN after a permission fault that is not of a stage-1 walk. */
enum cpu_ipa cpu_esr_ipa(u64 esr)
{
    const u64 fsc = fsc_of(esr);

    if (cpu_ec_info[cpu_esr_ec(esr)].far != CPU_FAR_STAGE2)
        return CPU_IPA_NONE;
    if (esr & CPU_ISS_S1PTW)
        return CPU_IPA_HPFAR;
    if (!is_translation_fault(fsc))
        return CPU_IPA_NONE;
    return (fsc & 0x3c) == CPU_FSC_PERMISSION ? CPU_IPA_WALK : CPU_IPA_HPFAR;
}

#define PAGE_OF_IPA 0x000ffffffffff000ull /* 51:12 */
#define HPFAR_FIPA 0x00000ffffffffff0ull  /* 43:4 */

u64 cpu_hpfar_to_ipa(u64 hpfar)
{
    return (hpfar & HPFAR_FIPA) << 8;
}

u64 cpu_ipa_to_hpfar(u64 ipa)
{
    return (ipa & PAGE_OF_IPA) >> 8;
}

bool cpu_par_to_hpfar(u64 par, u64 *hpfar)
{
    if (par & 1)
        return false;
    *hpfar = cpu_ipa_to_hpfar(par);
    return true;
}

u64 cpu_par_of_fault(u32 fsc, bool is_stage2, bool s1ptw)
{
    ASSERT(fsc <= CPU_ISS_FSC && (is_stage2 || !s1ptw));

    return 1 | (u64)fsc << 1 | (u64)s1ptw << 8 | (u64)is_stage2 << 9 | 1ull << 11;
}
