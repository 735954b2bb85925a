/* From a database to plain data. */
#include <algorithm>

#include "cli/report/dataset.hpp"

namespace cli::report {

namespace {

/* "latency.all" is no histogram of its own: its faults are either asynchronous or not. */
hist latency_of(const database &db, const std::vector<s64> &runs,
                const std::vector<std::string> &names)
{
    hist all;

    hist_init(&all);
    for (const char *name : {"latency.async", "latency.sync"})
        if (std::find(names.begin(), names.end(), name) != names.end()) {
            const hist one = db.histogram(runs, name);
            hist_merge(&all, &one);
        }
    return all;
}

void read_latency(const database &db, dataset *d)
{
    std::vector<std::vector<s64>> done(d->asked.points.size());
    const std::vector<std::string> names = db.hist_names();

    for (const run_row &r : d->runs)
        if (r.status == run_status::done)
            done.at(r.point).push_back(r.id);
    for (const std::vector<s64> &runs : done)
        d->latency.push_back(latency_of(db, runs, names));
}

/* Which keys differ between points, and how many points have which value. */
void read_configs(const database &db, dataset *d)
{
    std::map<std::string, std::vector<std::pair<std::string, u32>>> seen;
    std::vector<std::string> order;

    for (u32 i = 0; i < d->asked.points.size(); i++) {
        const std::vector<config_row> config = db.config(i);
        if (i == 0)
            d->config = config;
        for (const config_row &row : config) {
            auto &values = seen[row.key];
            if (values.empty())
                order.push_back(row.key);
            auto known = std::find_if(values.begin(), values.end(),
                                      [&](const auto &v) { return v.first == row.value; });
            if (known == values.end())
                values.emplace_back(row.value, 1);
            else
                known->second++;
        }
    }
    for (const std::string &key : order) {
        u32 points = 0;
        for (const auto &[value, count] : seen[key])
            points += count;
        const bool is_missing = points < d->asked.points.size();
        if (seen[key].size() > 1 || is_missing)
            d->differences.push_back({key, seen[key]});
        if (is_missing)
            d->differences.back().values.emplace_back("(none)",
                                                      (u32)d->asked.points.size() - points);
    }
}

} // namespace

dataset read_dataset(const database &db, const choices &c)
{
    dataset d;

    d.asked = db.get_plan();
    d.build = db.build();
    d.path = db.path();
    d.version = APFSIM_VERSION;
    d.runs = db.runs();
    d.metric_names = db.metric_names();
    for (const std::string &name : wanted_columns(d.metric_names, metric_of(c, d.asked))) {
        column &values = d.columns[name];
        for (const std::optional<u64> &value : db.metric(name))
            values.push_back(value ? std::optional((double)*value) : std::nullopt);
    }
    read_latency(db, &d);
    read_configs(db, &d);
    settle(&d, c);
    return d;
}

} // namespace cli::report
