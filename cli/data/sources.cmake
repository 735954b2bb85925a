# Part of the floor cli.
set(CLI_DATA_SOURCES
    data/build_id.cpp data/database.cpp data/database_plan.cpp data/database_read.cpp
    data/database_write.cpp data/export.cpp data/export_sql.cpp data/hist_code.cpp data/lock.cpp
    data/plan.cpp data/rows.cpp data/sqlite.cpp
    sweep/export_command.cpp sweep/merge_command.cpp sweep/status_command.cpp)
set(CLI_DATA_TESTS
    data/tests/damage_test.cc data/tests/database_docs_test.cc data/tests/database_test.cc
    data/tests/export_test.cc data/tests/merge_test.cc data/tests/plan_test.cc)
