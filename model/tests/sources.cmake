set(MODEL_TESTS
    tests/transcript_test.cc)
