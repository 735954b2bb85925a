/* gates.yaml as text: every key and every value is checked before anything is compared. */
#include <algorithm>

#include "cli/compare/document.hpp"
#include "cli/compare/gates.hpp"

namespace cli {

namespace {

const std::vector<std::string> kinds = {"exact", "tolerance", "ignore", "statistical"};

struct unit {
    const char *name;
    u64 ps;
};
const unit units[] = {
    {"ps", 1}, {"ns", PS_PER_NS}, {"us", PS_PER_US}, {"ms", PS_PER_MS}, {"s", PS_PER_S}};

bool split_unit(const std::string &text, std::string *digits, std::string *name)
{
    const size_t end = text.find_first_not_of("0123456789.");

    *digits = text.substr(0, end);
    *name = end == std::string::npos ? "" : text.substr(end);
    return !digits->empty();
}

} // namespace

bool parse_decimal(const std::string &text, u32 decimals, u64 *value)
{
    const size_t point = text.find('.');
    const std::string whole = text.substr(0, point);
    std::string part = point == std::string::npos ? "" : text.substr(point + 1);

    if (whole.empty() || (point != std::string::npos && part.empty()) || part.size() > decimals)
        return false;
    part.resize(decimals, '0');
    *value = 0;
    for (char c : whole + part) {
        if (c < '0' || c > '9' || __builtin_mul_overflow(*value, (u64)10, value) ||
            __builtin_add_overflow(*value, (u64)(c - '0'), value))
            return false;
    }
    return true;
}

bool parse_tolerance(const std::string &text, struct tolerance *t)
{
    std::string digits, name;

    *t = {};
    t->text = text;
    if (!split_unit(text, &digits, &name))
        return false;
    if (name == "%") /* Four decimals of a percent are millionths. */
        return parse_decimal(digits, 4, &t->amount);
    t->is_relative = false;
    if (name.empty())
        return parse_decimal(digits, 0, &t->amount);
    for (const unit &u : units) {
        u64 picos = 0;
        if (name != u.name || !parse_decimal(digits, 12, &picos))
            continue;
        u128 scaled = (u128)picos * u.ps;
        t->is_time = true;
        t->amount = (u64)(scaled / 1000000000000ull);
        return scaled % 1000000000000ull == 0 && scaled / 1000000000000ull <= UINT64_MAX;
    }
    return false;
}

namespace {

struct tolerance read_tolerance(const yaml_node *n)
{
    struct tolerance t;

    if (!parse_tolerance(text_of(n), &t))
        throw wrong_value(n, found(n) + ", expected a tolerance as in 2%, 500ns or 3");
    return t;
}

/* Whole part of 1 in ppm. */
u64 read_percent(const yaml_node *n)
{
    struct tolerance t;

    if (!parse_tolerance(text_of(n), &t) || !t.is_relative)
        throw wrong_value(n, found(n) + ", expected a percentage as in 1%");
    return t.amount;
}

std::string read_text(const yaml_node *n, const char *what)
{
    const std::string text = text_of(n);

    if (text.find_first_not_of(" \t\n") == std::string::npos)
        throw wrong_value(n, found(n) + ", expected " + what);
    return text;
}

void read_statistical(const yaml_node *n, gate *g)
{
    allow_keys(n, {"confidence", "within", "undecided"});
    const yaml_node *confidence = need(n, "confidence");
    const u64 ppm = read_percent(confidence);
    if (ppm < PPM / 2 || ppm > PPM / 10000 * 9999)
        throw wrong_value(confidence, found(confidence) + ", expected 50% to 99.99%");
    g->confidence_ppm = (u32)ppm;
    g->within_ppm = read_percent(need(n, "within"));
    g->within_text = text_of(need(n, "within"));
    if (const yaml_node *undecided = yaml_find(n, "undecided")) {
        const std::string text = text_of(undecided);
        if (text != "fail" && text != "pass")
            throw wrong_value(undecided, found(undecided) + ", expected fail or pass" +
                                             nearest(text, {"fail", "pass"}));
        g->undecided_fails = text == "fail";
    }
}

void read_direction(const yaml_node *map, gate *g)
{
    if (const yaml_node *n = yaml_find(map, "direction")) {
        const std::string text = text_of(n);
        if (text != "worse" && text != "both")
            throw wrong_value(n, found(n) + ", expected worse or both" +
                                     nearest(text, {"worse", "both"}));
        g->only_worse = text == "worse";
    }
    if (const yaml_node *n = yaml_find(map, "better")) {
        const std::string text = text_of(n);
        if (text != "less" && text != "more")
            throw wrong_value(n, found(n) + ", expected less or more" +
                                     nearest(text, {"less", "more"}));
        g->better = text == "less" ? better::less : better::more;
    }
}

/* What the gate asks for: exactly one of the four. */
void read_kind(const yaml_node *map, gate *g)
{
    const yaml_node *of = nullptr;

    for (size_t i = 0; i < kinds.size(); i++) {
        const yaml_node *n = yaml_find(map, kinds[i].c_str());
        if (n == nullptr)
            continue;
        if (of != nullptr)
            throw wrong_key(n, "found " + kinds[i] + " beside " + of->key +
                                   ", expected one of them in a gate");
        of = n;
        g->kind = (gate_kind)i;
    }
    if (of == nullptr)
        throw wrong_value(map, "found a gate that asks for nothing, expected exact, tolerance, "
                               "ignore or statistical");
    switch (g->kind) {
    case gate_kind::exact:
        if (!truth_of(of))
            throw wrong_value(of, found(of) + ", expected true; try a tolerance, or ignore with "
                                              "its reason");
        break;
    case gate_kind::tolerance:
        g->tolerance = read_tolerance(of);
        break;
    case gate_kind::ignore:
        g->reason = read_text(of, "the reason why this may be ignored");
        break;
    case gate_kind::statistical:
        read_statistical(of, g);
        break;
    }
}

gate read_gate(const yaml_node *n)
{
    std::vector<std::string> keys = {"metric", "where", "subject", "direction", "better"};
    gate g;

    keys.insert(keys.end(), kinds.begin(), kinds.end());
    allow_keys(n, keys);
    g.file = n->file;
    g.line = n->line;
    g.column = n->column;
    g.metric = read_text(need(n, "metric"), "a metric as in hops.*.p99_ps");
    if (const yaml_node *subject = yaml_find(n, "subject"))
        g.subject = read_text(subject, "a subject as in demo/*");
    if (const yaml_node *where = yaml_find(n, "where"))
        for (const yaml_node *c = need_kind(where, YAML_MAP)->child; c != nullptr; c = c->next)
            g.where[c->key] = text_of(c);
    read_kind(n, &g);
    read_direction(n, &g);
    bool has_direction = g.kind == gate_kind::tolerance || g.kind == gate_kind::statistical;
    for (const char *key : {"direction", "better"})
        if (const yaml_node *extra = yaml_find(n, key); extra != nullptr && !has_direction)
            throw wrong_key(extra, std::string("found ") + key +
                                       ", expected it with tolerance or statistical only");
    return g;
}

[[noreturn]] void refuse_nanoseconds(const yaml_node *at)
{
    throw wrong_key(at, std::string("found ") + at->key +
                            ": nanoseconds are those of one computer on one day, expected ratio, "
                            "of two things that were measured in the same run; apfsim_bench "
                            "--ratios --json FILE writes such ratios");
}

host_gate read_host_gate(const yaml_node *n)
{
    host_gate g;

    need_kind(n, YAML_MAP);
    for (const yaml_node *key = n->child; key != nullptr; key = key->next)
        for (const char *absolute : {"ns", "us", "ms", "s", "time", "time_ns", "run_ns"})
            if (std::string(key->key) == absolute)
                refuse_nanoseconds(key);
    allow_keys(n, {"ratio", "tolerance"});
    g.file = n->file;
    g.line = n->line;
    g.column = n->column;
    g.ratio = read_text(need(n, "ratio"), "the name of a ratio");
    const yaml_node *tolerance = need(n, "tolerance");
    g.tolerance = read_tolerance(tolerance);
    if (!g.tolerance.is_relative)
        throw wrong_value(tolerance, found(tolerance) +
                                         ", expected a percentage: a ratio has no unit, and "
                                         "nanoseconds are those of one computer on one day");
    return g;
}

} // namespace

gate_list load_gates(const std::string &path)
{
    gate_list list;

    list.path = path;
    if (!path.empty()) {
        require_file(path);
        document d(path, YAML_SYNTAX_YAML);
        const yaml_node *root = d.root();
        allow_keys(root, {"apfsim-gates", "gates", "host"});
        const yaml_node *version = need(root, "apfsim-gates");
        if (text_of(version) != "1")
            throw wrong_value(version, found(version) + ", expected 1");
        if (const yaml_node *gates = yaml_find(root, "gates"))
            for (const yaml_node *n = need_kind(gates, YAML_LIST)->child; n != nullptr; n = n->next)
                list.gates.push_back(read_gate(n));
        if (const yaml_node *host = yaml_find(root, "host"))
            for (const yaml_node *n = need_kind(host, YAML_LIST)->child; n != nullptr; n = n->next)
                list.host.push_back(read_host_gate(n));
    }
    gate last;
    last.metric = "*";
    list.gates.push_back(last);
    return list;
}

} // namespace cli
