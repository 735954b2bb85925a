/* The handler states of DEN0054. Knows no call and no event. */
#include "sdei/sdei.h"

enum { NO = SDEI_DENIED, WAIT = SDEI_PENDING };

/*
 * DEN0054, handler states of an event. Row: running (4), enabled (2), registered (1). Column:
 * what is asked. NO: DENIED. A cell equal to its row: allowed, nothing changes.
 *
 * [1] The handler is running: the event is unregistered as of now, but its handler goes on, so the
 *     call answers PENDING although the state has changed.
 * [2] Already unregistered and still running: PENDING, no change.
 */
/* clang-format off */
static const signed char next_state[8][SDEI_ACT_COUNT] = {
    /*       REGISTER RELEASE ENABLE DISABLE UNREGISTER   ROUTING_SET CONTEXT COMPLETE DISPATCH */
    [0] = { 1,       0,      NO,    NO,     NO,          NO,         NO,     NO,      NO },
    [1] = { NO,      NO,     3,     1,      0,           1,          NO,     NO,      NO },
    [3] = { NO,      NO,     3,     1,      0,           NO,         NO,     NO,      7  },
    [4] = { NO,      NO,     NO,    NO,     WAIT/*[2]*/, NO,         4,      0,       NO },
    [5] = { NO,      NO,     7,     5,      4 /*[1]*/,   NO,         5,      1,       NO },
    [7] = { NO,      NO,     7,     5,      4 /*[1]*/,   NO,         7,      3,       NO },
};
/* clang-format on */

/* Enabled without registered (2, 6) cannot be reached. */
enum { LEGAL_STATES = 1 << 0 | 1 << 1 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 7 };

int sdei_step(u32 state, enum sdei_action action)
{
    ASSERT(state < ARRAY_COUNT(next_state) && (LEGAL_STATES >> state & 1));
    ASSERT((u32)action < SDEI_ACT_COUNT);

    return next_state[state][action];
}
