#include "base/types.h"

#include <stdio.h>
#include <stdlib.h>

static _Thread_local assert_reporter reporter;
static _Thread_local void *reporter_arg;

void assert_set_reporter(assert_reporter report, void *arg)
{
    reporter = report;
    reporter_arg = arg;
}

void assert_failed(const char *what, const char *file, int line)
{
    assert_reporter report = reporter;

    fprintf(stderr, "apfsim: assertion failed: %s (%s:%d)\n", what, file, line);
    reporter = NULL; /* A reporter that fails itself must not come back here for ever. */
    if (report != NULL)
        report(reporter_arg);
    abort();
}
