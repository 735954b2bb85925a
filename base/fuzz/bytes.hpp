/*
 * What the fuzz targets of the floors share: bytes taken as operations and their arguments, and a
 * driver for machines without libFuzzer. The same seed gives the same inputs.
 *
 * A target defines LLVMFuzzerTestOneInput(). Under libFuzzer (-DAPFSIM_LIBFUZZER
 * -fsanitize=fuzzer) that is all; as a test it is called with random bytes by fuzz_randomly().
 */
#ifndef BASE_FUZZ_BYTES_HPP
#define BASE_FUZZ_BYTES_HPP

#include <cstdint>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The end of the input reads as zeros: an operation that is cut off is still one. */
class fuzz_bytes {
public:
    fuzz_bytes(const uint8_t *data, size_t size) : at_(data), end_(data + size) {}

    bool empty() const { return at_ == end_; }
    uint8_t byte() { return empty() ? 0 : *at_++; }
    uint64_t number(unsigned size_bytes)
    {
        uint64_t value = 0;

        for (unsigned i = 0; i < size_bytes; i++)
            value |= uint64_t(byte()) << (8 * i);
        return value;
    }
    /* 0..bound - 1; bound at most 65536. */
    unsigned below(unsigned bound)
    {
        return unsigned(number(bound > 256 ? 2 : 1) % bound);
    }

private:
    const uint8_t *at_, *end_;
};

/* `count` inputs of up to `longest` bytes. Half of the bytes are small or all ones: plain random
 * numbers hit too few valid registers. */
inline void fuzz_randomly(unsigned seed, int count, size_t longest)
{
    std::mt19937 random(seed);
    std::vector<uint8_t> bytes;

    for (int i = 0; i < count; i++) {
        bytes.resize(random() % (longest + 1));
        for (uint8_t &b : bytes) {
            const unsigned kind = random() % 8;
            b = uint8_t(kind < 3 ? random() % 8 : kind == 3 ? 0xff : random());
        }
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    }
}

#endif
