/*
 * The physical GICv3 of Arm IHI 0069, as software at EL1 without a hypervisor, or at EL2, has it:
 * distributor, redistributors and the CPU interfaces (ICC_*) of up to 512 PEs. A decider: it knows
 * neither time nor buses. What KVM makes of a GIC for its guests is in gic/gic.h.
 *
 * Memory: the caller's. The three parts lie apart and know each other by index; each is plain data
 * that can be copied. struct gicv3 only says where they are and is no state.
 *
 * Inaccurate: one security state (GICD_CTLR.DS reads as one), no LPIs and no legacy operation. So
 * there is no Secure view and no GICR_INVLPIR; INTIDs 1020 and 1021 never appear.
 */
#ifndef GIC_PHYS_H
#define GIC_PHYS_H

#include "base/base.h"
#include "gic/cpuif.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    GICV3_PE_MAX = 512,
    GICV3_PE_NONE = -1,
    GICV3_DIST_WORDS = 64, /* Words of 32 INTIDs: 0..1023, then 4096..5119. Word 0 is unused. */
    GICV3_PE_WORDS = 3,    /* SGIs and PPIs, then 1056..1087 and 1088..1119. */
    GICV3_EPPI_FIRST = 1056,
    GICV3_ESPI_FIRST = 4096,
    GICV3_NMI = 1022, /* ICC_IAR1_EL1: acknowledge by ICC_NMIAR1_EL1. */
    GICV3_SPURIOUS = 1023,
    GICV3_FRAME_BYTES = 0x10000, /* GICD; GICR has two, RD_base and SGI_base. */
};

/* Which of two pending interrupts of equal priority comes first is IMPLEMENTATION DEFINED. */
enum gicv3_tie { GICV3_TIE_LOWEST_INTID, GICV3_TIE_HIGHEST_INTID, GICV3_TIE_COUNT };

/* What was built; nothing changes it. Flags are 0 or 1. */
struct gicv3_spec {
    u32 pe_count;       /* 1..GICV3_PE_MAX */
    u32 iidr;           /* GICD_IIDR and GICR_IIDR. */
    u8 it_lines;        /* GICD_TYPER.ITLinesNumber, 0..31: SPIs 32 .. 32 * it_lines + 31. */
    u8 espi_words;      /* Extended SPIs, 32 a word, 0..32: from INTID 4096. */
    u8 eppi_words;      /* GICR_TYPER.PPInum, 0..2: extended PPIs, 32 a word, from INTID 1056. */
    u8 priority_bits;   /* 4..8 */
    u8 preemption_bits; /* 4..7, at most priority_bits; 2^(n - 5) active priority registers. */
    u8 has_nmi;         /* FEAT_GICv3_NMI: INMIR, ICC_NMIAR1_EL1 and superpriority. */
    u8 has_rss;         /* Range selector: SGIs reach Aff0 of 16..255. */
    u8 no_1_of_n;       /* GICD_TYPER.No1N: GICD_IROUTER.Interrupt_Routing_Mode is RAZ/WI. */
    u8 has_dpg;         /* GICR_TYPER.DPGS: GICR_CTLR.DPG0 and DPG1NS. */
    u8 has_a3v;         /* Aff3 may be other than 0. */
    u8 has_mbis;        /* GICD_SETSPI_NSR and GICD_CLRSPI_NSR. */
    u8 sgi_always_enabled;
    u8 ppi_config_writable; /* 0: PPIs and extended PPIs are level. */
    u8 tie;                 /* enum gicv3_tie */
    u8 has_statusr;         /* GICD_STATUSR and GICR_STATUSR; 0: RAZ/WI. */
    u8 zero;
    u32 affinity[GICV3_PE_MAX]; /* Aff3.Aff2.Aff1.Aff0, each 8 bits; no two alike. */
};

/* 32 INTIDs: bit or index n is INTID first + n. The registers are the state. */
struct gicv3_word {
    u32 group; /* 1: group 1. */
    u32 enabled;
    u32 latch; /* Set by an edge, ISPENDR or a message. */
    u32 line;  /* The wire, or a message-based level interrupt. */
    u32 active;
    u32 edge; /* 1: edge, 0: level. */
    u32 nmi;  /* INMIR; always a part of group. */
    u32 zero;
    u8 priority[32];
};

struct gicv3_dist {
    struct gicv3_word word[GICV3_DIST_WORDS];
    u64 route[GICV3_DIST_WORDS * 32]; /* GICD_IROUTER<n> and <n>E. */
    u64 ready; /* Derived: bit w if word w has an interrupt pending, enabled and not active. */
    u64 willing[2][GICV3_PE_MAX / 64]; /* Derived: PEs that take part in 1 of N, by group. */
    u32 ctlr;                          /* GICD_CTLR */
    u32 statusr;                       /* GICD_STATUSR */
};

/* The redistributor and the CPU interface of one PE. */
struct gicv3_pe {
    struct gicv3_word word[GICV3_PE_WORDS];
    u32 waker;       /* GICR_WAKER */
    u32 redist_ctlr; /* GICR_CTLR */
    u32 pmr;
    u32 bpr[2]; /* As written, by group; CBPR does not change them. */
    u32 igrpen[2];
    u32 ctlr;       /* ICC_CTLR_EL1: CBPR, EOImode and PMHE. */
    u32 ap[2][4];   /* ICC_AP0R<n>_EL1 and ICC_AP1R<n>_EL1. */
    u32 nmi_active; /* ICC_AP1R0_EL1.NMI */
    u32 statusr;    /* GICR_STATUSR */
    u32 zero[2];
};

struct gicv3 {
    const struct gicv3_spec *spec;
    struct gicv3_dist *dist;
    struct gicv3_pe *pe; /* spec->pe_count of them. */
};

/*
 * 5 bits of priority, 224 SPIs, A3V, opt-outs of 1 of N, PPIs of either trigger; no other option.
 * Aff0 = index & 15, Aff1 = index >> 4.
 */
void gicv3_spec_default(struct gicv3_spec *spec, u32 pe_count);
/* NULL, or what is wrong with it. */
const char *gicv3_spec_error(const struct gicv3_spec *spec);
/* Reset of everything. Registers that the architecture leaves UNKNOWN are zero. */
void gicv3_init(const struct gicv3 *s);

/*
 * --- Frames; off from their start. Widths, RAZ/WI, W1S and W1C are as the tables say. ---
 *
 * With has_statusr an access that no row takes (reserved, or of a wrong size or alignment) is noted
 * in STATUSR, and so is one in the wrong direction; even a read changes the state then.
 */
u64 gicv3_dist_read(const struct gicv3 *s, u32 off, u32 size);
void gicv3_dist_write(const struct gicv3 *s, u32 off, u32 size, u64 value);
/* off < 0x10000: RD_base; above: SGI_base. */
u64 gicv3_redist_read(const struct gicv3 *s, u32 pe, u32 off, u32 size);
void gicv3_redist_write(const struct gicv3 *s, u32 pe, u32 off, u32 size, u64 value);
/* Rows sorted by off, for tests and lists. Options that were not built are RAZ/WI in their row. */
const struct reg *gicv3_dist_table(size_t *count);
const struct reg *gicv3_redist_table(size_t *count);
/* What software can do with such a row: "RO", "WO", "RW", "W1S", "W1C" or "RAZ/WI". */
const char *gicv3_row_access(const struct reg *row);

/* --- Wires. --- */
/* A wire of a PPI (of PE pe) or an SPI (pe is ignored). False: there is no such wire. */
bool gicv3_set_line(const struct gicv3 *s, u32 pe, u32 intid, bool level);
/*
 * The PE to which an INTID goes now, by its route and, with 1 of N, by the choice; GICV3_PE_NONE if
 * nobody can have it. For SGIs and PPIs it is pe, if the INTID exists. Whoever changed an SPI need
 * look at gicv3_lines() of this PE only.
 *
 * Choice of 1 of N (IMPLEMENTATION DEFINED): the PE with the lowest index that is awake, has the
 * interrupt's group enabled in ICC_IGRPEN<group>_EL1 and has not opted out by GICR_CTLR.DPG. How
 * busy it is and ICC_CTLR_EL1.PMHE make no difference.
 */
s32 gicv3_target(const struct gicv3 *s, u32 pe, u32 intid);

/* Outputs of a PE's CPU interface. Which exceptions are masked is the PE's own affair. */
enum {
    GICV3_LINE_FIQ = 1,  /* A group 0 interrupt can be signalled. */
    GICV3_LINE_IRQ = 2,  /* A group 1 interrupt can be signalled; */
    GICV3_LINE_NMI = 4,  /* it has superpriority; only with GICV3_LINE_IRQ. */
    GICV3_LINE_WAKE = 8, /* WakeRequest: asleep (GICR_WAKER), and something is pending for it. */
};
u32 gicv3_lines(const struct gicv3 *s, u32 pe);

/* --- System registers. --- */
enum gicv3_result { GICV3_OK, GICV3_UNDEFINED };

/* Who accesses: EL 0..3, and SCTLR_ELx.NMI of that EL. */
struct gicv3_access {
    u8 el;
    u8 sctlr_nmi;
};

/*
 * UNDEFINED: the wrong direction, EL0, a register of EL2 from EL1, an active priority register or
 * ICC_NMIAR1_EL1 that was not built. Traps (ICH_HCR_EL2, HCR_EL2.IMO and FMO) come before this, and
 * ICH_* are the virtual interface's and UNDEFINED here. *value is written only with GICV3_OK.
 */
enum gicv3_result gicv3_cpuif_read(const struct gicv3 *s, u32 pe, struct gicv3_access access,
                                   enum gic_cpuif reg, u64 *value);
enum gicv3_result gicv3_cpuif_write(const struct gicv3 *s, u32 pe, struct gicv3_access access,
                                    enum gic_cpuif reg, u64 value);

void gicv3_check(const struct gicv3 *s); /* Invariants; asserts. */

#ifdef __cplusplus
}
#endif
#endif
