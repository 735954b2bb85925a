# Part of the floor cli: from a sweep file to a plan.
set(CLI_SWEEP_SOURCES
    sweep/axes.cpp sweep/check_points.cpp sweep/command.cpp sweep/constraint.cpp sweep/expand.cpp
    sweep/file.cpp sweep/load.cpp sweep/plan_command.cpp sweep/plan_print.cpp sweep/range.cpp
    sweep/sampler.cpp sweep/words.cpp)
set(CLI_SWEEP_TESTS
    sweep/tests/constraint_test.cc sweep/tests/range_test.cc sweep/tests/sweep_errors_test.cc
    sweep/tests/sweep_file_test.cc)
