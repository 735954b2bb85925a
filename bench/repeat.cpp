#include <cstring>

#include "bench/bench.hpp"
#include "bench/tlb.hpp"

namespace bench {

namespace {

bool hit(u32 pages, u64 count)
{
    hot_pages subject(pages);

    for (u64 done = 0; done < count; done += subject.size())
        subject.run_cpu();
    return true;
}

} // namespace

bool repeat(const char *operation, u64 count)
{
    if (std::strcmp(operation, "tlb_hit_l1") == 0)
        return hit(32, count);
    if (std::strcmp(operation, "tlb_hit_l2") == 0)
        return hit(512, count);
    if (std::strcmp(operation, "walk_nested_48_40") != 0)
        return false;
    nested_table subject;
    for (u64 done = 0; done < count; done++)
        subject.walk();
    return true;
}

} // namespace bench
