/*
 * Runs a fuzz harness without libFuzzer: every seed, then a fixed number of seeds with a few random
 * changes each. The same seed number gives the same inputs.
 *
 *   traces_lackey_fuzz [SEED [COUNT]]     or, to look at one input again:    -f FILE
 */
#include "traces/fuzz/fuzz.h"

#include "base/base.h"

#include <cstring>
#include <fstream>
#include <iterator>

namespace {

constexpr u64 default_count = 500; /* About two seconds with sanitizers. */

class mutator {
public:
    explicit mutator(u64 seed) : seed_(seed)
    {
    }

    std::string next(const std::vector<std::string> &seeds)
    {
        std::string text = seeds[below(seeds.size())];
        for (u64 i = below(6); i > 0 && !text.empty(); i--)
            change(text, seeds);
        return text;
    }

private:
    u64 below(u64 bound)
    {
        return rng_below(rng_u64(seed_, 0, 0, n_++), bound);
    }

    void change(std::string &text, const std::vector<std::string> &seeds)
    {
        size_t at = below(text.size());
        size_t size = 1 + below(text.size() - at < 16 ? text.size() - at : 16);
        switch (below(6)) {
        case 0:
            text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
            break;
        case 1:
            text[at] = static_cast<char>(below(256));
            break;
        case 2:
            text.erase(at, size);
            break;
        case 3:
            text.insert(at, text.substr(below(text.size()), size));
            break;
        case 4:
            text.resize(at);
            break;
        case 5:
            text += seeds[below(seeds.size())];
            break;
        }
    }

    u64 seed_;
    u64 n_ = 0;
};

void run(const std::string &text)
{
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(text.data()), text.size());
}

} // namespace

int main(int argc, char **argv)
{
    if (argc == 3 && std::strcmp(argv[1], "-f") == 0) {
        std::ifstream file(argv[2], std::ios::binary);
        run(std::string(std::istreambuf_iterator<char>(file), {}));
        return 0;
    }
    u64 seed = argc > 1 ? std::strtoull(argv[1], nullptr, 0) : 1;
    u64 count = argc > 2 ? std::strtoull(argv[2], nullptr, 0) : default_count;

    std::vector<std::string> seeds = fuzz_seeds();
    for (const std::string &text : seeds)
        run(text);
    mutator m(seed);
    for (u64 i = 0; i < count; i++)
        run(m.next(seeds));
    std::printf("%llu inputs from seed %llu\n", static_cast<unsigned long long>(count),
                static_cast<unsigned long long>(seed));
    return 0;
}
