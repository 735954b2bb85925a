/*
 * For CI that shows tests: each result is a test case, and so is each gate and each gated ratio. A
 * gate that could not decide is a skipped test.
 */
#include "cli/compare/print.hpp"

namespace cli {

namespace {

enum { LINES_MAX = 50 };

struct suite {
    std::string name, cases;
    size_t tests = 0, failures = 0, skipped = 0;

    void add(const std::string &test, enum verdict v, const std::string &message,
             const std::string &text);
    std::string xml() const;
};

void suite::add(const std::string &test, enum verdict v, const std::string &message,
                const std::string &text)
{
    tests++;
    cases += "    <testcase classname=\"apfsim." + escaped(name) + "\" name=\"" + escaped(test) +
             "\" time=\"0\"";
    if (v == verdict::failed) {
        failures++;
        cases += ">\n      <failure message=\"" + escaped(message) + "\">" + escaped(text) +
                 "</failure>\n    </testcase>\n";
    } else if (v == verdict::undecided) {
        skipped++;
        cases += ">\n      <skipped message=\"" + escaped(message) + "\"/>\n    </testcase>\n";
    } else {
        cases += "/>\n";
    }
}

std::string counts(size_t tests, size_t failures, size_t skipped)
{
    return " tests=\"" + std::to_string(tests) + "\" failures=\"" + std::to_string(failures) +
           "\" errors=\"0\" skipped=\"" + std::to_string(skipped) + "\" time=\"0\"";
}

std::string suite::xml() const
{
    return "  <testsuite name=\"" + escaped(name) + "\"" + counts(tests, failures, skipped) +
           ">\n" + cases + "  </testsuite>\n";
}

std::string failed_lines(const subject_result &s)
{
    std::string out;
    size_t shown = 0;

    for (const cause &c : s.causes)
        out += c.words + "\n";
    for (const difference &d : s.differences)
        if (d.verdict == verdict::failed && shown++ < LINES_MAX)
            out += d.metric + "  " + change_words(d) + "\n";
    if (shown > LINES_MAX)
        out += "and " + std::to_string(shown - LINES_MAX) + " more\n";
    return out;
}

suite results_of(const comparison &c)
{
    suite s = {"results", {}};

    for (const subject_result &r : c.subjects) {
        std::string message;
        for (const difference &d : r.differences)
            if (d.verdict == verdict::failed && message.empty())
                message = d.metric + " " + change_words(d);
        s.add(r.words(), r.verdict == verdict::failed ? verdict::failed : verdict::passed, message,
              failed_lines(r));
    }
    return s;
}

suite gates_of(const comparison &c)
{
    suite s = {"gates", {}};

    for (size_t i = 0; i < c.gates.gates.size(); i++) {
        const tally &t = c.tallies[i];
        std::string text;
        for (const group_result &g : c.groups)
            if (g.gate == i && g.verdict != verdict::passed)
                text += g.label + " " + g.metric + ": " + g.words + "\n";
        for (const subject_result &r : c.subjects)
            for (const difference &d : r.differences)
                if (d.gate == i && d.verdict == verdict::failed && text.size() < 4096)
                    text += r.words() + " " + d.metric + " " + change_words(d) + "\n";
        const enum verdict v = t.failed != 0      ? verdict::failed
                               : t.undecided != 0 ? verdict::undecided
                                                  : verdict::passed;
        s.add(gate_words(c.gates.gates[i]), v,
              std::to_string(t.failed) + " failed, " + std::to_string(t.undecided) +
                  " undecided, " + std::to_string(t.passed) + " passed",
              text);
    }
    return s;
}

} // namespace

std::string junit_report(const comparison &c)
{
    const suite results = results_of(c), gates = gates_of(c);
    suite host = {"host", {}};

    for (const host_result &h : c.host)
        if (!h.gate.empty())
            host.add(h.gate, h.verdict, h.base_text + " -> " + h.now_text + " (" + h.words + ")",
                     "");
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"apfsim "
                      "compare\"" +
                      counts(results.tests + gates.tests + host.tests,
                             results.failures + gates.failures + host.failures,
                             results.skipped + gates.skipped + host.skipped) +
                      ">\n";
    out += results.xml() + gates.xml();
    if (host.tests != 0)
        out += host.xml();
    return out + "</testsuites>\n";
}

} // namespace cli
