/*
 * What host and guest share, and all they share: hypercall numbers, the mailbox, the reasons.
 * Sources: [PATCH v4 08/15] and [PATCH v4 12/15] of 2021-08-15 <20210815005947.83699-*>, and the
 * one-ppi tree of 2026 (vendor hypercall 66). host/ and guest/ include nothing else of each other.
 */
#ifndef MODEL_APF_ABI_H
#define MODEL_APF_ABI_H

#include "cpu/cpu.h"

/* SMCCC: fast, SMC32, vendor hypervisor service (owner 6). */
#define APF_FID_V4 SMCCC_KVM_ASYNC_PF
#define APF_FID_ONE_PPI 0x86000042u

/* Sub-functions in x1. The numbers differ from SDEI on. */
enum apf_v4_call { APF_V4_VERSION, APF_V4_SLOTS, APF_V4_SDEI, APF_V4_IRQ, APF_V4_ENABLE,
                   APF_V4_IRQ_ACK };
enum apf_one_ppi_call { APF_ONE_VERSION, APF_ONE_SLOTS, APF_ONE_IRQ, APF_ONE_ENABLE,
                        APF_ONE_IRQ_ACK };

#define APF_VERSION_1_0_0 0x010000u

/* ENABLE data: GPA[63:6], flags[5:0]. SEND_ALWAYS exists in v4 only. */
#define APF_ENABLED (1ull << 0)
#define APF_SEND_ALWAYS (1ull << 1)
#define APF_GPA_MASK (~0x3full)

/* Mailbox, in guest RAM, 64-byte aligned, one for each vCPU. */
enum { APF_MBOX_REASON = 0, APF_MBOX_TOKEN = 4, APF_MBOX_ENABLED = 64, APF_MBOX_BYTES = 68 };
enum { APF_REASON_NONE = 0, APF_REASON_NOT_PRESENT = 1, APF_REASON_READY = 2 };
#define APF_TOKEN_ALL 0xffffffffu

#endif
