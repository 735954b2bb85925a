/* A guest without APF. Its exit to user mode looks at NEED_RESCHED only. */
#include "model/system.h"

const struct variant_guest sync_guest = {.boot_call = NULL};
