/*
 * A baseline: results as text, kept beside the sources and read in their diffs. One metric a line,
 * zeros too: what is not there was not measured.
 */
#include <cctype>
#include <cinttypes>
#include <cstdio>
#include <set>

#include "cli/compare/document.hpp"
#include "cli/compare/subject.hpp"

namespace cli {

namespace {

enum { BASELINE_FORMAT = 1 };

/* Most names need no quotes; those that YAML could take for something else get them. */
std::string word(const std::string &text)
{
    bool is_plain =
        !text.empty() && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));

    for (char c : text)
        is_plain =
            is_plain && (std::isalnum((u8)c) || c == '_' || c == '.' || c == '/' || c == '-');
    for (const char *other : {"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
        is_plain = is_plain && text != other;
    return is_plain ? text : quoted(text);
}

std::string hex(u64 value)
{
    char text[20];

    std::snprintf(text, sizeof text, "0x%016" PRIx64, value);
    return text;
}

acceptance read_acceptance(const yaml_node *n)
{
    allow_keys(n, {"version", "changed", "largest", "reason"});
    return {text_of(need(n, "version")), text_of(need(n, "reason")), text_of(need(n, "largest")),
            number_of(need(n, "changed"))};
}

subject read_subject(const yaml_node *n, metric_names &names)
{
    subject s;

    allow_keys(
        n, {"subject", "parameters", "seed", "config_hash", "end", "checksum", "lines", "metrics"});
    s.label = text_of(need(n, "subject"));
    for (const yaml_node *p = need_kind(need(n, "parameters"), YAML_MAP)->child; p != nullptr;
         p = p->next)
        s.parameters[p->key] = text_of(p);
    s.seed = number_of(need(n, "seed"));
    s.config_hash = number_of(need(n, "config_hash"));
    s.end = text_of(need(n, "end"));
    s.checksum = number_of(need(n, "checksum"));
    s.lines = number_of(need(n, "lines"));
    for (const yaml_node *m = need_kind(need(n, "metrics"), YAML_MAP)->child; m != nullptr;
         m = m->next)
        s.metrics.push_back({names.number(m->key), number_of(m)});
    return s;
}

void put_subject(std::string *out, const subject &s, const metric_names &names)
{
    std::string parameters;

    for (const auto &p : s.parameters)
        parameters += (parameters.empty() ? "" : ", ") + word(p.first) + ": " + word(p.second);
    *out += "- subject: " + word(s.label) + "\n  parameters: {" + parameters +
            "}\n  seed: " + std::to_string(s.seed) + "\n  config_hash: " + hex(s.config_hash) +
            "\n  end: " + word(s.end) + "\n  checksum: " + hex(s.checksum) +
            "\n  lines: " + std::to_string(s.lines) +
            "\n  metrics:" + (s.metrics.empty() ? " {}\n" : "\n");
    for (const metric &m : s.metrics)
        *out += "    " + word(names.text(m.name)) + ": " + std::to_string(m.value) + "\n";
}

} // namespace

side load_baseline(const std::string &path, metric_names &names)
{
    document d(path, YAML_SYNTAX_YAML);
    const yaml_node *root = d.root();
    std::set<std::pair<std::string, u64>> seen;
    side s;

    const yaml_node *format = root->kind == YAML_MAP ? yaml_find(root, "apfsim-baseline") : nullptr;
    if (format == nullptr)
        throw failure(ERR_USAGE, path + ": found no results of apfsim, expected a folder of apfsim "
                                        "run --out, a summary.json, a database of apfsim sweep or "
                                        "a baseline (apfsim-baseline: 1)");
    if (text_of(format) != std::to_string(BASELINE_FORMAT))
        throw wrong_value(format, found(format) + ", expected 1; try a newer version of apfsim");
    allow_keys(root, {"apfsim-baseline", "version", "accepted", "subjects"});
    s.path = path;
    s.kind = side_kind::baseline;
    s.version = text_of(need(root, "version"));
    for (const yaml_node *n = need_kind(need(root, "accepted"), YAML_LIST)->child; n != nullptr;
         n = n->next)
        s.accepted.push_back(read_acceptance(n));
    for (const yaml_node *n = need_kind(need(root, "subjects"), YAML_LIST)->child; n != nullptr;
         n = n->next) {
        s.subjects.push_back(read_subject(n, names));
        if (!seen.insert({s.subjects.back().label, s.subjects.back().seed}).second)
            throw wrong_value(n, "found " + subject_words(s.subjects.back()) +
                                     " a second time, expected it once");
    }
    return s;
}

std::string baseline_text(const side &s, const metric_names &names)
{
    std::string out = "# Written by apfsim compare --accept; docs/compare.md describes it.\n"
                      "apfsim-baseline: " +
                      std::to_string(BASELINE_FORMAT) + "\nversion: " + quoted(s.version) +
                      "\naccepted:" + (s.accepted.empty() ? " []\n" : "\n");

    for (const acceptance &a : s.accepted)
        out += "- version: " + quoted(a.version) + "\n  changed: " + std::to_string(a.changed) +
               "\n  largest: " + quoted(a.largest) + "\n  reason: " + quoted(a.reason) + "\n";
    out += std::string("subjects:") + (s.subjects.empty() ? " []\n" : "\n");
    for (const subject &one : s.subjects)
        put_subject(&out, one, names);
    return out;
}

} // namespace cli
