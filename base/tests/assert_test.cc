#include "base/base.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

namespace {

void say(void *arg)
{
    fprintf(stderr, "reporter: %s\n", (const char *)arg);
}

void leave(void *arg)
{
    _Exit(*(int *)arg);
}

void fail_again(void *)
{
    ASSERT(!"the reporter itself");
}

char words[] = "at 7 ns";

/* Google Test has an ASSERT_*, not an ASSERT: ours is meant here. */
void check(int x)
{
    ASSERT(x == 7);
}

} // namespace

TEST(Assert, TrueDoesNothing)
{
    check(7);
}

TEST(Assert, ConditionIsEvaluatedOnce)
{
    int n = 0;
    ASSERT(++n == 1);
    EXPECT_EQ(n, 1);
}

TEST(Assert, FalseNamesExpressionFileAndLineAndAborts)
{
    EXPECT_EXIT(check(8), ::testing::KilledBySignal(SIGABRT),
                "^apfsim: assertion failed: x == 7 \\(.*assert_test\\.cc:[0-9]+\\)");
}

TEST(Assert, ReporterSpeaksAfterTheExpression)
{
    EXPECT_DEATH(
        {
            assert_set_reporter(say, words);
            check(8);
        },
        "x == 7.*\n.*reporter: at 7 ns");
}

TEST(Assert, ReporterMayLeaveWithAnotherStatus)
{
    int status = ERR_BROKEN;
    EXPECT_EXIT(
        {
            assert_set_reporter(leave, &status);
            check(8);
        },
        ::testing::ExitedWithCode(ERR_BROKEN), "x == 7");
}

TEST(Assert, ReporterThatFailsIsNotCalledAgain)
{
    EXPECT_EXIT(
        {
            assert_set_reporter(fail_again, nullptr);
            check(8);
        },
        ::testing::KilledBySignal(SIGABRT), "x == 7.*\n.*the reporter itself");
}

TEST(Assert, ReporterCanBeTakenAway)
{
    int status = 0;
    EXPECT_EXIT(
        {
            assert_set_reporter(leave, &status);
            assert_set_reporter(nullptr, nullptr);
            check(8);
        },
        ::testing::KilledBySignal(SIGABRT), "x == 7");
}

TEST(Assert, EachThreadHasItsOwnReporter)
{
    int status = 0;
    EXPECT_EXIT(
        {
            assert_set_reporter(leave, &status);
            std::thread(check, 8).join();
        },
        ::testing::KilledBySignal(SIGABRT), "x == 7");
}
