/*
 * From a difference to the hop that made it. Software takes the same time at each visit, so a cost
 * that has changed shows in the least and in the median time of its hop; waits change with
 * everything else. Only if no hop of software has changed in this way is it the waits.
 */
#include <algorithm>
#include <filesystem>

#include "cli/compare/document.hpp"
#include "cli/compare/judge.hpp"

namespace cli {

namespace {

struct visits {
    u64 count = 0, sum_ps = 0;
    std::optional<u64> min_ps, p50_ps;

    u64 mean_ps() const
    {
        return count != 0 ? sum_ps / count : 0;
    }
};

struct hop_change {
    std::string hop;
    visits base, now;

    bool is_wait() const
    {
        return hop.find("wait") != std::string::npos;
    }
    bool is_guest() const
    {
        return hop.rfind("g.", 0) == 0;
    }
    /* A median is the end of its bucket, or the greatest value of all: another one there does not
     * mean another median. */
    bool is_software_change() const
    {
        if (is_wait() || !base.min_ps || !now.min_ps || !base.p50_ps || !now.p50_ps)
            return false;
        return *base.min_ps != *now.min_ps || hist_index(*base.p50_ps) != hist_index(*now.p50_ps);
    }
    u64 mean_change() const
    {
        u64 a = base.mean_ps(), b = now.mean_ps();
        return a > b ? a - b : b - a;
    }
    s128 sum_change() const
    {
        return (s128)now.sum_ps - (s128)base.sum_ps;
    }
    /* What it means for all faults: its change of a visit, as often as there are visits. */
    u128 weight() const
    {
        return (u128)mean_change() * std::max(base.count, now.count);
    }
};

const std::string hops = "hops.";

/* Hops in the order of the base. */
std::vector<hop_change> changes_of(const subject &base, const subject &now,
                                   const metric_names &names)
{
    std::vector<hop_change> all;
    std::map<std::string, size_t> place;

    for (int is_now = 0; is_now < 2; is_now++)
        for (const metric &m : (is_now ? now : base).metrics) {
            const std::string &name = names.text(m.name);
            const size_t dot = name.rfind('.');
            if (name.rfind(hops, 0) != 0 || dot <= hops.size())
                continue;
            const std::string hop = name.substr(hops.size(), dot - hops.size());
            const std::string what = name.substr(dot + 1);
            auto entry = place.emplace(hop, all.size());
            if (entry.second)
                all.push_back({hop, {}, {}});
            visits &v = is_now ? all[entry.first->second].now : all[entry.first->second].base;
            if (what == "count")
                v.count = m.value;
            else if (what == "sum_ps")
                v.sum_ps = m.value;
            else if (what == "min_ps")
                v.min_ps = m.value;
            else if (what == "p50_ps")
                v.p50_ps = m.value;
        }
    return all;
}

std::optional<u64> value_of(const subject &s, const std::string &name, const metric_names &names)
{
    for (const metric &m : s.metrics)
        if (names.text(m.name) == name)
            return m.value;
    return {};
}

std::string signed_time(s128 ps)
{
    const u64 size = (u64)(ps < 0 ? -ps : ps);

    return (ps < 0 ? "-" : "+") + time_text(size);
}

/* How much of the change of all latencies is the change of this hop: other hops may have gone the
 * other way, so that it is more than all of it. */
std::string share_words(const hop_change &h, const subject &base, const subject &now,
                        const metric_names &names)
{
    const std::string key = h.is_guest() ? "latency.guest.sum_ps" : "latency.all.sum_ps";
    const std::optional<u64> a = value_of(base, key, names), b = value_of(now, key, names);
    std::string words = "; together " + signed_time(h.sum_change());

    if (!a || !b)
        return words;
    const s128 all = (s128)*b - (s128)*a;
    words += h.is_guest() ? ", all guest chains " : ", all latencies ";
    if (all == 0)
        return words + "as before";
    const s128 part = std::clamp<s128>(h.sum_change() * 100 / all, -1000000, 1000000);
    return words + signed_time(all) + " (" + std::to_string((s64)part) + " % of it)";
}

cause cause_from(const hop_change &h, const subject &base, const subject &now,
                 const metric_names &names)
{
    const u64 a = h.base.mean_ps(), b = h.now.mean_ps();
    std::string words = "hop " + h.hop + ": ";

    if (h.base.count == 0 || h.now.count == 0)
        words += h.now.count == 0 ? "no visits, there were " + std::to_string(h.base.count)
                                  : std::to_string(h.now.count) + " visits, there were none";
    else
        words +=
            time_text(b) + " instead of " + time_text(a) + " a visit (" +
            percent_text(change_in_ppm(a, b)) + "), " + std::to_string(h.now.count) + " visits" +
            (h.base.count != h.now.count ? ", there were " + std::to_string(h.base.count) : "");
    return {words + share_words(h, base, now, names), h.hop};
}

} // namespace

std::vector<cause> find_causes(const subject &base, const subject &now, const metric_names &names)
{
    std::vector<hop_change> all = changes_of(base, now, names), chosen;
    std::vector<cause> causes;

    auto by_weight = [](const hop_change &x, const hop_change &y) {
        return x.weight() > y.weight();
    };
    std::copy_if(all.begin(), all.end(), std::back_inserter(chosen),
                 [](const hop_change &h) { return h.is_software_change(); });
    std::stable_sort(chosen.begin(), chosen.end(), by_weight);
    if (chosen.empty()) {
        auto most = std::max_element(all.begin(), all.end(), [](const auto &x, const auto &y) {
            return x.weight() < y.weight();
        });
        if (most != all.end() && most->weight() != 0)
            chosen.push_back(*most);
    }
    for (const hop_change &h : chosen)
        causes.push_back(cause_from(h, base, now, names));
    return causes;
}

namespace {

/* The values of config.resolved.yaml by the paths of their keys. */
void flatten(const yaml_node *n, const std::string &path, std::map<std::string, std::string> *all)
{
    u32 i = 0;

    if (n->kind == YAML_WORD)
        (*all)[path] = n->text;
    for (const yaml_node *child = n->child; child != nullptr; child = child->next, i++) {
        const yaml_node *name = yaml_find(child, "name");
        const std::string key = child->key != nullptr ? child->key
                                : name != nullptr     ? name->text
                                                      : std::to_string(i);
        flatten(child, path.empty() ? key : path + "." + key, all);
    }
}

std::map<std::string, std::string> resolved(const subject &s)
{
    std::map<std::string, std::string> all;
    const std::string path = s.folder + "/config.resolved.yaml";
    std::error_code error;

    if (s.folder.empty() || !std::filesystem::is_regular_file(path, error))
        return all;
    document d(path, YAML_SYNTAX_YAML);
    flatten(d.root(), "", &all);
    return all;
}

/* Where a cost comes from changes with the cost. */
bool is_source(const std::string &key)
{
    const std::string end = ".source";

    return key.size() > end.size() && key.compare(key.size() - end.size(), end.size(), end) == 0;
}

} // namespace

std::string configuration_note(const subject &base, const subject &now)
{
    enum { SHOWN_MAX = 5 };
    const std::map<std::string, std::string> a = resolved(base), b = resolved(now);
    std::string words = "configurations differ";
    std::map<std::string, int> keys;
    u32 count = 0;

    if (a.empty() || b.empty())
        return words;
    for (const auto *side : {&a, &b})
        for (const auto &entry : *side)
            keys[entry.first] = 0;
    for (const auto &key : keys) {
        auto x = a.find(key.first), y = b.find(key.first);
        const std::string was = x != a.end() ? x->second : "none";
        const std::string is = y != b.end() ? y->second : "none";
        if (was == is || is_source(key.first) || ++count > SHOWN_MAX)
            continue;
        words += (count == 1 ? ": " : ", ") + key.first + " " + was + " -> " + is;
    }
    if (count > SHOWN_MAX)
        words += " and " + std::to_string(count - SHOWN_MAX) + " more";
    return words;
}

} // namespace cli
