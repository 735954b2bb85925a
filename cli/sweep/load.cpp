/* load_sweep(): from a sweep file to the plan of what is to run. */
#include <algorithm>
#include <map>
#include <set>

#include "cli/sweep/axes.hpp"
#include "cli/sweep/check_points.hpp"
#include "cli/sweep/expand.hpp"
#include "cli/sweep/sweep.hpp"
#include "cli/sweep/words.hpp"

namespace cli {

namespace {

const char variant_key[] = "protocol.variant";

/* Some axis says which design runs. */
bool sweeps_variant(const sweep_file &f)
{
    for (const axis &a : f.axes)
        for (const track &t : a.tracks)
            for (const setting &s : keys_of(t))
                if (s.key == variant_key)
                    return true;
    return false;
}

/* What the command line sets for all points; a key that is swept has its values already. */
std::vector<setting> settings_of(const arguments &set, const sweep_file &f)
{
    std::vector<setting> all = f.set;

    for (const std::string &text : set) {
        const size_t equals = text.find('=');
        const std::string key = text.substr(0, equals);
        if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
            throw failure(ERR_USAGE, "--set " + text +
                                         ": expected KEY=VALUE, such as "
                                         "guest.vcpus=2");
        for (const axis &a : f.axes)
            for (const track &t : a.tracks)
                for (const setting &s : keys_of(t))
                    if (s.key == key)
                        throw failure(ERR_USAGE, "--set " + text + ": " + key +
                                                     " is swept, expected another key; try the "
                                                     "sweep file");
        all.push_back({key, text.substr(equals + 1), {"--set " + text, 0, 0}});
    }
    return all;
}

/* The designs of the base become the first axis, unless the sweep has one of its own. */
void add_variants(sweep_file &f, const sweep_base &base)
{
    track t;

    if (base.variants().size() < 2 || sweeps_variant(f))
        return;
    t.what.name = variant_key;
    t.row = config_param(variant_key);
    t.at = {f.p.base, 0, 0};
    for (const std::string &name : base.variants())
        t.values.push_back(key_value(t.row, variant_key, name, name, t.at));
    f.axes.insert(f.axes.begin(), {{t}});
    check_axes(f.axes);
}

/* The value of a key as the base has it, unless it follows from others that a point may change. */
std::optional<std::string> fixed_value(const config_rows &rows, const std::string &key)
{
    const struct param *row = config_param(key.c_str());

    if (row == nullptr || row->fallback[0] == '(' || key.rfind("store.write.", 0) == 0 ||
        key.rfind("costs.", 0) == 0)
        return {};
    for (const config_row &r : rows)
        if (r.key == key)
            return plain_text(r.value);
    return {};
}

class loader {
public:
    loader(const std::string &path, unsigned jobs, const arguments &set)
        : f_(with(read_sweep_file(path), set)), base_(f_.p.base, f_.set), jobs_(jobs)
    {
    }
    loaded_sweep load();

private:
    static sweep_file with(sweep_file f, const arguments &set)
    {
        f.set = settings_of(set, f);
        for (const setting &s : f.set)
            if (s.key == "seed" && f.has_seeds)
                fail_at(s.at, "seed: found one beside seeds, which gives the seeds of a sweep, "
                              "expected one of the two; try seeds alone");
        return f;
    }
    void check_added() const;
    void make_points();
    std::optional<std::string> own_value(const combination &c, const point &p,
                                         const std::string &key) const;
    bool may_hold(const combination &c, const point &p) const;
    void check();
    void fill_coordinates(point &p, const config_rows &difference) const;
    void make_groups();
    void check_late_words();
    const coordinate *compared_value(const std::string &text) const;
    size_t parameter_index(const std::string &name) const;
    void check_left() const;

    sweep_file f_;
    sweep_base base_;
    unsigned jobs_;
    space space_;
    std::vector<size_t> order_; /* combination of each point */
    std::vector<config_rows> differences_;
    loaded_sweep result_;
};

void loader::check_left() const
{
    if (result_.p.points.empty())
        throw failure(ERR_USAGE,
                      f_.p.file + ": no points are left, " +
                          (result_.counts.constrained != 0 ? "none fulfils the constraints"
                                                           : "everything is excluded"));
}

/* Where the base has several designs, a point that include adds has to name its own. */
void loader::check_added() const
{
    const size_t first = space_.combinations.size() - space_.added.size();
    auto is_variant = [](const setting &s) { return s.key == variant_key; };
    auto has_variant = [&](const axis_value *v) {
        return v != nullptr && std::any_of(v->settings.begin(), v->settings.end(), is_variant);
    };

    for (size_t i = 0; i < space_.added.size() && base_.variants().size() > 1; i++) {
        const combination &c = space_.combinations[first + i];
        if (std::any_of(c.begin(), c.end(), has_variant))
            continue;
        for (const track *t : space_.tracks)
            for (const axis_value &v : t->values)
                if (has_variant(&v))
                    fail_at(space_.added[i], "include: the entry names no " + t->what.name +
                                                 ", expected one, as in {" + t->what.name + ": " +
                                                 v.at.value + ", ...}");
    }
}

/* Values that the point gives itself: its case of an axis, or the last setting of a key. */
std::optional<std::string> loader::own_value(const combination &c, const point &p,
                                             const std::string &key) const
{
    for (size_t i = 0; i < c.size(); i++)
        if (space_.tracks[i]->row == nullptr && space_.tracks[i]->what.name == key)
            return c[i] != nullptr ? c[i]->at.value : "";
    for (size_t i = p.settings.size(); i-- > 0;)
        if (p.settings[i].key == key)
            return plain_text(p.settings[i].value);
    return {};
}

/* False: a constraint is known to be broken. Such a point need not be a good configuration. */
bool loader::may_hold(const combination &c, const point &p) const
{
    const find_value value = [&](const std::string &key) {
        const std::optional<std::string> own = own_value(c, p, key);
        return own ? own : fixed_value(base_.rows(), key);
    };

    return std::all_of(f_.constraints.begin(), f_.constraints.end(),
                       [&](const constraint &one) { return holds(one, value).value_or(true); });
}

void loader::make_points()
{
    plan &p = result_.p;

    for (const track *t : space_.tracks)
        p.parameters.push_back(t->what);
    for (size_t i = 0; i < space_.combinations.size(); i++) {
        const combination &c = space_.combinations[i];
        point one;
        one.settings = f_.set;
        for (const axis_value *value : c) {
            one.at.push_back(value != nullptr ? value->at : coordinate());
            if (value != nullptr)
                one.settings.insert(one.settings.end(), value->settings.begin(),
                                    value->settings.end());
        }
        if (!may_hold(c, one)) {
            result_.counts.constrained++;
            continue;
        }
        p.points.push_back(std::move(one));
        order_.push_back(i);
    }
}

/* Where include left a parameter out, the configuration says what it is. */
void loader::fill_coordinates(point &p, const config_rows &difference) const
{
    for (size_t i = 0; i < p.at.size(); i++) {
        const track &t = *space_.tracks[i];
        if (!p.at[i].value.empty() || t.row == nullptr)
            continue;
        for (const config_rows *rows : {&base_.rows(), &difference}) /* The last one wins. */
            for (const config_row &row : *rows)
                if (row.key == t.what.name)
                    p.at[i] = {plain_text(row.value), number_of(t.row, plain_text(row.value))};
    }
}

void loader::check()
{
    std::vector<point> &points = result_.p.points;
    std::set<u64> known;
    std::vector<point> kept;
    auto ask = [&](size_t i) {
        return point_check{&points[i].settings, [this, i](const std::string &key) {
                               return own_value(space_.combinations[order_[i]], result_.p.points[i],
                                                key);
                           }};
    };
    std::vector<checked_point> checked =
        check_points(base_, points.size(), ask, f_.constraints, jobs_);

    for (size_t i = 0; i < points.size(); i++) {
        if (!checked[i].is_kept) {
            result_.counts.constrained++;
            continue;
        }
        if (!known.insert(checked[i].config_key).second) {
            result_.counts.dropped++;
            continue;
        }
        points[i].config_key = checked[i].config_key;
        points[i].variant = checked[i].variant;
        fill_coordinates(points[i], checked[i].difference);
        kept.push_back(std::move(points[i]));
        differences_.push_back(std::move(checked[i].difference));
    }
    points = std::move(kept);
}

size_t loader::parameter_index(const std::string &name) const
{
    const std::vector<parameter> &all = result_.p.parameters;

    return (size_t)(std::find_if(all.begin(), all.end(),
                                 [&](const parameter &p) { return p.name == name; }) -
                    all.begin());
}

/* One text for one value, however it is written. */
std::string canonical(const coordinate &c)
{
    return c.number ? "#" + std::to_string(*c.number) : c.value;
}

/* Numbers the groups and puts their points beside each other. */
void loader::make_groups()
{
    plan &p = result_.p;
    const size_t compared = parameter_index(p.compared);
    std::map<std::string, u32> groups, ranks;
    std::vector<std::tuple<u32, u32, size_t>> order;
    std::vector<point> points;
    const config_rows *first = nullptr;
    config_rows first_rows;

    if (compared < space_.tracks.size())
        for (const axis_value &v : space_.tracks[compared]->values)
            ranks.emplace(canonical(v.at), (u32)ranks.size());
    for (size_t i = 0; i < p.points.size(); i++) {
        point &one = p.points[i];
        std::string key;
        for (size_t j = 0; j < one.at.size(); j++)
            if (j != compared)
                key += canonical(one.at[j]) + '\n';
        one.group = groups.emplace(key, (u32)groups.size()).first->second;
        const std::string value = compared < one.at.size() ? canonical(one.at[compared]) : "";
        order.emplace_back(one.group, ranks.emplace(value, (u32)ranks.size()).first->second, i);
    }
    std::sort(order.begin(), order.end());
    for (const auto &[group, rank, i] : order) {
        config_rows rows = rows_whole(base_.rows(), differences_[i]);
        if (first == nullptr)
            first_rows = rows;
        result_.configs.push_back(first == nullptr ? std::move(rows)
                                                   : rows_difference(first_rows, rows));
        first = &first_rows;
        points.push_back(std::move(p.points[i]));
    }
    p.points = std::move(points);
}

const coordinate *loader::compared_value(const std::string &text) const
{
    const size_t compared = parameter_index(result_.p.compared);

    if (compared == result_.p.parameters.size())
        return nullptr;
    const coordinate wanted{text, number_of(space_.tracks[compared]->row, text)};
    for (const point &one : result_.p.points)
        if (is_same_value(one.at[compared], wanted))
            return &one.at[compared];
    return nullptr;
}

void loader::check_late_words()
{
    plan &p = result_.p;
    std::vector<std::string> names;
    auto need_value = [&](const std::optional<late_word> &word, const char *what, std::string &to) {
        if (!word)
            return;
        const coordinate *value = compared_value(word->text);
        if (value == nullptr)
            fail_at(word->at, std::string(what) + ": found \"" + word->text +
                                  "\", which no point has as its " + p.compared);
        to = value->value;
    };

    for (const parameter &one : p.parameters)
        names.push_back(one.name);
    for (const auto &[word, what] :
         {std::pair{f_.compare, "compare"}, std::pair{f_.x, "x"}, std::pair{f_.y, "y"}})
        if (word && parameter_index(word->text) == names.size())
            fail_at(word->at, std::string(what) + ": found \"" + word->text +
                                  "\", which is not swept" + nearest(word->text, names));
    need_value(f_.baseline, "baseline", p.report.baseline);
    if (p.stop)
        need_value(f_.against, "against", p.stop->against);
}

loaded_sweep loader::load()
{
    add_variants(f_, base_);
    space_ = expand(f_);
    result_.p = f_.p;
    result_.stop_metric = f_.stop_metric;
    result_.report_metric = f_.report_metric;
    if (!f_.has_seeds)
        result_.p.seeds.first = base_.seed();
    result_.counts.combinations = space_.all;
    result_.counts.excluded = space_.excluded;
    check_added();
    make_points();
    check_left();
    check();
    check_left();
    make_groups();
    check_late_words();
    result_.p.hash = plan_hash(result_.p);
    return std::move(result_);
}

} // namespace

void add_sweep_settings(boost::program_options::options_description &options)
{
    options.add_options()(
        "set", boost::program_options::value<arguments>()->composing()->value_name("KEY=VALUE"),
        "lay a value over the base configuration, for all points; may be repeated");
}

arguments sweep_settings_from(const boost::program_options::variables_map &values)
{
    return values.count("set") ? values["set"].as<arguments>() : arguments();
}

loaded_sweep load_sweep(const std::string &path, unsigned jobs, const arguments &set)
{
    return loader(path, jobs, set).load();
}

} // namespace cli
