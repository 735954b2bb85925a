#include "cpu/smccc.h"

const u32 smccc_kvm_uid[4] = {0xb66fb428, 0xe911c52e, 0x564bcaa9, 0x743a004d};

struct range { /* Numbers up to `last` from the end of the row before. */
    u32 last;
    const char *name;
};

/* DEN0028, owning entity numbers. */
static const struct range owners[] = {
    {SMCCC_OWNER_ARCH, "Arm architecture"},
    {SMCCC_OWNER_CPU, "CPU"},
    {SMCCC_OWNER_SIP, "SiP"},
    {SMCCC_OWNER_OEM, "OEM"},
    {SMCCC_OWNER_STANDARD, "standard secure"},
    {SMCCC_OWNER_STANDARD_HYP, "standard hypervisor"},
    {SMCCC_OWNER_VENDOR_HYP, "vendor-specific hypervisor"},
    {SMCCC_OWNER_TRUSTED_APP - 1, "reserved"},
    {SMCCC_OWNER_TRUSTED_OS - 1, "trusted application"},
    {63, "trusted OS"},
};

/* DEN0028, the space below bit 31. */
static const struct range yielding[] = {
    {0x0100ffff, "existing API"},
    {0x01ffffff, "reserved"},
    {0x1fffffff, "trusted OS"},
    {0x7fffffff, "reserved"},
};

static const char *range_name(const struct range *table, size_t count, u32 number)
{
    ASSERT(number <= table[count - 1].last);

    while (number > table->last)
        table++;
    return table->name;
}

struct smccc_fid smccc_decode(u32 fid)
{
    const bool is_fast = fid >> 31 & 1;

    return (struct smccc_fid){
        .function = (u16)fid,
        .owner = fid >> 24 & 0x3f,
        .is_fast = is_fast,
        .is_64 = fid >> 30 & 1,
        .sve_hint = fid >> 16 & 1,
        .is_sound = !is_fast || (fid >> 17 & 0x7f) == 0,
    };
}

const char *smccc_owner_name(u32 owner)
{
    return range_name(owners, ARRAY_COUNT(owners), owner);
}

const char *smccc_yielding_name(u32 fid)
{
    return range_name(yielding, ARRAY_COUNT(yielding), fid);
}

struct smccc_result smccc_return(s64 status, u64 value)
{
    return (struct smccc_result){.x = {(u64)status, value}};
}
