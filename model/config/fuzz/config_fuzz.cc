/*
 * Any bytes as a configuration: it is refused with a sentence, or it loads and its resolved form
 * loads again with the same hash. Runs under libFuzzer (-DAPFSIM_LIBFUZZER -fsanitize=fuzzer), or
 * as a test with a fixed number of mutations.
 */
#include <cstdlib>
#include <cstring>

#include "model/config/fuzz/leaks.h"
#include "model/config/state.h"

static bool parse(config &c, const char *text, size_t size, err &e)
{
    c.state = static_cast<config_state *>(calloc(1, sizeof(*c.state)));
    c.state->path = "fuzz.yaml";
    e.code = ERR_NONE;
    return config_parse(c.state, text, size, nullptr, 0, &e);
}

static void check_resolved(const config &c)
{
    char *text = nullptr;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    config again{};
    err e{};

    config_write_resolved(&c, 0, out);
    fclose(out);
    if (!parse(again, text, size, e) || config_hash(&again, 0) != config_hash(&c, 0)) {
        fprintf(stderr, "%s\n%s", e.text, text);
        abort();
    }
    config_free(&again);
    free(text);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    config c{};
    err e{};

    if (parse(c, reinterpret_cast<const char *>(data), size, e))
        check_resolved(c);
    else if (e.code != ERR_USAGE || e.text[0] == '\0' || strchr(e.text, '\n') != nullptr)
        abort();
    config_free(&c);
    return 0;
}

#ifndef APFSIM_LIBFUZZER
#include <gtest/gtest.h>

#include "model/config/fuzz/mutate.h"

TEST(ConfigFuzz, AnyBytesAreRefusedOrLoad)
{
    Mutator inputs(1, {
        "apfsim: 1\nguest: {tasks: [{name: a, kind: write-all}]}\n",
        "apfsim: 1\nseed: 3\nguest:\n  vcpus: 2\n  tasks:\n    - name: \"x\"\n      kind: touch\n"
        "      accesses: 9\n      pattern: zipf\n      zipf_theta: 0.99\n      write: 30%\n"
        "store:\n  read: {latency: fixed, value: 3.5us}\n  write: {min: 1ns}\n",
        "apfsim: 1\nguest: {tasks: {a: {kind: compute, instructions: 5}}}\n"
        "costs: {kvm.exit: {value: 3cyc, source: 'a \\\"b'}}\nprotocol: {variant: [v4, sync]}\n",
        "a: &x [1, !t 2, *x, <<: {}, ? [k] : v]\n--- |\n  text\n...\n%YAML 1.2\n",
    });
    for (int i = 0; i < 15000; i++) {
        const std::string text = inputs.next();
        SCOPED_TRACE(text);
        LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(text.data()), text.size());
    }
}
#endif
