/* Every cell of the state table of DEN0054, legal and illegal. */
#include "sdei/sdei.h"

#include <gtest/gtest.h>

namespace {

constexpr int D = SDEI_DENIED;
constexpr int P = SDEI_PENDING;

struct row {
    u32 state;
    int next[SDEI_ACT_COUNT];
};

/* clang-format off */
/* Typed from the specification's table, '=' written as the state itself. */
const row rows[] = {
    /*    REG REL ENA DIS UNR ROU CTX COM DIS */
    { 0, { 1, 0, D, D, D, D, D, D, D } },
    { 1, { D, D, 3, 1, 0, 1, D, D, D } },
    { 3, { D, D, 3, 1, 0, D, D, D, 7 } },
    { 4, { D, D, D, D, P, D, 4, 0, D } },
    { 5, { D, D, 7, 5, 4, D, 5, 1, D } },
    { 7, { D, D, 7, 5, 4, D, 7, 3, D } },
};
/* clang-format on */

TEST(State, EveryCellIsThatOfDen0054)
{
    for (const row &r : rows)
        for (int action = 0; action < SDEI_ACT_COUNT; action++)
            EXPECT_EQ(sdei_step(r.state, sdei_action(action)), r.next[action])
                << "state " << r.state << " action " << action;
}

TEST(State, NoActionLeavesTheLegalStates)
{
    for (const row &r : rows)
        for (int action = 0; action < SDEI_ACT_COUNT; action++) {
            int next = sdei_step(r.state, sdei_action(action));
            bool legal = next < 0;
            for (const row &to : rows)
                legal = legal || next == int(to.state);
            EXPECT_TRUE(legal) << next;
        }
}

TEST(State, ALifeFromRegisterToTheEndOfTheHandler)
{
    u32 state = 0;
    for (sdei_action action : {SDEI_ACT_REGISTER, SDEI_ACT_ENABLE, SDEI_ACT_DISPATCH,
                               SDEI_ACT_DISABLE, SDEI_ACT_UNREGISTER, SDEI_ACT_COMPLETE}) {
        int next = sdei_step(state, action);
        ASSERT_GE(next, 0);
        state = u32(next);
    }
    EXPECT_EQ(state, 0u);
}

TEST(StateDeath, UnreachableStatesStopTheRun)
{
    for (u32 state : {2u, 6u, 8u, 0xffffffffu})
        EXPECT_DEATH(sdei_step(state, SDEI_ACT_REGISTER), "assertion");
    EXPECT_DEATH(sdei_step(0, SDEI_ACT_COUNT), "assertion");
}

} // namespace
