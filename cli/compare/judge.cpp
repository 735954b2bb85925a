#include "cli/compare/judge.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <filesystem>

#include "cli/data/database.hpp"

namespace cli {

const char *verdict_word(verdict v)
{
    static const char *const words[] = {"passed", "ignored", "undecided", "failed"};

    return words[(size_t)v];
}

void tally::count(enum verdict v)
{
    size_t *const counts[] = {&passed, &ignored, &undecided, &failed};

    ++*counts[(size_t)v];
}

std::string time_text(u64 ps)
{
    static const struct {
        const char *name;
        u64 ps;
        int digits;
    } units[] = {
        {"s", PS_PER_S, 12}, {"ms", PS_PER_MS, 9}, {"us", PS_PER_US, 6}, {"ns", PS_PER_NS, 3}};
    char text[64];

    for (const auto &u : units) {
        if (ps < u.ps)
            continue;
        std::snprintf(text, sizeof text, "%" PRIu64 ".%0*" PRIu64, ps / u.ps, u.digits, ps % u.ps);
        std::string number = text;
        number.resize(number.find_last_not_of('0') + 1);
        if (number.back() == '.')
            number.pop_back();
        return number + u.name;
    }
    return std::to_string(ps) + "ps";
}

std::string value_text(const std::string &metric, u64 value)
{
    const bool is_time = metric.size() > 3 && metric.compare(metric.size() - 3, 3, "_ps") == 0;

    return is_time ? time_text(value) : std::to_string(value);
}

s64 change_in_ppm(u64 base, u64 now)
{
    if (base == 0)
        return now == 0 ? 0 : INT64_MAX;
    const u64 change = now > base ? now - base : base - now;
    u128 ppm = ((u128)change * PPM + base / 2) / base;
    s64 size = ppm > (u128)(INT64_MAX - 1) ? INT64_MAX - 1 : (s64)ppm;
    return now > base ? size : -size;
}

std::string percent_text(s64 ppm)
{
    const u64 size = ppm < 0 ? 0 - (u64)ppm : (u64)ppm;
    const char sign = ppm < 0 ? '-' : '+';
    char text[64];

    if (ppm == INT64_MAX)
        return "from nothing";
    if (size >= 1000)
        std::snprintf(text, sizeof text, "%c%" PRIu64 ".%" PRIu64 " %%", sign, (size + 500) / 10000,
                      (size + 500) / 1000 % 10);
    else if (size == 0)
        std::snprintf(text, sizeof text, "under 0.0001 %%");
    else
        std::snprintf(text, sizeof text, "%c0.%04" PRIu64 " %%", sign, size);
    return text;
}

s64 difference::change_ppm() const
{
    return base && now ? change_in_ppm(*base, *now) : INT64_MAX;
}

std::string difference::change() const
{
    if (base && now)
        return percent_text(change_ppm());
    return base ? "lost" : now ? "new" : "";
}

std::string subject_result::words() const
{
    return label + ", seed " + std::to_string(seed);
}

size_t comparison::difference_count() const
{
    size_t sum = 0;

    for (const subject_result &s : subjects)
        sum += s.differences.size();
    return sum;
}

size_t comparison::count(enum verdict v) const
{
    size_t sum = 0;

    for (const subject_result &s : subjects)
        sum += (size_t)std::count_if(s.differences.begin(), s.differences.end(),
                                     [&](const difference &d) { return d.verdict == v; });
    for (const group_result &g : groups)
        sum += g.verdict == v;
    for (const host_result &h : host)
        sum += h.verdict == v;
    return sum;
}

std::vector<std::pair<const subject_result *, const difference *>>
comparison::worst(size_t max) const
{
    std::vector<std::pair<const subject_result *, const difference *>> all;

    for (const subject_result &s : subjects)
        for (const difference &d : s.differences)
            all.emplace_back(&s, &d);
    auto size = [](const difference &d) { /* What is new or lost stands before numbers. */
                                          s64 ppm = d.change_ppm();
                                          return d.metric == "checksum" ? -1
                                                 : ppm < 0              ? -ppm
                                                           : ppm; /* It only follows from them. */
    };
    std::stable_sort(all.begin(), all.end(), [&](const auto &a, const auto &b) {
        if (a.second->verdict != b.second->verdict)
            return a.second->verdict > b.second->verdict;
        return size(*a.second) > size(*b.second);
    });
    if (all.size() > max)
        all.resize(max);
    return all;
}

namespace {

class judge {
public:
    judge(const metric_names &n, comparison *result) : names_(n), c_(result)
    {
    }
    subject_result pair(const subject &base, const subject &now);
    subject_result alone(const subject *base, const subject *now);

private:
    void metrics(const subject &base, const subject &now, subject_result *r);
    void transcript(const subject &base, const subject &now, subject_result *r);
    void note_end(const subject &base, const subject &now);
    void add(difference d, const subject &s, subject_result *r);
    enum verdict of(const gate &g, const difference &d) const;

    const metric_names &names_;
    comparison *c_;
};

std::optional<divergence> find_divergence(const subject &base, const subject &now)
{
    const std::string a = base.folder + "/trace.apft", b = now.folder + "/trace.apft";
    std::error_code error;

    if (base.folder.empty() || now.folder.empty() || !std::filesystem::is_regular_file(a, error) ||
        !std::filesystem::is_regular_file(b, error))
        return {};
    return cli::find_divergence(a, b);
}

enum verdict judge::of(const gate &g, const difference &d) const
{
    switch (g.kind) {
    case gate_kind::exact:
        return verdict::failed;
    case gate_kind::ignore:
        return verdict::ignored;
    case gate_kind::tolerance:
        if (!d.base || !d.now)
            return verdict::failed;
        return is_tolerated(g, d.metric, *d.base, *d.now) ? verdict::passed : verdict::failed;
    case gate_kind::statistical:
        return d.base && d.now ? verdict::passed : verdict::failed; /* The group decides. */
    }
    return verdict::failed;
}

void judge::add(difference d, const subject &s, subject_result *r)
{
    d.gate = find_gate(c_->gates, d.metric, s);
    d.verdict = of(c_->gates.gates[d.gate], d);
    r->differences.push_back(std::move(d));
}

void judge::metrics(const subject &base, const subject &now, subject_result *r)
{
    std::vector<const metric *> others(names_.count());

    auto note = [&](u32 name, const u64 *b, const u64 *n) {
        const std::string &text = names_.text(name);
        difference d = {text, {}, {}, "none", "none", 0, verdict::passed};
        if (b != nullptr) {
            d.base = *b;
            d.base_text = value_text(text, *b);
        }
        if (n != nullptr) {
            d.now = *n;
            d.now_text = value_text(text, *n);
        }
        add(std::move(d), now, r);
    };
    for (const metric &m : now.metrics)
        others[m.name] = &m;
    for (const metric &m : base.metrics) {
        const metric *other = others[m.name];
        c_->metric_count++;
        if (other == nullptr)
            note(m.name, &m.value, nullptr);
        else if (other->value != m.value)
            note(m.name, &m.value, &other->value);
        others[m.name] = nullptr;
    }
    for (const metric &m : now.metrics)
        if (others[m.name] != nullptr)
            note(m.name, nullptr, &m.value);
}

std::string hex(u64 value)
{
    char text[20];

    std::snprintf(text, sizeof text, "0x%016" PRIx64, value);
    return text;
}

/* What the transcript says follows from what the metrics say: unless a gate is about it, it passes
 * with them. If they are all equal, it is the difference. */
void judge::transcript(const subject &base, const subject &now, subject_result *r)
{
    const size_t own = r->differences.size();
    const bool all_pass =
        own != 0 && std::none_of(r->differences.begin(), r->differences.end(),
                                 [](const difference &d) { return d.verdict == verdict::failed; });

    if (base.lines != now.lines)
        add({"lines", base.lines, now.lines, std::to_string(base.lines), std::to_string(now.lines),
             0, verdict::passed},
            now, r);
    if (base.checksum != now.checksum)
        add({"checksum", {}, {}, hex(base.checksum), hex(now.checksum), 0, verdict::passed}, now,
            r);
    r->first = find_divergence(base, now);
    if (r->first && base.checksum == now.checksum)
        add({"trace", {}, {}, base.folder, now.folder, 0, verdict::passed}, now, r);
    for (size_t i = own; i < r->differences.size(); i++)
        if (all_pass && r->differences[i].gate + 1 == c_->gates.gates.size())
            r->differences[i].verdict = verdict::passed;
}

void finish(comparison *c, subject_result *r)
{
    for (const difference &d : r->differences) {
        c->tallies[d.gate].count(d.verdict);
        r->verdict = std::max(r->verdict, d.verdict);
    }
}

/* Equal is not good if there was nothing to compare, or if it was chance. */
void judge::note_end(const subject &base, const subject &now)
{
    if (base.metrics.empty() && now.metrics.empty())
        c_->notes.push_back(subject_words(now) + ": \"" + now.end +
                            "\", without metrics on both sides: nothing was compared");
    if (base.end == "cut" || now.end == "cut")
        c_->notes.push_back(subject_words(now) +
                            ": was interrupted, so its numbers depend on when that was");
}

/* What one computer did to a run says nothing about the simulated system. */
bool is_no_result(const std::string &end)
{
    for (const run_status s : {run_status::crashed, run_status::timed_out, run_status::failed})
        if (end == run_status_word(s))
            return true;
    return false;
}

subject_result judge::pair(const subject &base, const subject &now)
{
    subject_result r;

    r.label = now.label;
    r.seed = now.seed;
    r.base = &base;
    r.now = &now;
    if (base.end != now.end || is_no_result(now.end))
        add({"end", {}, {}, base.end, now.end, 0, verdict::passed}, now, &r);
    metrics(base, now, &r);
    transcript(base, now, &r);
    note_end(base, now);
    if (!r.differences.empty()) {
        r.causes = find_causes(base, now, names_);
        if (base.config_hash != now.config_hash)
            r.notes.push_back(configuration_note(base, now));
    }
    finish(c_, &r);
    return r;
}

subject_result judge::alone(const subject *base, const subject *now)
{
    const subject &one = base != nullptr ? *base : *now;
    subject_result r;

    r.label = one.label;
    r.seed = one.seed;
    r.base = base;
    r.now = now;
    add({"subject",
         {},
         {},
         base != nullptr ? "there" : "none",
         now != nullptr ? "there" : "none",
         0,
         verdict::passed},
        one, &r);
    finish(c_, &r);
    return r;
}

using key = std::pair<std::string, u64>;

std::map<key, const subject *> by_key(const side &s)
{
    std::map<key, const subject *> all;

    for (const subject &one : s.subjects)
        all[{one.label, one.seed}] = &one;
    return all;
}

/* The first has a run of this label whose seed the second does not have. */
bool has_more_seeds(const side &first, const std::map<key, const subject *> &second,
                    const std::string &label)
{
    return std::any_of(first.subjects.begin(), first.subjects.end(), [&](const subject &s) {
        return s.label == label && second.count({label, s.seed}) == 0;
    });
}

/* Other seeds of a label are the business of its statistical gates, if there are some. Seeds that
 * NEW lacks without having others are lost runs, whatever the gates are about. */
bool has_other_seeds(const comparison &c, const side &now,
                     const std::map<key, const subject *> &bases, const subject &s)
{
    const bool is_in_both = std::any_of(bases.begin(), bases.end(), [&](const auto &b) {
        return b.first.first == s.label;
    });

    return is_in_both && has_more_seeds(now, bases, s.label) &&
           std::any_of(c.gates.gates.begin(), c.gates.gates.end(), [&](const gate &g) {
               return g.kind == gate_kind::statistical && gate_is_for(g, s);
           });
}

} // namespace

comparison compare_sides(const side &base, const side &now, const metric_names &names,
                         gate_list gates)
{
    const std::map<key, const subject *> bases = by_key(base), nows = by_key(now);
    comparison c;
    judge j(names, &c);

    c.gates = std::move(gates);
    c.tallies.resize(c.gates.gates.size());
    c.base_path = base.path;
    c.now_path = now.path;
    c.notes = check_gates(c.gates, base, now, names);
    auto single = [&](const subject *b, const subject *n) {
        const subject &s = b != nullptr ? *b : *n;
        if (has_other_seeds(c, now, bases, s))
            c.notes.push_back(subject_words(s) + " is only in " + (b != nullptr ? "BASE" : "NEW") +
                              ": compared with other seeds by statistics alone");
        else
            c.subjects.push_back(j.alone(b, n));
    };
    for (const subject &b : base.subjects) {
        auto n = nows.find({b.label, b.seed});
        if (n != nows.end())
            c.subjects.push_back(j.pair(b, *n->second));
        else
            single(&b, nullptr);
    }
    for (const subject &n : now.subjects)
        if (bases.count({n.label, n.seed}) == 0)
            single(nullptr, &n);
    judge_groups(base, now, names, &c);
    return c;
}

} // namespace cli
