# Part of the floor model.
set(MODEL_RESULTS_SOURCES
    results/compare.c
    results/csv.c
    results/facts.c
    results/header.c
    results/json.c
    results/line.c
    results/screen.c
    results/summary.c)
set(MODEL_RESULTS_TESTS
    results/tests/csv_test.cc
    results/tests/json_test.cc
    results/tests/line_test.cc
    results/tests/screen_test.cc
    results/tests/summary_test.cc)
