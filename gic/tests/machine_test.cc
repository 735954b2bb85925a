// The state machine of one interrupt in every cell. A state: wire, latch, active as bits 2, 1, 0.
#include "gic/tests/vgic_fixture.h"

namespace {

enum action { RAISE, LOWER, SET_PEND, CLEAR_PEND, ACK, END, SET_ACTIVE, CLEAR_ACTIVE, ACTIONS };
const char *const action_name[] = {"raise", "lower", "ISPENDR",   "ICPENDR",
                                   "ack",   "end",   "ISACTIVER", "ICACTIVER"};
constexpr int W = 4, L = 2, A = 1;

struct Machine : Vgic {
    u32 intid = ppi;

    int now() const
    {
        const gic_irq &i = g.irq[intid];
        return i.line_level * W + i.pending_latch * L + i.active * A;
    }

    // Each action from outside of the guest to outside of the guest.
    void act(int a)
    {
        u32 bit = 1u << intid;
        // clang-format off
        switch (a) {
        case RAISE: inject(intid, true); break;
        case LOWER: inject(intid, false); break;
        case SET_PEND: write(ispendr, bit); break;
        case CLEAR_PEND: write(icpendr, bit); break;
        case SET_ACTIVE: write(isactiver, bit); break;
        case CLEAR_ACTIVE: write(icactiver, bit); break;
        case ACK: enter(); ack(); leave(); break;
        case END: enter(); end(intid); leave(); break;
        }
        // clang-format on
    }

    void make(int state)
    {
        reset(4);
        if (state & A) { // Taken by the guest, so that it can also be ended by it.
            act(RAISE);
            act(ACK);
            act(LOWER);
        }
        if (state & W)
            act(RAISE);
        if (state & L)
            act(SET_PEND);
        ASSERT_EQ(now(), state);
    }

    void expect(int state, int a, int after)
    {
        SCOPED_TRACE(testing::Message() << "state " << state << ", " << action_name[a]);
        make(state);
        act(a);
        EXPECT_EQ(now(), after);
        EXPECT_EQ(gic_is_pending(&g, intid), (after & (W | L)) != 0);
        EXPECT_EQ(gic_has_target(&g, &d, intid), after != 0);
        gic_sync(&g, &d);
        EXPECT_EQ(g.ap_count, after != 0);
        gic_check(&g);
    }
};

TEST_F(Machine, EdgeFollowsItsTableInEveryCell)
{
    // clang-format off
    static const int table[4][ACTIONS] = {
        // raise lower  ISPEND ICPEND ack    end    ISACT  ICACT
        {L,      0,     L,     0,     0,     0,     A,     0}, // inactive
        {L | A,  A,     L | A, A,     A,     0,     A,     0}, // active
        {L,      L,     L,     0,     A,     L,     L | A, L}, // pending
        {L | A,  L | A, L | A, A,     L | A, L,     L | A, L}, // active and pending
    };
    // clang-format on
    intid = sgi;
    for (int state = 0; state < 4; state++)
        for (int a = 0; a < ACTIONS; a++)
            expect(state, a, table[state][a]);
}

// The acknowledge leaves wire and latch as they are (KVM uses the latch up at the end), so a level
// interrupt is active and pending in the redistributor, but never in a list register.
TEST_F(Machine, LevelFollowsItsTableInEveryCell)
{
    // clang-format off
    static const int table[8][ACTIONS] = {
        // raise     lower  ISPEND     ICPEND ack        end    ISACT      ICACT
        {W,          0,     L,         0,     0,         0,     A,         0},
        {W | A,      A,     L | A,     A,     A,         0,     A,         0},
        {W | L,      L,     L,         0,     L | A,     L,     L | A,     L},
        {W | L | A,  L | A, L | A,     A,     L | A,     0,     L | A,     L},
        {W,          0,     W | L,     W,     W | A,     W,     W | A,     W},
        {W | A,      A,     W | L | A, W | A, W | A,     W,     W | A,     W},
        {W | L,      L,     W | L,     W,     W | L | A, W | L, W | L | A, W | L},
        {W | L | A,  L | A, W | L | A, W | A, W | L | A, W,     W | L | A, W | L},
    };
    // clang-format on
    for (int state = 0; state < 8; state++)
        for (int a = 0; a < ACTIONS; a++)
            expect(state, a, table[state][a]);
}

} // namespace
