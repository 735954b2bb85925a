/* Fields of ESR_ELx for aborts: private to mmu. DDI 0487, ESR_ELx. */
#ifndef MMU_ISS_H
#define MMU_ISS_H

enum { EC_IABT_LOWER = 0x20, EC_IABT_SAME = 0x21, EC_DABT_LOWER = 0x24, EC_DABT_SAME = 0x25 };

#define ESR_EC_SHIFT 26
#define ESR_IL (1ull << 25) /* A64 instructions have 32 bits. */
#define ISS_ISV (1ull << 24)
#define ISS_SAS_SHIFT 22
#define ISS_SSE (1ull << 21)
#define ISS_SRT_SHIFT 16
#define ISS_SF (1ull << 15)
#define ISS_AR (1ull << 14)
#define ISS_VNCR (1ull << 13)
#define ISS_SET_SHIFT 11
#define ISS_FNV (1ull << 10)
#define ISS_EA (1ull << 9)
#define ISS_CM (1ull << 8)
#define ISS_S1PTW (1ull << 7)
#define ISS_WNR (1ull << 6)

#endif
