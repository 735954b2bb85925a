/* The door of base: types, time, messages, event set, register tables, random numbers, errors. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include "base/dist.h"
#include "base/err.h"
#include "base/evset.h"
#include "base/hist.h"
#include "base/msg.h"
#include "base/reg.h"
#include "base/rng.h"
#include "base/types.h"

#endif
