/* apfsim compare as a program: runs with planted changes, the forms of its answer, its statuses. */
#include "cli/compare/print.hpp"
#include "cli/compare/tests/sides.hpp"
#include "traces/traces.h"

namespace {

using namespace sides;

class Compare : public Files {
protected:
    string run_small(const string &name, const std::vector<string> &more = {}) const
    {
        std::vector<string> args = {"run",       write("small.yaml", small_config),
                                    "--quiet",   "--carrier",
                                    "testbed",   "--out",
                                    path(name)};
        args.insert(args.end(), more.begin(), more.end());
        const result r = run(args);
        EXPECT_EQ(r.status, 0) << r.err;
        return path(name);
    }
    result compare(std::vector<string> args) const
    {
        args.insert(args.begin(), "compare");
        return run(args);
    }
};

size_t count(const string &text, const string &what)
{
    size_t found = 0;

    for (size_t at = 0; (at = text.find(what, at)) != string::npos; at += what.size())
        found++;
    return found;
}

/* Lines that begin with "cause" or "and" name hops. */
std::set<string> causes_of(const string &text)
{
    std::istringstream in(text);
    std::set<string> hops;

    for (string line; std::getline(in, line);) {
        size_t at = line.find("  hop ");
        at = at == string::npos ? line.find(" hop ") - 1 : at;
        if ((line.rfind("  cause", 0) == 0 || line.rfind("  and", 0) == 0) && at != string::npos)
            hops.insert(line.substr(at + 6, line.find(':', at) - at - 6));
    }
    return hops;
}

TEST_F(Compare, EqualRunsAreEqual)
{
    const string a = run_small("a"), b = run_small("b", {"--seed", "1"});
    const result r = compare({a, b});

    EXPECT_EQ(r.status, 0) << r.out;
    EXPECT_EQ(r.out.rfind("equal: 1 result, ", 0), 0u) << r.out;
    EXPECT_EQ(std::count(r.out.begin(), r.out.end(), '\n'), 1);
}

/* One percent more of one cost: found, and put down to every hop of software that pays it. */
TEST_F(Compare, APlantedCostIsNamedByItsHops)
{
    const struct {
        const char *cost, *value;
        std::set<string> hops;
    } rows[] = {
        {"apf.gate", "151.5ns", {"gate"}},
        {"kvm.s2_map", "814.734ns", {"s2_map"}},
        {"host.worker_gup", "1010ns", {"worker_gup"}},
        {"host.worker_done", "303ns", {"done_queued"}},
        {"guest.apf_wake", "303ns", {"wake"}},
        {"guest.apf_tag", "151.5ns", {"g.tag"}},
        {"apf.mailbox_write", "101ns", {"mbox_pnp", "mbox_ready"}},
        {"kvm.irq_exit", "80.8ns", {"eoi_maint"}},
        {"guest.irq_entry", "252.5ns", {"ppi_entry", "g.irq"}},
    };
    const string base = run_small("base");

    for (const auto &row : rows) {
        const string set = string("costs.") + row.cost + "=" + row.value;
        const string now = run_small("now", {"--set", set});
        const result r = compare({base, now});
        EXPECT_EQ(r.status, 1) << row.cost;
        EXPECT_EQ(r.out.rfind("failed: ", 0), 0u) << r.out;
        EXPECT_EQ(causes_of(r.out), row.hops) << row.cost << "\n" << r.out;
        EXPECT_NE(r.out.find(string("configurations differ: costs.") + row.cost + ".value "),
                  string::npos)
            << r.out;
    }
}

/* Two records of one time changed places in a copy of a trace: everything else is equal. */
TEST_F(Compare, APlantedOrderIsFoundInTheTrace)
{
    const string base = run_small("base", {"--trace"}), now = path("now");
    std::vector<trace_rec> rec(1 << 16);
    err e = {};

    fs::copy(base, now);
    apft_reader *reader = apft_open((base + "/trace.apft").c_str(), &e);
    ASSERT_NE(reader, nullptr) << e.text;
    const s64 n = apft_read(reader, rec.data(), rec.size(), &e);
    ASSERT_GT(n, 100);
    size_t at = 50; /* Neighbours of one time, and no records of faults. */
    while (rec[at].at_ps != rec[at + 1].at_ps || rec[at].type == rec[at + 1].type)
        ASSERT_LT(++at, (size_t)n - 1);
    std::swap(rec[at], rec[at + 1]);
    apft_writer *writer = apft_create((now + "/trace.apft").c_str(), apft_header(reader), &e);
    ASSERT_NE(writer, nullptr) << e.text;
    ASSERT_TRUE(apft_put_many(writer, rec.data(), (size_t)n, &e));
    ASSERT_TRUE(apft_finish(writer, &e));
    apft_close(reader);

    const result r = compare({base, now});
    EXPECT_EQ(r.status, 1);
    EXPECT_EQ(r.out.rfind("failed: 1 of 1 finding not allowed, in 1 of 1 result\n", 0), 0u)
        << r.out;
    EXPECT_NE(r.out.find("diverges  at record " + std::to_string(at + 1) + " (line "), string::npos)
        << r.out;
    EXPECT_EQ(count(r.out, "\n              ["), 5u) << r.out;
    const result same = compare({base, base});
    EXPECT_EQ(same.status, 0) << same.out;
}

TEST_F(Compare, AcceptGoesRound)
{
    const string a = run_small("a"), b = run_small("b", {"--set", "costs.kvm.exit=200ns"});
    const string baseline = path("baseline.yaml");

    expect_complaint(compare({baseline, a}), 2, "baseline.yaml: found no such file");
    expect_complaint(compare({baseline, a, "--accept", " "}), 2,
                     "--accept: found no reason, expected why the change is right");
    EXPECT_FALSE(fs::exists(baseline));
    result r = compare({baseline, a, "--accept", "the first"});
    EXPECT_EQ(r.status, 0) << r.err;
    EXPECT_EQ(r.out.rfind("accepted: 1 result, ", 0), 0u) << r.out;
    EXPECT_EQ(compare({baseline, a}).status, 0);
    r = compare({baseline, b});
    EXPECT_EQ(r.status, 1);
    EXPECT_NE(r.out.find("--accept \"why\"\n"), string::npos) << r.out;
    const string before = read_file(baseline);
    r = compare({baseline, a, "--accept", "again"});
    EXPECT_EQ(r.status, 0);
    EXPECT_EQ(r.out.rfind("nothing to accept: equal: ", 0), 0u) << r.out;
    EXPECT_EQ(read_file(baseline), before);
    EXPECT_EQ(compare({baseline, b, "--accept", "exits are \"slower\" now"}).status, 0);
    EXPECT_EQ(compare({baseline, b}).status, 0);
    EXPECT_EQ(compare({baseline, a}).status, 1);
    const string text = read_file(baseline);
    EXPECT_NE(text.find("  reason: \"the first\"\n"), string::npos);
    EXPECT_NE(text.find("  reason: \"exits are \\\"slower\\\" now\"\n"), string::npos) << text;
    expect_complaint(compare({a, b, "--accept", "why"}), 2, "--accept: found results of a run");
    EXPECT_EQ(compare({a, b}).status, 1) << "nothing was written there";
}

TEST_F(Compare, GatesLetDifferencesPass)
{
    const string a = run_small("a"), b = run_small("b", {"--set", "costs.kvm.exit=121ns"});
    const string wide = write("wide.yaml", "apfsim-gates: 1\ngates:\n"
                                           "  - {metric: '*', tolerance: 50%}\n");
    result r = compare({a, b, "--gates", wide});

    EXPECT_EQ(r.status, 0) << r.out;
    EXPECT_EQ(r.out.rfind("passed: ", 0), 0u) << r.out;
    EXPECT_NE(r.out.find("allowed by " + wide + "\n"), string::npos) << r.out;
    const string narrow = write("narrow.yaml", "apfsim-gates: 1\ngates:\n"
                                               "  - {metric: '*', tolerance: 0.0001%}\n");
    EXPECT_EQ(compare({a, b, "--gates", narrow}).status, 1);
}

TEST_F(Compare, AVerdictThatCannotBeWrittenIsNoVerdict)
{
    const string a = run_small("a"), b = run_small("b", {"--seed", "2", "--set", "guest.vcpus=2"});

    ASSERT_EQ(compare({a, b}).status, 1);
    for (const char *form : {"text", "md", "json"}) {
        const result r = run({"compare", a, b, "--to", form}, "/dev/full");
        EXPECT_EQ(r.status, 4) << form;
        EXPECT_EQ(r.err, "apfsim: cannot write to standard output; try another file or disk\n");
    }
}

TEST_F(Compare, WrongUsageIsOneSentence)
{
    const string a = run_small("a");

    expect_complaint(compare({}), 2, "found no BASE, expected apfsim compare BASE NEW");
    expect_complaint(compare({a}), 2, "found no NEW, expected apfsim compare BASE NEW");
    expect_complaint(compare({a, a, a}), 2, "found too many arguments");
    expect_complaint(compare({a, a, "--to", "xml"}), 2,
                     "--to: found \"xml\", expected text, md or json");
    expect_complaint(compare({a, a, "--host", "x.json"}), 2,
                     "--host: found 1 file, expected two, as in: BASE NEW --host BASE.json "
                     "NEW.json");
    expect_complaint(compare({a, a, "--junit", ""}), 2, "--junit: found an empty name");
    expect_complaint(compare({a, a, "--gates", path("no")}), 2, "found no such file");
    expect_complaint(compare({a, path("small.yaml")}), 2, "found no results of apfsim");
    const string none = write("none.yaml", "apfsim-baseline: 1\nversion: x\naccepted: []\n"
                                           "subjects: []\n");
    expect_complaint(compare({none, none}), 2, "none.yaml: found no results in it");
    const result r = compare({a, a, "--junit", path("no/such/folder.xml")});
    EXPECT_EQ(r.status, 4);
    EXPECT_EQ(run({"compare", "--help"}).status, 0);
}

/* What tools/regress does: the same numbers from every build. */
TEST_F(Compare, TheProjectsOwnResultsAreAsBefore)
{
    const string scenarios = source_dir + "/bench/regression/";

    for (const auto &entry : fs::directory_iterator(scenarios)) {
        const string name = entry.path().stem().string();
        if (name == "baseline" || name == "gates")
            continue;
        const result r = run({"run", entry.path().string(), "--carrier", "testbed", "--quiet",
                              "--out", path("all/" + name)});
        ASSERT_EQ(r.status, 0) << r.err;
    }
    const result r = compare({scenarios + "baseline.yaml", path("all"), "--gates",
                              scenarios + "gates.yaml"});
    EXPECT_EQ(r.status, 0) << r.out << "try tools/regress --accept \"why\"";
    EXPECT_EQ(r.out.rfind("equal: 15 results, ", 0), 0u) << r.out;
}

/* --- Forms --- */

/* Tags that open and close in order, attributes in quotes, and no stray "<" or "&". */
string xml_fault(const string &text)
{
    std::vector<string> open;

    for (size_t at = 0; at < text.size(); at++) {
        if (text[at] == '&' && text.find(';', at) > at + 6)
            return "stray & at " + std::to_string(at);
        if (text[at] != '<')
            continue;
        const size_t end = text.find('>', at);
        if (end == string::npos)
            return "an open tag";
        const string tag = text.substr(at + 1, end - at - 1);
        if (tag.find('<') != string::npos || std::count(tag.begin(), tag.end(), '"') % 2 != 0)
            return "in the tag " + tag;
        const string name = tag.substr(0, tag.find_first_of(" /?", 1));
        if (tag[0] == '/') {
            if (open.empty() || "/" + open.back() != tag)
                return "closed " + tag;
            open.pop_back();
        } else if (tag[0] != '?' && tag.back() != '/') {
            open.push_back(name);
        }
        at = end;
    }
    return open.empty() ? "" : "open " + open.back();
}

comparison odd_comparison(const Files &, gate_list gates)
{
    static pair p; /* Results point into it. */

    p = {};
    p.add("a<b>|&\"c\"/v4", {{"time_ps", 1}, {"<m>", 2}}, {{"time_ps", 2}, {"<m>", 2}});
    p.add("x\x01/v4", {{"time_ps", 1}}, {{"time_ps", 1}});
    return p.compare(std::move(gates));
}

TEST_F(Compare, JUnitIsWellFormedWithEveryGateAndResult)
{
    const comparison c = odd_comparison(
        *this, gates("  - {metric: none_of_it, ignore: 'a < b & \"c\"'}\n"));
    const string xml = junit_report(c);

    EXPECT_EQ(xml_fault(xml), "") << xml;
    EXPECT_EQ(xml.rfind("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites ", 0), 0u);
    EXPECT_EQ(count(xml, "<testsuite name="), 2u);
    EXPECT_EQ(count(xml, "<testcase "), 4u);
    EXPECT_EQ(count(xml, "<failure "), 2u) << "a result, and the gate that all else is exact";
    EXPECT_NE(xml.find("tests=\"4\" failures=\"2\" errors=\"0\" skipped=\"0\""), string::npos)
        << xml;
    EXPECT_NE(xml.find("name=\"a&lt;b&gt;|&amp;&quot;c&quot;/v4, seed 1\""), string::npos) << xml;
    EXPECT_NE(xml.find("<failure message=\"time_ps 1ps -&gt; 2ps (+100.0 %)\">"), string::npos)
        << xml;
    EXPECT_EQ(xml.find('\x01'), string::npos);
    EXPECT_EQ(xml_fault("<a b=\"<\"></a>"), "in the tag a b=\"<\"") << "the check itself can fail";
    EXPECT_EQ(xml_fault("<a></b>"), "closed /b");
    EXPECT_EQ(xml_fault("<a>&</a>"), "stray & at 3");
}

TEST_F(Compare, MarkdownHasTheVerdictTheWorstAndFoldsTheRest)
{
    const string md = markdown_report(odd_comparison(*this, load_gates("")));

    EXPECT_EQ(md.rfind("### apfsim compare: failed: 2 of 2 findings", 0), 0u) << md;
    EXPECT_NE(
        md.find("| a&lt;b&gt;&#124;&amp;&quot;c&quot;/v4, seed 1 | <code>time_ps</code> | 1ps "
                "| 2ps | +100.0 % | failed |\n"),
        string::npos)
        << md;
    EXPECT_EQ(count(md, "<details>"), 2u);
    EXPECT_EQ(count(md, "</details>"), 2u);
}

TEST_F(Compare, MarkdownStopsAtTwentyRows)
{
    pair p;
    values was, is;
    for (int i = 0; i < 30; i++) {
        was.emplace_back("m" + std::to_string(i), 1000);
        is.emplace_back("m" + std::to_string(i), 1000 + i + 1);
    }
    p.add("demo/v4", was, is);
    const string md = markdown_report(p.compare());

    EXPECT_EQ(count(md, "| <code>m"), 20u);
    EXPECT_NE(md.find("<code>m29</code>"), string::npos);
    EXPECT_EQ(md.find("<code>m9</code>"), string::npos) << "one of the smallest";
    EXPECT_NE(md.find("These are the 20 worst of 31 differences.\n"), string::npos);
}

TEST_F(Compare, FilesAreWrittenBesideTheAnswer)
{
    const string a = run_small("a"), b = run_small("b", {"--set", "costs.kvm.exit=200ns"});
    const result r =
        compare({a, b, "--to", "json", "--markdown", path("x.md"), "--junit", path("x.xml")});

    EXPECT_EQ(r.status, 1);
    EXPECT_EQ(json_value(r.out, "verdict"), "\"failed\"");
    EXPECT_EQ(json_value(r.out, "hop"), "\"g.ctx_hvc\"") << "the first cause";
    EXPECT_EQ(std::count(r.out.begin(), r.out.end(), '{'),
              std::count(r.out.begin(), r.out.end(), '}'));
    EXPECT_EQ(xml_fault(read_file(path("x.xml"))), "");
    EXPECT_EQ(read_file(path("x.md")).rfind("### apfsim compare: failed", 0), 0u);
    metric_names names;
    const result md = compare({a, b, "--to", "md"});
    EXPECT_EQ(md.out, read_file(path("x.md")));
}

/* --- Host --- */

string ratios(const string &fault, const string &speed)
{
    return "{\"apfsim-ratios\": 1, \"ratios\": [\n"
           "{\"name\": \"fault\", \"value\": " +
           fault +
           ", \"goal\": 6, \"direction\": \"at_most\"},\n"
           "{\"name\": \"speed\", \"value\": " +
           speed +
           ", \"goal\": null, \"direction\": "
           "\"at_least\"}]}\n";
}

TEST_F(Compare, HostRatiosFailBeyondTheirTolerance)
{
    const string base = write("base.json", ratios("2.0000", "1.0000"));
    const string file = write("host.yaml", "apfsim-gates: 1\nhost:\n"
                                           "  - {ratio: fault, tolerance: 10%}\n"
                                           "  - {ratio: speed, tolerance: 10%}\n");
    const struct {
        const char *fault, *speed;
        int status;
    } rows[] = {
        {"2.0000", "1.0000", 0}, {"2.2000", "0.9000", 0}, {"2.2001", "1.0000", 1},
        {"2.0000", "0.8999", 1}, {"0.1000", "9.0000", 0}, {"null", "1.0000", 1},
    };

    for (const auto &row : rows) {
        const string now = write("now.json", ratios(row.fault, row.speed));
        const result r = compare({"--gates", file, "--host", base, now});
        EXPECT_EQ(r.status, row.status) << row.fault << " " << row.speed << "\n" << r.out << r.err;
    }
    const result xml = compare({"--gates", file, "--host", base, base, "--junit", path("x.xml")});
    EXPECT_EQ(xml.status, 0) << xml.err;
    EXPECT_EQ(count(read_file(path("x.xml")), "classname=\"apfsim.host\""), 2u);
}

TEST_F(Compare, HostFilesMustBeRatios)
{
    const string base = write("base.json", ratios("2.0000", "1.0000"));
    const string times = write("times.json", "{\"benchmarks\": []}\n");
    const string typo = write("typo.yaml", "apfsim-gates: 1\nhost:\n"
                                           "  - {ratio: fualt, tolerance: 10%}\n");

    expect_complaint(compare({"--host", base, times}), 2,
                     "found absolute times: nanoseconds are those of one computer on one day, "
                     "expected ratios of things measured in the same run");
    expect_complaint(compare({"--gates", typo, "--host", base, base}), 2,
                     "typo.yaml:3:5: no ratio is called \"fualt\"; did you mean \"fault\"?");
    expect_complaint(compare({"--host", base, write("x.json", "{}")}), 2, "found no ratios");
}

} // namespace
