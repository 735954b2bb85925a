/*
 * The table of protocol designs. A design is a row, its scripts where they differ from the common
 * ones, and the deciders in which it truly differs. Adding one: a file in host/ and one in guest/,
 * and a line in variant.c; nothing else changes.
 */
#ifndef MODEL_VARIANT_H
#define MODEL_VARIANT_H

#include "model/vcpu.h"

#ifdef __cplusplus
extern "C" {
#endif

struct request_rule { /* One line of the request check, in its order. */
    u32 request;
    u8 script; /* SCR_COUNT: only cleared. */
};

struct variant_host {
    const struct row *script[SCR_GUEST_FIRST]; /* NULL: the common one. */
    struct request_rule request[4];            /* Ends with request 0. */
    u32 entry_ignores; /* Pending requests that alone do not stop the entry. */
    /* Vendor hypercall of this design: id, and the handler (NULL: none). FEATURES has its bit. */
    u32 fid;
    enum verdict (*call)(struct ctx *c, struct vcpu *v);
    /* The worker has appended an item; first: the done list was empty before. */
    void (*completed)(struct ctx *c, struct vcpu *v, bool first, u32 cpu);
    /* Work of the design that ends a WFI, beside interrupts (NULL: none). */
    bool (*runnable)(const struct ctx *c, const struct vcpu *v);
    bool has_sdei;
    bool s1ptw_is_write; /* Before 2022-12 KVM counted every S1PTW fault as a write. */
};

struct variant_guest {
    const struct row *script[SCR_COUNT]; /* Guest part; NULL: the common one. */
    /* Set-up call number n of this CPU: issues it, or returns false when the CPU is set up. */
    bool (*boot_call)(struct ctx *c, struct vcpu *v, u32 n);
    /* Its result. False: the guest goes on without APF. */
    bool (*boot_result)(struct ctx *c, struct vcpu *v, u32 n);
};

struct variant {
    const char *name;
    const char *words; /* One line for `apfsim list variants`. */
    const struct variant_host *host;
    const struct variant_guest *guest;
};

extern const struct variant variants[];
u32 variant_count(void);
/* Row number, variant_count() if there is none of this name. */
u32 variant_find(const char *name);
const char *variant_name(u32 index);

#ifdef __cplusplus
}
#endif
#endif
