#include "cli/sweep/expand.hpp"

#include <algorithm>

#include "cli/sweep/axes.hpp"
#include "cli/sweep/sampler.hpp"
#include "cli/sweep/words.hpp"

namespace cli {

namespace {

size_t size_of(const axis &a)
{
    return a.tracks[0].values.size();
}

/* The index of the axis that groups are about; axes.size() if none is. */
size_t compared_axis(const sweep_file &f)
{
    size_t i = 0;

    while (i < f.axes.size() &&
           std::none_of(f.axes[i].tracks.begin(), f.axes[i].tracks.end(),
                        [&](const track &t) { return t.what.name == f.p.compared; }))
        i++;
    return i;
}

class expander {
public:
    expander(const sweep_file &f, space &s) : f_(f), s_(s)
    {
        for (const axis &a : f.axes) {
            first_track_.push_back(s.tracks.size());
            for (const track &t : a.tracks)
                s.tracks.push_back(&t);
        }
        axis_tracks_ = s.tracks.size();
    }
    void make_grid();
    void make_sample();
    void exclude();
    void include();

private:
    void check_count(u128 count) const;
    void choose(combination &c, size_t axis, size_t value) const;
    const axis_value *sampled(const track &t, u64 share);
    std::vector<std::pair<size_t, coordinate>> read_exclude(const entry &e) const;
    size_t included_track(const entry::word &w);
    const axis_value *included_value(const track &t, const entry::word &w);
    bool fits(const combination &c, const combination &add) const;
    void extend(combination &c, const combination &add, const entry &e) const;

    const sweep_file &f_;
    space &s_;
    std::vector<size_t> first_track_; /* Of each axis. */
    size_t axis_tracks_;
};

void expander::check_count(u128 count) const
{
    if (count > SWEEP_POINTS_MAX)
        throw failure(ERR_USAGE, f_.p.file + ": found more than " +
                                     std::to_string(SWEEP_POINTS_MAX) +
                                     " points, the most that a sweep may have; try fewer values, "
                                     "or a sample");
}

void expander::choose(combination &c, size_t axis, size_t value) const
{
    const std::vector<track> &tracks = f_.axes[axis].tracks;

    for (size_t i = 0; i < tracks.size(); i++)
        c[first_track_[axis] + i] = &tracks[i].values[value];
}

/* The last axis runs fastest. */
void expander::make_grid()
{
    u128 count = 1;

    for (const axis &a : f_.axes) {
        count *= size_of(a);
        check_count(count);
    }
    if (f_.axes.empty() && !f_.include.empty())
        return; /* Nothing but what is included. */
    for (u64 i = 0; i < (u64)count; i++) {
        combination c(s_.tracks.size());
        u64 rest = i;
        for (size_t axis = f_.axes.size(); axis-- > 0; rest /= size_of(f_.axes[axis]))
            choose(c, axis, rest % size_of(f_.axes[axis]));
        s_.combinations.push_back(std::move(c));
    }
}

const axis_value *expander::sampled(const track &t, u64 share)
{
    char text[CONFIG_TEXT_MAX];

    if (!t.span)
        return &t.values[(size_t)((u128)share * t.values.size() >> 64)];
    const std::string word = config_quantity_text(t.row, range_at(*t.span, share), text);
    s_.own_values.push_back(key_value(t.row, t.what.name, word, word, t.at));
    return &s_.own_values.back();
}

void expander::make_sample()
{
    const size_t compared = compared_axis(f_);
    const bool has_compared = compared != f_.axes.size();
    const size_t repeats = has_compared ? size_of(f_.axes[compared]) : 1;
    const u32 dimensions = (u32)(f_.axes.size() - has_compared);
    const struct sampling &how = f_.sample;

    if (dimensions == 0)
        throw failure(ERR_USAGE, f_.p.file +
                                     ": found a sample and nothing to take it of, "
                                     "expected another axis than " +
                                     f_.p.compared);
    if (has_compared && f_.axes[compared].tracks.size() > 1)
        fail_at(f_.axes[compared].tracks[0].at,
                "zip: " + f_.p.compared + " is what a sample compares, expected it in matrix");
    check_count((u128)how.points * repeats);
    const shares all = how.method == sampling::SOBOL
                           ? sample_sobol(how.points, dimensions, how.seed)
                           : sample_latin_hypercube(how.points, dimensions, how.seed.value_or(1));
    for (const std::vector<u64> &share : all) {
        combination c(s_.tracks.size());
        for (size_t axis = 0, i = 0; axis < f_.axes.size(); axis++) {
            if (axis == compared)
                continue;
            const std::vector<track> &tracks = f_.axes[axis].tracks;
            for (size_t j = 0; j < tracks.size(); j++)
                c[first_track_[axis] + j] = sampled(tracks[j], share[i]);
            i++;
        }
        for (size_t value = 0; value < repeats; value++) {
            if (has_compared)
                choose(c, compared, value);
            s_.combinations.push_back(c);
        }
    }
}

/* --- Exclude --- */

std::vector<std::pair<size_t, coordinate>> expander::read_exclude(const entry &e) const
{
    std::vector<std::pair<size_t, coordinate>> wanted;
    std::vector<std::string> names;

    for (size_t i = 0; i < axis_tracks_; i++)
        names.push_back(s_.tracks[i]->what.name);
    for (const entry::word &w : e.words) {
        const size_t i = (size_t)(std::find(names.begin(), names.end(), w.key) - names.begin());
        if (i == names.size())
            fail_at(w.key_at, "exclude: " + w.key + " is not swept" + nearest(w.key, names));
        const track &t = *s_.tracks[i];
        const coordinate at{w.value, number_of(t.row, w.value)};
        std::vector<std::string> words;
        bool is_known = t.span && at.number;
        for (const axis_value &v : t.values) {
            is_known = is_known || is_same_value(v.at, at);
            words.push_back(v.at.value);
        }
        if (!is_known)
            fail_at(w.at, "exclude: found \"" + w.value + "\", which " + w.key +
                              " never is, expected " +
                              (t.span ? "a number with its unit" : list_of(words)));
        wanted.emplace_back(i, at);
    }
    return wanted;
}

void expander::exclude()
{
    std::vector<std::vector<std::pair<size_t, coordinate>>> entries;

    s_.all = s_.combinations.size();
    for (const entry &e : f_.exclude)
        entries.push_back(read_exclude(e));
    auto is_excluded = [&](const combination &c) {
        return std::any_of(entries.begin(), entries.end(), [&](const auto &wanted) {
            return std::all_of(wanted.begin(), wanted.end(), [&](const auto &want) {
                return is_same_value(c[want.first]->at, want.second);
            });
        });
    };
    s_.combinations.erase(
        std::remove_if(s_.combinations.begin(), s_.combinations.end(), is_excluded),
        s_.combinations.end());
    s_.excluded = s_.all - s_.combinations.size();
}

/* --- Include --- */

/* The parameter of that name; a key that is not swept becomes one. */
size_t expander::included_track(const entry::word &w)
{
    for (size_t i = 0; i < s_.tracks.size(); i++)
        if (s_.tracks[i]->what.name == w.key)
            return i;
    track t;
    t.what.name = w.key;
    t.row = row_of(w.key_at, w.key);
    t.what.unit = unit_of(t.row);
    t.what.scale = is_quantity(t.row) ? scale::linear : scale::category;
    t.at = w.key_at;
    for (size_t i = 0; i < axis_tracks_; i++)
        for (const setting &s : keys_of(*s_.tracks[i]))
            if (s.key == w.key)
                fail_at(w.key_at, "include: " + w.key + " is set by the axis " +
                                      s_.tracks[i]->what.name + ", expected one of its cases");
    if (s_.tracks.size() == SWEEP_PARAMETERS_MAX)
        fail_at(w.key_at,
                "more than " + std::to_string(SWEEP_PARAMETERS_MAX) + " parameters are swept");
    s_.own_tracks.push_back(t);
    s_.tracks.push_back(&s_.own_tracks.back());
    for (combination &c : s_.combinations)
        c.push_back(nullptr);
    return s_.tracks.size() - 1;
}

const axis_value *expander::included_value(const track &t, const entry::word &w)
{
    const coordinate at{w.value, number_of(t.row, w.value)};
    std::vector<std::string> words;
    err e = {};
    u64 number;

    for (const axis_value &v : t.values) {
        if (is_same_value(v.at, at))
            return &v;
        words.push_back(v.at.value);
    }
    if (t.row == nullptr)
        fail_at(w.at, "include: found \"" + w.value + "\", expected a case of " + t.what.name +
                          ": " + list_of(words));
    if (is_quantity(t.row) && !config_quantity(t.row, w.value.c_str(), &number, &e))
        fail_at(w.at, e.text);
    s_.own_values.push_back(key_value(t.row, w.key, w.value, w.yaml, w.at));
    return &s_.own_values.back();
}

/* No value of an axis would change. */
bool expander::fits(const combination &c, const combination &add) const
{
    for (size_t i = 0; i < axis_tracks_; i++)
        if (add[i] != nullptr && !is_same_value(c[i]->at, add[i]->at))
            return false;
    return true;
}

void expander::extend(combination &c, const combination &add, const entry &e) const
{
    for (size_t i = axis_tracks_; i < add.size(); i++) {
        if (add[i] == nullptr)
            continue;
        if (c[i] != nullptr && !is_same_value(c[i]->at, add[i]->at))
            fail_at(e.at, "include: changes " + s_.tracks[i]->what.name +
                              ", which an entry before it has set, expected it as an axis of "
                              "matrix");
        c[i] = add[i];
    }
}

void expander::include()
{
    const size_t original = s_.combinations.size();

    for (const entry &e : f_.include) {
        combination add(s_.tracks.size());
        bool fits_one = false;
        for (const entry::word &w : e.words) {
            const size_t i = included_track(w);
            add.resize(s_.tracks.size());
            add[i] = included_value(*s_.tracks[i], w);
        }
        for (size_t i = 0; i < original; i++) {
            if (!fits(s_.combinations[i], add))
                continue;
            extend(s_.combinations[i], add, e);
            fits_one = true;
        }
        if (fits_one)
            continue;
        check_count(s_.combinations.size() + 1);
        s_.combinations.push_back(add);
        s_.added.push_back(e.at);
    }
}

} // namespace

space expand(const sweep_file &f)
{
    space s;
    expander e(f, s);

    if (f.sample.method == sampling::GRID)
        e.make_grid();
    else
        e.make_sample();
    e.exclude();
    e.include();
    return s;
}

} // namespace cli
