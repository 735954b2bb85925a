/*
 * The door of model: a machine, a guest, a workload, a store and a protocol design, put together
 * and run. Shell, cli and bench include this.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "model/config/config.h"
#include "model/config/yaml.h"
#include "model/results/results.h"
#include "model/run.h"

#endif
