/* The table of fault status codes: DDI 0487, ESR_ELx, DFSC and IFSC; PAR_EL1, FST. */
#include "mmu/fsc.h"

#define ROW(kind, level, name)                                                                     \
    {                                                                                              \
        name, MMU_KIND_##kind, level                                                               \
    }
#define FLAT(kind, name)                                                                           \
    {                                                                                              \
        name, MMU_KIND_##kind, MMU_FSC_NO_LEVEL                                                    \
    }

static const struct mmu_fsc codes[64] = {
    /* clang-format off */
    [0x00] = ROW(SIZE, 0, "address size fault, level 0"),
    [0x01] = ROW(SIZE, 1, "address size fault, level 1"),
    [0x02] = ROW(SIZE, 2, "address size fault, level 2"),
    [0x03] = ROW(SIZE, 3, "address size fault, level 3"),
    [0x04] = ROW(TRANS, 0, "translation fault, level 0"),
    [0x05] = ROW(TRANS, 1, "translation fault, level 1"),
    [0x06] = ROW(TRANS, 2, "translation fault, level 2"),
    [0x07] = ROW(TRANS, 3, "translation fault, level 3"),
    [0x08] = ROW(ACCESS, 0, "access flag fault, level 0"),
    [0x09] = ROW(ACCESS, 1, "access flag fault, level 1"),
    [0x0a] = ROW(ACCESS, 2, "access flag fault, level 2"),
    [0x0b] = ROW(ACCESS, 3, "access flag fault, level 3"),
    [0x0c] = ROW(PERM, 0, "permission fault, level 0"),
    [0x0d] = ROW(PERM, 1, "permission fault, level 1"),
    [0x0e] = ROW(PERM, 2, "permission fault, level 2"),
    [0x0f] = ROW(PERM, 3, "permission fault, level 3"),
    [0x10] = FLAT(SEA, "synchronous external abort"),
    [0x11] = FLAT(TAG, "synchronous tag check fault"),
    [0x12] = ROW(SEA_WALK, -2, "synchronous external abort on a walk, level -2"),
    [0x13] = ROW(SEA_WALK, -1, "synchronous external abort on a walk, level -1"),
    [0x14] = ROW(SEA_WALK, 0, "synchronous external abort on a walk, level 0"),
    [0x15] = ROW(SEA_WALK, 1, "synchronous external abort on a walk, level 1"),
    [0x16] = ROW(SEA_WALK, 2, "synchronous external abort on a walk, level 2"),
    [0x17] = ROW(SEA_WALK, 3, "synchronous external abort on a walk, level 3"),
    [0x18] = FLAT(PARITY, "synchronous parity or ECC error"),
    [0x19] = FLAT(RESERVED, "reserved"),
    [0x1a] = FLAT(RESERVED, "reserved"),
    [0x1b] = ROW(PARITY_WALK, -1, "synchronous parity or ECC error on a walk, level -1"),
    [0x1c] = ROW(PARITY_WALK, 0, "synchronous parity or ECC error on a walk, level 0"),
    [0x1d] = ROW(PARITY_WALK, 1, "synchronous parity or ECC error on a walk, level 1"),
    [0x1e] = ROW(PARITY_WALK, 2, "synchronous parity or ECC error on a walk, level 2"),
    [0x1f] = ROW(PARITY_WALK, 3, "synchronous parity or ECC error on a walk, level 3"),
    [0x20] = FLAT(RESERVED, "reserved"),
    [0x21] = FLAT(ALIGN, "alignment fault"),
    [0x22] = ROW(GPF_WALK, -2, "granule protection fault on a walk, level -2"),
    [0x23] = ROW(GPF_WALK, -1, "granule protection fault on a walk, level -1"),
    [0x24] = ROW(GPF_WALK, 0, "granule protection fault on a walk, level 0"),
    [0x25] = ROW(GPF_WALK, 1, "granule protection fault on a walk, level 1"),
    [0x26] = ROW(GPF_WALK, 2, "granule protection fault on a walk, level 2"),
    [0x27] = ROW(GPF_WALK, 3, "granule protection fault on a walk, level 3"),
    [0x28] = FLAT(GPF, "granule protection fault"),
    [0x29] = ROW(SIZE, -1, "address size fault, level -1"),
    [0x2a] = ROW(TRANS, -2, "translation fault, level -2"),
    [0x2b] = ROW(TRANS, -1, "translation fault, level -1"),
    [0x2c] = ROW(SIZE, -2, "address size fault, level -2"),
    [0x2d] = FLAT(RESERVED, "reserved"),
    [0x2e] = FLAT(RESERVED, "reserved"),
    [0x2f] = FLAT(RESERVED, "reserved"),
    [0x30] = FLAT(CONFLICT, "TLB conflict abort"),
    [0x31] = FLAT(ATOMIC_UPDATE, "unsupported atomic hardware update"),
    [0x32] = FLAT(RESERVED, "reserved"),
    [0x33] = FLAT(RESERVED, "reserved"),
    [0x34] = FLAT(LOCKDOWN, "implementation defined: lockdown"),
    [0x35] = FLAT(EXCLUSIVE, "implementation defined: unsupported exclusive or atomic"),
    [0x36] = FLAT(RESERVED, "reserved"),
    [0x37] = FLAT(RESERVED, "reserved"),
    [0x38] = FLAT(RESERVED, "reserved"),
    [0x39] = FLAT(RESERVED, "reserved"),
    [0x3a] = FLAT(RESERVED, "reserved"),
    [0x3b] = FLAT(RESERVED, "reserved"),
    [0x3c] = FLAT(RESERVED, "reserved"),
    [0x3d] = FLAT(SECTION_DOMAIN, "section domain fault"),
    [0x3e] = FLAT(PAGE_DOMAIN, "page domain fault"),
    [0x3f] = FLAT(RESERVED, "reserved"),
    /* clang-format on */
};

const struct mmu_fsc *mmu_fsc_info(u32 code)
{
    return &codes[code & 63];
}

const char *mmu_fsc_kind_name(enum mmu_fsc_kind kind)
{
    static const char *const names[MMU_KIND_COUNT] = {
        [MMU_KIND_RESERVED] = "reserved",
        [MMU_KIND_SIZE] = "address size",
        [MMU_KIND_TRANS] = "translation",
        [MMU_KIND_ACCESS] = "access flag",
        [MMU_KIND_PERM] = "permission",
        [MMU_KIND_SEA] = "external abort",
        [MMU_KIND_SEA_WALK] = "external abort on a walk",
        [MMU_KIND_TAG] = "tag check",
        [MMU_KIND_PARITY] = "parity",
        [MMU_KIND_PARITY_WALK] = "parity on a walk",
        [MMU_KIND_ALIGN] = "alignment",
        [MMU_KIND_GPF] = "granule protection",
        [MMU_KIND_GPF_WALK] = "granule protection on a walk",
        [MMU_KIND_CONFLICT] = "TLB conflict",
        [MMU_KIND_ATOMIC_UPDATE] = "unsupported atomic update",
        [MMU_KIND_LOCKDOWN] = "lockdown",
        [MMU_KIND_EXCLUSIVE] = "unsupported exclusive",
        [MMU_KIND_SECTION_DOMAIN] = "section domain",
        [MMU_KIND_PAGE_DOMAIN] = "page domain",
    };

    ASSERT(kind < MMU_KIND_COUNT);
    return names[kind];
}
