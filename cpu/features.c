#include "cpu/features.h"

const struct cpu_features cpu_features_default = CPU_FEATURES_DEFAULT;
