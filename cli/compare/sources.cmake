# Part of the floor cli.
set(CLI_COMPARE_SOURCES
    compare/baseline.cpp compare/cause.cpp compare/command.cpp compare/divergence.cpp
    compare/document.cpp compare/gates.cpp compare/gates_file.cpp compare/host.cpp
    compare/judge.cpp compare/load.cpp compare/print_json.cpp compare/print_junit.cpp
    compare/print_markdown.cpp compare/print_text.cpp compare/statistics.cpp compare/sweep.cpp
    trace_reader.cpp)
set(CLI_COMPARE_TESTS
    compare/tests/compare_test.cc compare/tests/divergence_test.cc compare/tests/gates_test.cc
    compare/tests/judge_test.cc compare/tests/sides_test.cc)
