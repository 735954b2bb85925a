set(MODEL_TESTS
    tests/accounting_test.cc tests/attribution_test.cc
    tests/cfs_test.cc
    tests/differential_test.cc
    tests/effect_test.cc
    tests/gfn_hash_test.cc
    tests/hvc_test.cc
    tests/one_ppi_flow_test.cc
    tests/one_ppi_test.cc
    tests/reclaim_test.cc
    tests/store_test.cc
    tests/transcript_test.cc
    tests/v4_flow_test.cc
    tests/v4_test.cc
    tests/workload_test.cc)
