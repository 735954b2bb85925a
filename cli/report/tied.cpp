/* Parameters that go together: which of them are a dimension of the sweep. */
#include <iterator>
#include <map>

#include "cli/report/analysis.hpp"
#include "cli/report/text.hpp"

namespace cli::report {

namespace {

/* Orders numbers by their size, and words somehow. */
using key = std::pair<u64, std::string>;

key key_of(const coordinate &c)
{
    return c.number ? key(*c.number, "") : key(0, c.value);
}

} // namespace

bool are_tied(const plan &p, size_t a, size_t b)
{
    std::map<key, key> there, back;
    bool do_rise = true, do_fall = true;

    for (const point &at : p.points) {
        const key first = key_of(at.at.at(a)), second = key_of(at.at.at(b));
        if (there.emplace(first, second).first->second != second ||
            back.emplace(second, first).first->second != first)
            return false;
    }
    if (there.size() < plan_group_count(p) || p.parameters[a].scale == scale::category ||
        p.parameters[b].scale == scale::category)
        return true;
    for (auto i = there.begin(); i != there.end() && std::next(i) != there.end(); ++i) {
        do_rise = do_rise && i->second < std::next(i)->second;
        do_fall = do_fall && std::next(i)->second < i->second;
    }
    return do_rise || do_fall;
}

std::vector<std::string> tied_with(const dataset &d, size_t dimension)
{
    std::vector<std::string> out;

    for (size_t i : d.swept_params)
        if (i != dimension && d.leader_of[i] == dimension)
            out.push_back(d.param(i).name);
    return out;
}

std::vector<std::string> tied_words(const dataset &d)
{
    std::vector<std::string> out;

    for (size_t dimension : d.dimensions)
        for (const std::string &name : tied_with(d, dimension))
            out.push_back(name + " goes with " + d.param(dimension).name);
    return out;
}

} // namespace cli::report
