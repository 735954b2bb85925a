#include "cli/compare/divergence.hpp"

#include <cinttypes>
#include <cstdio>
#include <deque>

#include "cli/trace_reader.hpp"

namespace cli {

namespace {

class pair_of_traces {
public:
    pair_of_traces(const std::string &base, const std::string &now)
        : base_(base), now_(now), has_same_names_(base_.has_names_of(now_))
    {
    }
    std::optional<divergence> find();

private:
    bool are_equal(const trace_rec &a, const trace_rec &b) const;
    divergence part(const trace_rec *a, const trace_rec *b) const;

    trace_reader base_, now_;
    bool has_same_names_;
    u64 record_ = 0, line_ = 0;
    std::deque<trace_rec> before_;
};

bool pair_of_traces::are_equal(const trace_rec &a, const trace_rec &b) const
{
    if (a.at_ps != b.at_ps || a.a != b.a)
        return false;
    if (has_same_names_)
        return a.b == b.b && a.actor == b.actor && a.type == b.type;
    const trace_reader::type &x = base_.type_of(a), &y = now_.type_of(b);
    if (x.group != y.group || x.name != y.name || base_.actor_of(a) != now_.actor_of(b))
        return false;
    bool is_hop = x.group == "fault" && x.name == "hop"; /* Its b is the number of a hop. */
    return is_hop ? base_.hop_of(a.b) == now_.hop_of(b.b) : a.b == b.b;
}

divergence pair_of_traces::part(const trace_rec *a, const trace_rec *b) const
{
    const trace_rec &first = a != nullptr ? *a : *b;
    const trace_reader &reader = a != nullptr ? base_ : now_;
    char at[64];

    std::snprintf(at, sizeof at, "%" PRIu64 ".%03" PRIu64 " ns", (u64)(first.at_ps / PS_PER_NS),
                  (u64)(first.at_ps % PS_PER_NS));
    divergence d = {record_,
                    line_,
                    at,
                    reader.actor_of(first),
                    a != nullptr ? base_.line(*a) : "",
                    b != nullptr ? now_.line(*b) : "",
                    {}};
    for (const trace_rec &r : before_)
        d.before.push_back(base_.line(r));
    return d;
}

std::optional<divergence> pair_of_traces::find()
{
    for (;;) {
        const trace_rec *a = base_.next(), *b = now_.next();
        if (a == nullptr && b == nullptr)
            return {};
        record_++;
        const trace_reader &reader = a != nullptr ? base_ : now_;
        const bool is_line = reader.type_of(a != nullptr ? *a : *b).group != "fault";
        line_ += is_line;
        if (a == nullptr || b == nullptr || !are_equal(*a, *b))
            return part(a, b);
        if (!is_line)
            continue;
        before_.push_back(*a);
        if (before_.size() > DIVERGENCE_LINES_BEFORE)
            before_.pop_front();
    }
}

} // namespace

std::optional<divergence> find_divergence(const std::string &base, const std::string &now)
{
    return pair_of_traces(base, now).find();
}

} // namespace cli
