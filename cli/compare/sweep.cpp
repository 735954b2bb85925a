/* A sweep as a side: every run that its plan asks for and that is there is a subject. */
#include <algorithm>

#include "cli/compare/subject.hpp"
#include "cli/data/database.hpp"

namespace cli {

namespace {

/* What the point is known by: the values of what is swept, in the order of the sweep file. */
void name_point(const plan &p, const point &at, subject *s)
{
    for (size_t i = 0; i < p.parameters.size() && i < at.at.size(); i++) {
        s->parameters[p.parameters[i].name] = at.at[i].value;
        s->label += (s->label.empty() ? "" : " ") + p.parameters[i].name + "=" + at.at[i].value;
    }
    s->parameters.emplace("protocol.variant", at.variant);
    if (s->label.empty())
        s->label = at.variant;
}

/* Databases sort by name. The first difference is sought in the order of summary.json: what the
 * user sees before what it is made of. */
size_t section_of(const std::string &name)
{
    static const char *const sections[] = {"time_ps", "faults", "latency",  "hops",
                                           "tasks",   "cpu",    "overhead", "memory",
                                           "store",   "guest",  "picks",    "conservation"};
    const std::string first = name.substr(0, name.find('.'));

    return (size_t)(std::find(std::begin(sections), std::end(sections), first) -
                    std::begin(sections));
}

} // namespace

side load_sweep_side(const std::string &path, metric_names &names)
{
    database d(path, database::access::read);
    const plan &p = d.get_plan();
    side s;

    s.path = path;
    s.kind = side_kind::sweep;
    s.version = "build " + d.build();
    for (const run_row &row : d.runs()) {
        const point &at = p.points.at(row.point);
        subject one;
        name_point(p, at, &one);
        one.seed = row.seed;
        one.config_hash = at.config_key;
        one.end = run_status_word(row.status);
        one.checksum = row.checksum;
        one.lines = row.lines;
        auto metrics = d.metrics(row.id);
        std::stable_sort(metrics.begin(), metrics.end(), [](const auto &a, const auto &b) {
            return section_of(a.first) < section_of(b.first);
        });
        for (const auto &m : metrics)
            if (m.first != "lines") /* Of the transcript: it has a place of its own. */
                one.metrics.push_back({names.number(m.first), m.second});
        s.subjects.push_back(std::move(one));
    }
    return s;
}

} // namespace cli
