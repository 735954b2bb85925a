#include "cli/sweep/agenda.hpp"

#include <algorithm>
#include <cmath>

#include "cli/data/estimate.hpp"

namespace cli {

namespace {

enum run_state : u8 { RUN_MISSING, RUN_STARTED, RUN_THERE };

using series = std::vector<std::optional<u64>>;

/* Values of both with the same seed; a run without a result takes its pair along. */
void pairs_of(const series &a, const series &b, u32 seeds, std::vector<double> *x,
              std::vector<double> *y)
{
    for (u32 i = 0; i < seeds; i++)
        if (a[i] && b[i]) {
            x->push_back(static_cast<double>(*a[i]));
            y->push_back(static_cast<double>(*b[i]));
        }
}

bool is_narrow(const estimate &e, double reference, const stopping &rule)
{
    return e.high - e.mean <= std::abs(reference) * rule.within_permille / 1000;
}

bool is_pair_precise(const stopping &rule, const series &base, const series &values, u32 seeds)
{
    const double confidence = rule.confidence_permille / 1000.0;
    std::vector<double> x, y;

    pairs_of(base, values, seeds, &x, &y);
    if (x.size() < 2)
        return false;
    return is_narrow(paired_difference(x, y, confidence), mean_of(x, confidence).mean, rule);
}

bool is_mean_precise(const stopping &rule, const series &values, u32 seeds)
{
    std::vector<double> x, y;

    pairs_of(values, values, seeds, &x, &y);
    if (x.size() < 2)
        return false;
    const estimate e = mean_of(x, rule.confidence_permille / 1000.0);
    return is_narrow(e, e.mean, rule);
}

} // namespace

bool is_precise(const stopping &rule, const std::vector<std::vector<std::optional<u64>>> &values,
                std::optional<size_t> against, u32 seeds)
{
    for (size_t i = 0; i < values.size(); i++) {
        if (against && i == *against)
            continue;
        if (against ? !is_pair_precise(rule, values[*against], values[i], seeds)
                    : !is_mean_precise(rule, values[i], seeds))
            return false;
    }
    return true;
}

namespace {

/* Which of the plan's parameters groups are about; none: it is not swept. */
std::optional<size_t> compared_parameter(const plan &p)
{
    for (size_t i = 0; i < p.parameters.size(); i++)
        if (p.parameters[i].name == p.compared)
            return i;
    return std::nullopt;
}

bool is_against(const plan &p, const point &pt)
{
    const std::optional<size_t> parameter = compared_parameter(p);

    return p.stop && parameter && pt.at[*parameter].value == p.stop->against;
}

} // namespace

agenda::agenda(const plan &p, shard part)
    : plan_(p), group_of_(plan_group_count(p), UINT32_MAX), row_of_(p.points.size())
{
    for (u32 i = 0; i < p.points.size(); i++) {
        const u32 id = p.points[i].group;
        if (!part.has(id))
            continue;
        if (group_of_[id] == UINT32_MAX) {
            group_of_[id] = static_cast<u32>(groups_.size());
            groups_.emplace_back();
            groups_.back().id = id;
            groups_.back().target =
                p.stop ? std::min(p.seeds.count, std::max(2u, p.stop->min_seeds)) : p.seeds.count;
        }
        group &g = groups_[group_of_[id]];
        row_of_[i] = static_cast<u32>(g.points.size());
        if (is_against(p, p.points[i]))
            g.against = row_of_[i];
        g.points.push_back(i);
        g.values.emplace_back(p.seeds.count);
        g.state.emplace_back(p.seeds.count, RUN_MISSING);
    }
    open_count_ = groups_.size();
}

void agenda::learn(u32 point, u64 seed, run_status status, std::optional<u64> metric)
{
    const u32 index = group_of_[plan_.points[point].group];
    const u64 n = seed - plan_.seeds.first;

    if (index == UINT32_MAX || seed < plan_.seeds.first || n >= plan_.seeds.count)
        return;
    if (plan_.stop && status == run_status::done && !metric)
        throw failure(ERR_USAGE, plan_.file + ": stop_when.metric: found \"" + plan_.stop->metric +
                                     "\", expected a number that runs have, such as time_ps; "
                                     "\"apfsim sweep export\" shows all of them");
    group &g = groups_[index];
    const u32 row = row_of_[point];
    g.known += g.state[row][n] != RUN_THERE && n < g.target;
    g.state[row][n] = RUN_THERE;
    g.values[row][n] = metric;
    touched_.push_back(index);
}

/* True: decided for good. False: the target has grown, or is not reached yet. */
bool agenda::grow(group &g)
{
    while (g.known == g.target * g.points.size()) {
        if (!plan_.stop || g.target == plan_.seeds.count ||
            is_precise(*plan_.stop, g.values, g.against, g.target))
            return true;
        for (const std::vector<u8> &states : g.state)
            g.known += states[g.target] == RUN_THERE; /* Ahead of the decision. */
        g.target++;
    }
    return false;
}

std::vector<std::pair<u32, u32>> agenda::decide()
{
    std::vector<std::pair<u32, u32>> decided;

    for (u32 index : touched_) {
        group &g = groups_[index];
        if (g.is_decided)
            continue;
        const u32 before = g.target;
        if (grow(g)) {
            g.is_decided = true;
            open_count_--;
            decided.emplace_back(g.id, g.target);
        }
        if (g.target != before)
            cursor_ = std::min<size_t>(cursor_, index);
    }
    touched_.clear();
    return decided;
}

std::optional<run_pool::job> agenda::next_of(group &g, u32 seeds)
{
    for (; g.first < seeds; g.first++)
        for (size_t row = 0; row < g.points.size(); row++)
            if (g.state[row][g.first] == RUN_MISSING) {
                g.state[row][g.first] = RUN_STARTED;
                return run_pool::job{g.points[row], plan_.seeds.first + g.first};
            }
    return std::nullopt;
}

std::optional<run_pool::job> agenda::next()
{
    for (; cursor_ < groups_.size(); cursor_++)
        if (auto job = next_of(groups_[cursor_], groups_[cursor_].target))
            return job;
    while (ahead_ < groups_.size() && groups_[ahead_].is_decided)
        ahead_++;
    for (size_t i = ahead_; plan_.stop && i < groups_.size(); i++)
        if (!groups_[i].is_decided)
            if (auto job = next_of(groups_[i], plan_.seeds.count))
                return job;
    return std::nullopt;
}

u64 agenda::needed() const
{
    u64 sum = 0;

    for (const group &g : groups_)
        sum += static_cast<u64>(g.target) * g.points.size();
    return sum;
}

u64 agenda::done() const
{
    u64 sum = 0;

    for (const group &g : groups_)
        sum += g.known;
    return sum;
}

void merge_results(database &db, const database &other)
{
    const std::vector<u32> differing = db.merge(other);
    const plan &p = db.get_plan();

    if (!p.stop || differing.empty())
        return;
    agenda all(p, {});
    std::map<u64, u32> points;
    for (u32 i = 0; i < p.points.size(); i++)
        points[p.points[i].config_key] = i;
    for (const auto &[key, status] : db.known()) {
        const auto point = points.find(key.config_key);
        if (point == points.end() || !is_fact(status))
            continue;
        all.learn(point->second, key.seed, status,
                  status == run_status::done ? db.metric_of(key, p.stop->metric) : std::nullopt);
    }
    for (const auto &[group, seeds] : all.decide())
        if (std::find(differing.begin(), differing.end(), group) != differing.end())
            db.put_seed_count(group, seeds);
}

} // namespace cli
