/* For programs: every finding with its numbers; one difference a line. */
#include "cli/compare/document.hpp"
#include "cli/compare/print.hpp"

namespace cli {

namespace {

std::string number(const std::optional<u64> &value)
{
    return value ? std::to_string(*value) : "null";
}

std::string json_of(const difference &d, const gate_list &gates)
{
    return "{\"metric\": " + quoted(d.metric) + ", \"base\": " + number(d.base) +
           ", \"new\": " + number(d.now) + ", \"base_text\": " + quoted(d.base_text) +
           ", \"new_text\": " + quoted(d.now_text) +
           ", \"gate\": " + quoted(gate_words(gates.gates[d.gate])) + ", \"verdict\": \"" +
           verdict_word(d.verdict) + "\"}";
}

std::string json_of(const divergence &d)
{
    std::string before;

    for (const std::string &line : d.before)
        before += (before.empty() ? "" : ", ") + quoted(line);
    return "{\"record\": " + std::to_string(d.record) + ", \"line\": " + std::to_string(d.line) +
           ", \"at\": " + quoted(d.at) + ", \"actor\": " + quoted(d.actor) +
           ", \"base\": " + quoted(d.base) + ", \"new\": " + quoted(d.now) + ", \"before\": [" +
           before + "]}";
}

/* A list with one entry a line. */
template <class T, class F>
std::string list_of(const std::vector<T> &all, const std::string &indent, F entry)
{
    std::string out;

    for (const T &one : all)
        out += (out.empty() ? "\n" : ",\n") + indent + "  " + entry(one);
    return "[" + out + (out.empty() ? "" : "\n" + indent) + "]";
}

std::string json_of(const subject_result &s, const gate_list &gates)
{
    const std::string indent = "      ";

    return "{\"subject\": " + quoted(s.label) + ", \"seed\": " + std::to_string(s.seed) +
           ", \"verdict\": \"" + verdict_word(s.verdict) + "\",\n" + indent +
           "\"notes\": " + list_of(s.notes, indent, quoted) + ",\n" + indent + "\"causes\": " +
           list_of(s.causes, indent,
                   [](const cause &c) {
                       return "{\"hop\": " + quoted(c.hop) + ", \"words\": " + quoted(c.words) +
                              "}";
                   }) +
           ",\n" + indent + "\"divergence\": " + (s.first ? json_of(*s.first) : "null") + ",\n" +
           indent + "\"differences\": " +
           list_of(s.differences, indent, [&](const difference &d) { return json_of(d, gates); }) +
           "}";
}

} // namespace

std::string json_report(const comparison &c)
{
    std::string out = "{\n  \"format\": 1,\n  \"verdict\": ";

    out += quoted(c.has_failed() ? "failed" : "passed") +
           ",\n  \"words\": " + quoted(verdict_line(c)) + ",\n  \"base\": " + quoted(c.base_path) +
           ",\n  \"new\": " + quoted(c.now_path) +
           ",\n  \"notes\": " + list_of(c.notes, "  ", quoted) + ",\n  \"results\": " +
           list_of(c.subjects, "  ", [&](const subject_result &s) { return json_of(s, c.gates); }) +
           ",\n  \"over_seeds\": " +
           list_of(c.groups, "  ",
                   [&](const group_result &g) {
                       return "{\"subject\": " + quoted(g.label) +
                              ", \"metric\": " + quoted(g.metric) +
                              ", \"gate\": " + quoted(gate_words(c.gates.gates[g.gate])) +
                              ", \"verdict\": \"" + verdict_word(g.verdict) +
                              "\", \"words\": " + quoted(g.words) + "}";
                   }) +
           ",\n  \"host\": " +
           list_of(c.host, "  ",
                   [](const host_result &h) {
                       return "{\"ratio\": " + quoted(h.ratio) +
                              ", \"base\": " + quoted(h.base_text) +
                              ", \"new\": " + quoted(h.now_text) + ", \"gate\": " + quoted(h.gate) +
                              ", \"verdict\": \"" + verdict_word(h.verdict) + "\"}";
                   }) +
           "\n}\n";
    return out;
}

} // namespace cli
