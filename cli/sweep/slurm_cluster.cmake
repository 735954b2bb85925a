# The tests that need a cluster. Included when the floor cli is there: they are not among its tests,
# since they bring a cluster along, take a minute, and mostly wait. Skipped where Slurm is not.
if(APFSIM_BUILD_TESTS)
    add_executable(cli_slurm_cluster_test sweep/tests/slurm_cluster_test.cc)
    target_include_directories(cli_slurm_cluster_test PRIVATE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(cli_slurm_cluster_test PRIVATE GTest::gtest)
    target_compile_definitions(cli_slurm_cluster_test
        PRIVATE APFSIM_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                APFSIM_PROGRAM="$<TARGET_FILE:apfsim_program>")
    add_dependencies(cli_slurm_cluster_test apfsim_program)
    add_test(NAME cli_slurm COMMAND cli_slurm_cluster_test)
    set_tests_properties(cli_slurm PROPERTIES
        LABELS slurm TIMEOUT 900 SKIP_RETURN_CODE 77)
endif()
