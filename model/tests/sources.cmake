set(MODEL_TESTS
    tests/accounting_test.cc
    tests/cfs_test.cc
    tests/differential_test.cc
    tests/gfn_hash_test.cc
    tests/transcript_test.cc
    tests/v4_flow_test.cc
    tests/v4_test.cc)
