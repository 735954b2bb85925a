#include "cli/data/plan.hpp"

#define XXH_STATIC_LINKING_ONLY /* Its state lives in the hasher. */
#include <xxhash.h>

namespace cli {

namespace {

/* Every number has eight bytes, every text its length before it: no two plans look the same. */
class hasher {
public:
    hasher()
    {
        XXH64_reset(&state_, 0);
    }
    void add(u64 number)
    {
        u8 bytes[8];

        for (u32 i = 0; i < 8; i++)
            bytes[i] = (u8)(number >> (8 * i));
        XXH64_update(&state_, bytes, sizeof bytes);
    }
    void add(const std::string &text)
    {
        add((u64)text.size());
        XXH64_update(&state_, text.data(), text.size());
    }
    u64 digest() const
    {
        return XXH64_digest(&state_);
    }

private:
    XXH64_state_t state_;
};

void add_point(hasher &h, const point &p)
{
    h.add((u64)p.group);
    h.add(p.config_key);
    h.add(p.variant);
    for (const coordinate &c : p.at) {
        h.add(c.value);
        h.add((u64)c.number.has_value());
        h.add(c.number.value_or(0));
    }
}

} // namespace

u64 plan_hash(const plan &p)
{
    hasher h;

    h.add(p.compared);
    h.add((u64)p.parameters.size());
    for (const parameter &what : p.parameters) {
        h.add(what.name);
        h.add(what.unit);
    }
    h.add((u64)p.points.size());
    for (const point &one : p.points)
        add_point(h, one);
    h.add(p.seeds.first);
    h.add((u64)p.seeds.count);
    h.add((u64)p.stop.has_value());
    if (p.stop) {
        h.add(p.stop->metric);
        h.add(p.stop->against);
        h.add((u64)p.stop->within_permille);
        h.add((u64)p.stop->confidence_permille);
        h.add((u64)p.stop->min_seeds);
    }
    return h.digest();
}

u32 plan_group_count(const plan &p)
{
    return p.points.empty() ? 0 : p.points.back().group + 1;
}

} // namespace cli
