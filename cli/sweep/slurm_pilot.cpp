/* What a run takes, before anybody knows: so many of them make a task that is worth starting. */
#include <algorithm>

#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "cli/sweep/check_points.hpp"
#include "cli/sweep/pool.hpp"
#include "cli/sweep/slurm.hpp"

namespace cli {

namespace {

const u64 pilot_ms = 2000;
const size_t pilot_runs = 4;

/* A few runs from all over the plan, here and one after the other. Their results are as good as any
 * and stay; one that takes longer than the pilot ends, and says at least that. */
u64 fly_pilot(database &db)
{
    const u64 end_ns = host_now_ns() + pilot_ms * 1000000;
    plan p = db.get_plan();
    const size_t count = std::min<size_t>(p.points.size(), pilot_runs);
    u64 sum_ns = 0, ended = 0;

    if (count == 0)
        return 0;
    const sweep_base base(p.base, p.points.front().settings);
    p.limits.time_ms = p.limits.time_ms != 0 ? std::min<u64>(p.limits.time_ms, pilot_ms) : pilot_ms;
    p.limits.retries = 0;
    run_pool runs(*base.get(), p, 1);
    for (size_t i = 0; i < count && !interrupted() && host_now_ns() < end_ns; i++) {
        runs.start({(u32)(i * p.points.size() / count), p.seeds.first});
        while (runs.running() != 0 && !interrupted())
            for (const run_pool::ended &e : runs.wait(100)) {
                const point &at = p.points[e.what.point];
                sum_ns += e.result.host_ns;
                ended++;
                if (e.result.status == run_status::done)
                    db.put({{{at.config_key, e.what.seed}, &e.result}});
            }
    }
    return ended == 0 ? 0 : sum_ns / ended;
}

} // namespace

u64 slurm_run_ns(database &db)
{
    u64 sum = 0, count = 0;

    for (const run_row &r : db.runs()) {
        const u64 ns = db.host_ns(r.id);
        sum += ns;
        count += ns != 0;
    }
    return count == 0 ? fly_pilot(db) : sum / count;
}

} // namespace cli
