/* The command: every format from a database, and every database that has little to show. */
#include "cli/report/page.hpp"
#include "cli/report/tests/sample.hpp"
#include "cli/report/tests/well_formed.hpp"

namespace sample {

class Report : public Sample {
protected:
    /* Every form comes out whole; returns the page. */
    string expect_all(const string &db) const
    {
        const result page = report(db, {"--out", path("r.html")});
        EXPECT_EQ(page.status, 0) << page.err;
        EXPECT_EQ(page.out + page.err, "");
        const string html = read_file(path("r.html"));
        EXPECT_EQ(well_formed::complaint(html), "");
        for (const char *format : {"md", "csv", "json"})
            EXPECT_EQ(report(db, {"--format", format}).status, 0) << format;
        for (const char *name : {"map", "curve", "cdf", "stack", "ab", "tornado", "pareto"}) {
            const result svg = report(db, {"--format", "svg", "--figure", name});
            EXPECT_EQ(svg.status, 0) << svg.err;
            EXPECT_EQ(well_formed::complaint(svg.out), "") << name;
        }
        return html;
    }
};

size_t count_of(const string &text, const string &words)
{
    size_t n = 0;

    for (size_t at = text.find(words); at != string::npos; at = text.find(words, at + 1))
        n++;
    return n;
}

TEST_F(Report, IsOneFileThatAsksNobody)
{
    const string html = expect_all(make_full("r.db", make_plan()));

    EXPECT_NE(html.find("default-src &#39;none&#39;"), string::npos);
    for (const char *bad : {"http://", "https://", "src=\"", "@import", "url(http", "fetch("})
        EXPECT_EQ(html.find(bad), string::npos) << bad;
    EXPECT_EQ(count_of(html, "<details class=\"run\""), POINTS + 0u);
    EXPECT_EQ(count_of(html, "pre class=\"command\""), POINTS + 0u);
    EXPECT_NE(html.find("72 of 72 checks hold"), string::npos) << "one for each run and check";
    EXPECT_NE(html.find("0x0000000000000123"), string::npos);
    EXPECT_NE(html.find("7.50 % of the faults"), string::npos) << "mean of 5 and 10 %";
}

TEST_F(Report, EscapesWhatPeopleWrite)
{
    plan p = make_plan(nasty);

    p.text = "base: " + nasty + "\n";
    for (point &at : p.points)
        at.at[2].value = at.variant == "v4" ? nasty : "sync";
    const string html = expect_all(make_full("r.db", p, {3}, "broken " + nasty));
    EXPECT_EQ(html.find("<b>"), string::npos);
    EXPECT_EQ(count_of(html, "</script>"), 1u);
    EXPECT_NE(
        html.find("a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39; &lt;/script&gt; - apfsim</title>"),
        string::npos);
    EXPECT_NE(html.find("broken a &lt;b&gt;"), string::npos);
    EXPECT_NE(
        report(path("r.db"), {"--format", "csv"}).out.find("\"a <b> & \"\"c\"\" 'd' </script>\""),
        string::npos);
}

TEST_F(Report, MarkdownIsWhatItWas)
{
    plan p = make_plan();

    p.points.resize(4); /* 10 us; cost 1 and 2 us */
    const string md = report(make_full("r.db", p, {3}), {"--format", "md"}).out;
    string golden = read_file(source_dir + "/cli/report/tests/golden.md");
    golden.replace(golden.find("VERSION"), 7, APFSIM_VERSION);
    EXPECT_EQ(md, golden);
}

TEST_F(Report, JsonHasTheKeysOfItsDocument)
{
    const string text = report(make_full("r.db", make_plan()), {"--format", "json"}).out;
    const string doc = read_file(source_dir + "/docs/report.md");
    std::set<string> keys;

    for (size_t at = text.find("\": "); at != string::npos; at = text.find("\": ", at + 1)) {
        const size_t open = text.rfind('"', at - 1);
        keys.insert(text.substr(open + 1, at - open - 1));
    }
    for (const char *data : {"store.read.value", "costs.kvm.exit", "exit", "io_wait"})
        EXPECT_EQ(keys.erase(data), 1u) << data;
    EXPECT_GT(keys.size(), 50u);
    for (const string &key : keys)
        EXPECT_NE(doc.find("`" + key + "`"), string::npos) << key << " is not documented";
    EXPECT_NE(text.find("\"metric\": \"time_ps\""), string::npos);
    EXPECT_EQ(json_value(text, "checks_held"), "72") << text.substr(text.size() - 200);
}

TEST_F(Report, CsvHasARowForEachPoint)
{
    const string text = report(make_full("r.db", make_plan(), {5}), {"--format", "csv"}).out;

    EXPECT_EQ(text.substr(0, text.find('\n')),
              "point,store.read.value,costs.kvm.exit,design,time_ps.mean,time_ps.low,time_ps.high,"
              "against_percent,against_low,against_high,done,failed,failure,command");
    EXPECT_EQ(count_of(text, "\n"), POINTS + 1u);
    EXPECT_NE(text.find("\n5,10us,4us,v4,,,,,,,0,3,broken with seed 1: an invariant is broken,"),
              string::npos);
}

TEST_F(Report, AStoppingRuleShowsTheSeedsOfEachPoint)
{
    plan p = make_plan();

    EXPECT_EQ(report(make_full("all.db", p), {"--format", "md"}).out.find("| seeds |"),
              string::npos);
    p.stop = stopping{"time_ps", "sync", 20, 950, 2};
    make_full("r.db", p);
    {
        database db(path("r.db"), database::access::write);
        db.put_seed_count(0, 2);
    }
    const string csv = report(path("r.db"), {"--format", "csv"}).out;
    EXPECT_NE(csv.find(",failure,seeds,command\n0,10us,1us,sync,"), string::npos) << csv;
    EXPECT_NE(csv.find(",2,0,,1 and 2,apfsim run "), string::npos);
    EXPECT_EQ(count_of(csv, ",3,0,,1 to 3,apfsim run "), POINTS - 2u);
    const string md = report(path("r.db"), {"--format", "md"}).out;
    EXPECT_NE(md.find("| runs | failed | seeds |"), string::npos);
    EXPECT_NE(md.find("| baseline | 2 |  | 1 and 2 |"), string::npos) << md;
}

TEST_F(Report, ALongTableScrollsAndManyEntriesStayClosedOnPaper)
{
    plan p = make_plan();

    const string few = report(make_full("few.db", p), {"--out", "-"}).out;
    EXPECT_EQ(count_of(few, "<details class=\"run\""), POINTS + 0u);
    EXPECT_EQ(few.find("class=\"table tall\""), string::npos);
    for (u32 i = 0; i < 18; i++) { /* 24 and 18 are 42 */
        p.points.push_back(p.points[i]);
        p.points.back().at[0] = {"160us", 160 * u64{PS_PER_US}};
        p.points.back().at[1].number = (100 + i / 2) * u64{PS_PER_US};
        p.points.back().group += LATENCIES * COSTS;
        p.points.back().config_key += POINTS;
    }
    const string html = report(make_full("many.db", p), {"--out", "-"}).out;
    EXPECT_EQ(count_of(html, "class=\"table tall\""), 1u);
    EXPECT_EQ(count_of(html, "<details class=\"run brief\""), 42u);
    EXPECT_NE(html.find("On paper the entries are closed"), string::npos);
}

TEST_F(Report, GoesToAFileOrToStandardOutput)
{
    const string db = make_full("r.db", make_plan());
    const result out = report(db, {"--format", "svg", "--out", "-"});

    EXPECT_EQ(out.out.rfind("<svg xmlns=", 0), 0u);
    EXPECT_EQ(report(db, {"--format", "svg", "--out", path("m.svg")}).out, "");
    EXPECT_EQ(read_file(path("m.svg")), out.out);
    EXPECT_EQ(report(db, {"--out", "-"}).out.rfind("<!DOCTYPE html>", 0), 0u);
}

TEST_F(Report, EmptyAndPoorDatabasesHaveTheirPage)
{
    EXPECT_NE(expect_all(make("empty.db", make_plan())).find("There are no results yet."),
              string::npos);
    plan one = make_plan();
    one.points.resize(1);
    one.seeds.count = 1;
    EXPECT_NE(expect_all(make_full("one.db", one)).find("There is one design only, sync"),
              string::npos);
    plan none = make_plan();
    none.points.clear();
    EXPECT_NE(expect_all(make_full("none.db", none)).find("The plan has no points."), string::npos);
    std::set<u32> all;
    for (u32 i = 0; i < POINTS; i++)
        all.insert(i);
    EXPECT_NE(expect_all(make_full("bad.db", make_plan(), all))
                  .find("No run has ended well: 72 runs failed."),
              string::npos);
    plan pair = make_plan();
    pair.points.resize(2);
    EXPECT_NE(expect_all(make_full("pair.db", pair)).find("The sweep has no parameter"),
              string::npos);
}

TEST_F(Report, RunsWithoutTheUsualMetricsStillHaveAPage)
{
    const plan p = make_plan();
    run_result r;

    r.metrics = {{"time_ps", 0}};
    {
        make("r.db", p);
        database db(path("r.db"), database::access::write);
        for (const point &at : p.points)
            db.put({{{at.config_key, 1}, &r}});
    }
    expect_all(path("r.db"));
    expect_complaint(report(path("r.db"), {"--out", path("r.html"), "--metric", "overhead.exits"}),
                     2, "--metric: found \"overhead.exits\", which no run has");
}

TEST_F(Report, WrongArgumentsAreNamed)
{
    const string db = make_full("r.db", make_plan());

    expect_complaint(report(db, {}), 2, "--format html: found no --out");
    expect_complaint(report(db, {"--out", ""}), 2, "--out: found an empty name");
    expect_complaint(report(db, {"--format", "pdf"}), 2,
                     "--format: found \"pdf\", expected html, md, csv, json or svg");
    expect_complaint(report(db, {"--format", "svg", "--figure", "pie"}), 2,
                     "--figure: found \"pie\", expected map, curve");
    expect_complaint(report(db, {"--format", "md", "--figure", "map"}), 2,
                     "--figure: found --format md");
    for (const char *bad : {"49", "100", "x", "95x", "nan"})
        expect_complaint(report(db, {"--format", "md", "--confidence", bad}), 2,
                         string("--confidence: found \"") + bad + "\"");
    expect_complaint(report(db, {"--format", "md", "--baseline", "v5"}), 2,
                     "--baseline: found \"v5\"");
    expect_complaint(report(path("no.db"), {"--format", "md"}), 2, "found no such file");
    expect_complaint(report(write("x.db", "hello"), {"--format", "md"}), 2, "x.db");
    expect_complaint(report(db, {"--out", path("no/r.html")}), 4, "cannot write");
    EXPECT_FALSE(fs::exists(path("r.html")));
}

TEST_F(Report, TheSameResultsGiveTheSameBytes)
{
    const string db = make_full("r.db", make_plan());

    EXPECT_EQ(report(db, {"--out", "-"}).out, report(db, {"--out", "-"}).out);
}

} // namespace sample
