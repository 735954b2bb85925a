/* Any bytes as fio's JSON: refused with a sentence, or a table that ascends. As config_fuzz.cc. */
#include <cstdlib>
#include <cstring>

#include "model/config/fuzz/leaks.h"
#include "model/config/state.h"

static void check_ascends(const dist &d)
{
    for (size_t i = 1; i <= DIST_BODY; i++)
        if (d.body[i] < d.body[i - 1])
            abort();
    for (size_t i = 1; i <= DIST_TAIL; i++)
        if (d.tail[i] < d.tail[i - 1])
            abort();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const direction halves[] = {DIRECTION_READ, DIRECTION_WRITE};

    for (direction half : halves) {
        dist d{};
        err e{};
        if (fio_parse(&d, "fuzz.json", reinterpret_cast<const char *>(data), size, 0, half, &e))
            check_ascends(d);
        else if (e.code != ERR_USAGE || e.text[0] == '\0' || strchr(e.text, '\n') != nullptr)
            abort();
    }
    return 0;
}

#ifndef APFSIM_LIBFUZZER
#include <gtest/gtest.h>

#include "model/config/fuzz/mutate.h"

TEST(FioFuzz, AnyBytesAreRefusedOrATable)
{
    Mutator inputs(1, {
        "{\"jobs\": [{\"read\": {\"clat_ns\": {\"N\": 4, \"bins\": {\"20\": 3, \"70\": 1}}}}]}",
        "{\"jobs\": [{\"write\": {\"clat_ns\": {\"min\": 1, \"max\": 99, \"percentile\": "
        "{\"50.000000\": 30, \"99.950000\": 95}}}}]}",
        "{\"jobs\": [{\"read\": {\"lat_ns\": {\"bins\": {\"1\": 1}}}, \"x\": [null, -1e3, true]}]}",
    });
    for (int i = 0; i < 40000; i++) {
        const std::string text = inputs.next();
        SCOPED_TRACE(text);
        LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(text.data()), text.size());
    }
}
#endif
