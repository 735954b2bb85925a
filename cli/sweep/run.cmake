# Part of the floor cli: the runs of a sweep on this computer.
set(CLI_RUN_SOURCES
    sweep/agenda.cpp sweep/execute.cpp sweep/local.cpp sweep/pool.cpp sweep/run_command.cpp)
set(CLI_RUN_TESTS
    sweep/tests/agenda_test.cc sweep/tests/examples_test.cc sweep/tests/pool_test.cc
    sweep/tests/sweep_test.cc)
