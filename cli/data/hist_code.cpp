#include "cli/data/hist_code.hpp"

#include <algorithm>

namespace cli {

namespace {

void put_number(std::string &bytes, u32 value)
{
    for (; value >= 0x80; value >>= 7)
        bytes += (char)(value | 0x80);
    bytes += (char)value;
}

bool take_number(const std::string &bytes, size_t *at, u32 *value)
{
    u64 sum = 0;

    for (unsigned shift = 0; shift < 35 && *at < bytes.size(); shift += 7) {
        const u8 byte = (u8)bytes[(*at)++];
        sum |= (u64)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            *value = (u32)sum;
            return sum <= UINT32_MAX;
        }
    }
    return false;
}

} // namespace

std::string hist_encode(const hist &h)
{
    std::string bytes;
    u32 next = 0;

    for (u32 i = 0; i < HIST_BUCKETS; i++) {
        if (h.bucket[i] == 0)
            continue;
        put_number(bytes, i - next);
        put_number(bytes, h.bucket[i]);
        next = i + 1;
    }
    return bytes;
}

bool hist_add_encoded(const hist_head &h, const std::string &bytes, hist *sum)
{
    u32 next = 0, gap, count, first = HIST_BUCKETS, last = 0;
    u64 total = 0;

    for (size_t at = 0; at < bytes.size();) {
        if (!take_number(bytes, &at, &gap) || !take_number(bytes, &at, &count))
            return false;
        if (gap >= HIST_BUCKETS - next || count == 0)
            return false;
        last = next + gap;
        first = next == 0 ? last : first;
        next = last + 1;
        total += count;
        sum->bucket[last] += count;
        if (sum->bucket[last] < count)
            return false;
    }
    if (total == 0 || total != h.count || h.min > h.max || hist_index(h.min) != first ||
        hist_index(h.max) != last)
        return false;
    sum->count += h.count;
    sum->sum += h.sum;
    sum->min = std::min(sum->min, h.min);
    sum->max = std::max(sum->max, h.max);
    return sum->sum >= h.sum;
}

} // namespace cli
