#include "model/variant.h"

#include <string.h>

extern const struct variant_host sync_host, v4_host, one_ppi_host;
extern const struct variant_guest sync_guest, v4_guest, one_ppi_guest;

/* clang-format off */
const struct variant variants[] = {
    { "sync",    "no APF: the vCPU waits for every page (the baseline)",
      &sync_host,    &sync_guest },
    { "v4",      "posted 2021-08-15: SDEI not-present, PPI ready",
      &v4_host,      &v4_guest },
    { "one-ppi", "2026: one PPI for both, no SDEI, halt on a repeated fault",
      &one_ppi_host, &one_ppi_guest },
};
/* clang-format on */

u32 variant_count(void)
{
    return (u32)ARRAY_COUNT(variants);
}

u32 variant_find(const char *name)
{
    u32 i = 0;

    while (i < variant_count() && strcmp(variants[i].name, name) != 0)
        i++;
    return i;
}

const char *variant_name(u32 index)
{
    ASSERT(index < variant_count());
    return variants[index].name;
}
