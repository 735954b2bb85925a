/* apfsim trace: the transcript as text, and one row for each fault. */
#include "cli/tests/program.hpp"

#include <map>

class Trace : public Program {
protected:
    string trace_of(const std::vector<string> &more = {}) const
    {
        std::vector<string> args = {
            "run", write("small.yaml", small_config), "--quiet", "--trace", "--out", path("out")};

        args.insert(args.end(), more.begin(), more.end());
        const result r = run(args);
        EXPECT_EQ(r.status, 0) << r.err;
        return path("out/trace.apft");
    }
};

using row = std::map<string, string>;

std::vector<string> split(const string &line)
{
    std::vector<string> cells(1);

    for (char c : line)
        if (c == ',')
            cells.emplace_back();
        else
            cells.back() += c;
    return cells;
}

std::vector<row> rows_of(const string &csv)
{
    std::istringstream text(csv);
    std::vector<row> rows;
    string line;

    std::getline(text, line);
    const std::vector<string> names = split(line);
    while (std::getline(text, line)) {
        const std::vector<string> cells = split(line);
        EXPECT_EQ(cells.size(), names.size());
        rows.emplace_back();
        for (size_t i = 0; i < cells.size(); i++)
            rows.back()[names[i]] = cells[i];
    }
    return rows;
}

/* The hops of the page chain, as `list hops` names them. */
std::vector<string> page_hops(const string &list)
{
    std::istringstream text(list);
    std::vector<string> hops;

    for (string line; std::getline(text, line);) {
        std::istringstream words(line);
        string name, chain;
        words >> name >> chain;
        if (chain == "page")
            hops.push_back(name);
    }
    return hops;
}

u64 number(const string &cell)
{
    return cell.empty() ? 0 : std::stoull(cell, nullptr, 0);
}

TEST_F(Trace, TextIsTheTranscript)
{
    const string path = trace_of();
    const string text = run({"trace", path}).out;
    const string summary = read_file(this->path("out/summary.json"));

    EXPECT_EQ(std::to_string(std::count(text.begin(), text.end(), '\n')),
              json_value(summary, "lines"));
    EXPECT_EQ(text.rfind("[         2000.000 ns] vcpu0     > run ", 0), 0u) << text.substr(0, 99);
    EXPECT_NE(text.find("sdei_inject"), string::npos);
    EXPECT_EQ(text.find("fault.latency"), string::npos);
    EXPECT_NE(run({"trace", path, "--faults"}).out.find("fault.latency"), string::npos);
}

TEST_F(Trace, HopsOfEveryFaultSumToItsLatency)
{
    const std::vector<string> hops = page_hops(run({"list", "hops"}).out);

    EXPECT_GT(hops.size(), 30u);
    for (const string variant : {"sync", "v4", "one-ppi"}) {
        const string path = trace_of(
            {"--set", "protocol.variant=" + variant, "--set", "host.memory_limit=64KiB", "--set",
             "guest.tasks.mem.passes=3", "--set", "guest.tasks.mem.footprint=256KiB"});
        const string summary = read_file(this->path("out/summary.json"));
        const std::vector<row> rows = rows_of(run({"trace", path, "--to", "csv"}).out);
        EXPECT_EQ(std::to_string(rows.size()), json_value(summary, "closed"));
        EXPECT_GT(rows.size(), 64u) << "reclaim makes the pages go again";
        for (row r : rows) {
            u64 sum_ps = 0;
            for (const string &hop : hops)
                sum_ps += number(r[hop]);
            EXPECT_EQ(sum_ps, number(r["latency_ps"])) << variant << " fault " << r["number"];
        }
    }
}

TEST_F(Trace, OutIsAFileThatAppearsWhole)
{
    const string path = trace_of(), csv = this->path("faults.csv");
    const result r = run({"trace", path, "--to", "csv", "--out", csv});

    EXPECT_EQ(r.status, 0) << r.err;
    EXPECT_EQ(r.out, "");
    EXPECT_EQ(read_file(csv), run({"trace", path, "--to", "csv"}).out);
    expect_complaint(run({"trace", path, "--out", "/dev/full"}), 4, "/dev/full");
    const string whole = read_file(path);
    const string half = write("half.apft", whole.substr(0, whole.size() / 2));
    expect_complaint(run({"trace", half, "--out", this->path("half.txt")}), 2, "half.apft");
    EXPECT_FALSE(fs::exists(this->path("half.txt")));
    EXPECT_FALSE(fs::exists(this->path("half.txt.part")));
}
