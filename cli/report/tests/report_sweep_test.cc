/* A sweep that is really run, from its file to the numbers and the commands of its report. */
#include <cmath>
#include <map>

#include "cli/data/database.hpp"
#include "cli/tests/program.hpp"

namespace cli {

class Swept : public Program {
protected:
    string sweep(const string &text) const
    {
        const result r = run({"sweep", "run", write("sweep.yaml", text), "--out", path("r.db"),
                              "--quiet"});
        EXPECT_EQ(r.status, 0) << r.err;
        const result json = run({"report", path("r.db"), "--format", "json"});
        EXPECT_EQ(json.status, 0) << json.err;
        return json.out;
    }
};

/* The text behind `from`, up to `to`. */
string between(const string &text, const string &from, const string &to)
{
    const size_t at = text.find(from);

    if (at == string::npos)
        return "";
    return text.substr(at + from.size(), text.find(to, at + from.size()) - at - from.size());
}

/* A row of a map: what it says, and its place in microseconds. */
struct row {
    string pays;
    double at;
};

/* The rows of one map, by the value of y. */
std::map<string, row> rows_of(const string &json, const string &design, const string &fixed)
{
    std::map<string, row> out;
    string map = between(json, "\"design\": \"" + design + "\",\n      \"baseline\": \"sync\",\n"
                               "      \"fixed\": \"" + fixed + "\"", "\n    }");

    for (size_t at = map.find("\"y\": ", map.find("\"rows\"")); at != string::npos;
         at = map.find("\"y\": ", at + 1)) {
        const string text = map.substr(at);
        const string place = text.find("\"at\"") < text.find("\"cells\"")
                                 ? between(text, "\"at\": \"", "\"") : "";
        EXPECT_TRUE(place.empty() || between(place, " ", "\n").substr(0, 2) == "us") << place;
        out[between(text, "\"y\": \"", "\"")] = {between(text, "\"pays\": \"", "\""),
                                                 std::atof(place.c_str())};
    }
    return out;
}

/* What a design can win is at most the latency, and each fault runs the handler of the guest: so
 * it cannot pay below the cost of the handler. Without anything to compute it has nothing to win;
 * with as much as there is to wait for, it must pay in the end. */
TEST_F(Swept, BreakEvenLiesBetweenItsLimits)
{
    const string json = sweep("apfsim-sweep: 1\n"
                              "base: " + source_dir + "/configs/sweeps/base.yaml\n" + R"(
set: {store.read.sigma: 0.3}
matrix:
  protocol.variant: [sync, v4, one-ppi]
  costs.guest.apf_tag: [125ns, 16us]
  guest.tasks.calc.count: [0, 1]
zip:
  store.read.median: {log2: 4us..256us, count: 4}
  guest.tasks.calc.instructions: {log2: 7200000..460800000, count: 4}
seeds: 2
report: {baseline: sync, x: store.read.median, y: costs.guest.apf_tag}
)");

    EXPECT_EQ(between(json, "\"tied\": [\n    \"", "\""),
              "guest.tasks.calc.instructions goes with store.read.median");
    const string md = run({"report", path("r.db"), "--format", "md"}).out;
    EXPECT_NE(md.find("| point | costs.guest.apf_tag | guest.tasks.calc.count | store.read.median |"
                      " protocol.variant |"), string::npos) << md;
    EXPECT_NE(md.find("guest.tasks.calc.instructions goes with store.read.median."), string::npos);
    for (const char *design : {"v4", "one-ppi"}) {
        std::map<string, row> alone = rows_of(json, design, "guest.tasks.calc.count = 0");
        std::map<string, row> both = rows_of(json, design, "guest.tasks.calc.count = 1");
        ASSERT_EQ(alone.size(), 2u) << json;
        ASSERT_EQ(both.size(), 2u);
        for (const auto &[y, r] : alone)
            EXPECT_EQ(r.pays, "never") << design << " " << y;
        for (const auto &[y, r] : both) {
            EXPECT_EQ(r.pays, "from") << design << " " << y;
            EXPECT_GT(r.at, y == "16us" ? 16 : 4);
            EXPECT_LT(r.at, 256);
        }
        EXPECT_LT(both["125ns"].at, both["16us"].at) << design;
    }
}

/* As a reader would: the line of the page, in a shell. */
TEST_F(Swept, TheCommandOfAPointRepeatsItsRun)
{
    fs::create_directory(path("it's here"));
    write("it's here/base.yaml", small_config);
    const string json = sweep(R"(apfsim-sweep: 1
base: it's here/base.yaml
matrix:
  protocol.variant: [sync, v4]
  store:
    "slow & far": {store.read.latency: lognormal, store.read.median: 200us, store.read.sigma: 0.5,
                   store.read.min: 1us, store.read.max: 10ms}
    near: {store.read.value: 20us}
seeds: {count: 2, first: 7}
)");
    const database db(path("r.db"), database::access::read);
    const string program = APFSIM_PROGRAM;
    std::vector<string> commands;

    for (size_t at = json.find("\"command\""); at != string::npos;
         at = json.find("\"command\"", at + 1)) {
        commands.push_back(between(json.substr(at), "\"command\": \"", "\"\n"));
        for (size_t i = 0; (i = commands.back().find("\\\\", i)) != string::npos; i++)
            commands.back().erase(i, 1);
    }
    ASSERT_EQ(commands.size(), 4u);
    for (u32 point = 0; point < 4; point++) {
        const string line = "PATH=" + program.substr(0, program.rfind('/')) + ":$PATH; " +
                            commands[point] + " --out " + path("again") + " >" + path("log") +
                            " 2>&1";
        fs::remove_all(path("again"));
        ASSERT_EQ(std::system(line.c_str()), 0) << line << "\n" << read_file(path("log"));
        char checksum[32];
        const run_row stored = db.runs()[2 * point];
        ASSERT_EQ(stored.point, point);
        ASSERT_EQ(stored.seed, 7u);
        std::snprintf(checksum, sizeof checksum, "0x%016llx", (unsigned long long)stored.checksum);
        EXPECT_EQ(json_value(read_file(path("again/summary.json")), "checksum"),
                  "\"" + string(checksum) + "\"") << line;
    }
    EXPECT_NE(db.runs()[0].checksum, db.runs()[2].checksum);
}

} // namespace cli
