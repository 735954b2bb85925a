/*
 * PSTATE at the entry of a handler of den0054: that of an exception to the client EL (DEN0054,
 * client context; DDI 0487, exception entry), one rule a row.
 */
#include "sdei/private.h"

/* SPSR_ELx of AArch64. Those that an interrupted AArch32 context has are at the same place. */
#define N_Z_C_V (0xfull << 28)
#define DIT (1ull << 24)
#define PAN (1ull << 22)
#define SSBS (1ull << 12)
#define ALLINT (1ull << 13)
#define TCO (1ull << 25)
#define PM (1ull << 32)
#define EXLOCK (1ull << 34)

static u32 el_of(u64 pstate)
{
    const u32 mode = (u32)pstate & 0xf;

    if (!(pstate >> 4 & 1))
        return mode >> 2;
    return mode == 0 ? 0 : mode == 0xa ? 2 : 1;
}

u64 sdei_entry_pstate(const struct sdei_pe_spec *pe, u64 old)
{
    const bool is_el2 = pe->client_el == 2;
    /* At EL2, SCTLR_EL2.SPAN has an effect with E2H and TGE only. */
    const bool sets_pan = !pe->span && (!is_el2 || pe->is_host);
    u64 pstate = (is_el2 ? SDEI_PSTATE_EL2H : SDEI_PSTATE_EL1H) | SDEI_PSTATE_DAIF;

    /* IL, SS, nRW, UAO and BTYPE become 0. */
    pstate |= old & N_Z_C_V;
    if (pe->has_dit)
        pstate |= old & DIT;
    if (pe->has_pan)
        pstate |= sets_pan ? PAN : old & PAN;
    if (pe->has_ssbs && pe->dssbs)
        pstate |= SSBS;
    if (pe->has_mte2)
        pstate |= TCO;
    if (pe->has_nmi && !pe->spintmask)
        pstate |= ALLINT;
    if (pe->has_ebep)
        pstate |= PM;
    /* From another EL the lock is open; from the same one it is as the client wants it. */
    if (pe->has_gcs && pe->exlocken && el_of(old) == pe->client_el)
        pstate |= EXLOCK;
    return pstate;
}
