/* apfsim trace: an event trace as text for people, or as one row for each fault. */
#include <cinttypes>
#include <cstdio>
#include <map>
#include <memory>
#include <sstream>

#include "cli/output.hpp"
#include "cli/recorder.hpp"
#include "cli/syntax.hpp"

namespace cli {

namespace {

struct close_reader {
    void operator()(apft_reader *r) const
    {
        apft_close(r);
    }
};

/* A trace is printed with the names that it carries, whatever version has recorded it. */
class trace {
public:
    explicit trace(const std::string &path);

    /* Calls use() for each record in turn. */
    void each(const std::function<void(const trace_rec &)> &use) const;

    struct type {
        std::string group, name; /* "message", "phase" or "fault"; "kick" */
    };
    const type &type_of(const trace_rec &rec) const;
    const std::string &actor_of(const trace_rec &rec) const;
    /* Our number of a hop that has number n in the file. */
    u32 hop_of(u32 n) const;
    failure foreign(const std::string &what) const;

private:
    std::string path_;
    std::unique_ptr<apft_reader, close_reader> reader_;
    std::map<u32, std::string> actors_;
    std::map<u32, type> types_;
    std::map<u32, u32> hops_;
};

u32 find_hop(const std::string &key)
{
    u32 i = 0;

    while (i < HOP_COUNT && key != hop_info[i].key)
        i++;
    return i;
}

trace::trace(const std::string &path) : path_(path)
{
    err e = {};

    require_file(path);
    reader_.reset(apft_open(path.c_str(), &e));
    if (reader_ == nullptr)
        throw failure(e);
    const struct apft_header *header = apft_header(reader_.get());
    std::istringstream text(std::string(header->text, header->size));
    for (std::string line; std::getline(text, line);) {
        std::istringstream words(line);
        std::string key, first, second;
        u32 n = 0;
        words >> key >> n >> first >> second;
        if (key == "actor")
            actors_[n] = first;
        else if (key == "type")
            types_[n] = {first, second};
        else if (key == "hop")
            hops_[n] = find_hop(second);
    }
}

failure trace::foreign(const std::string &what) const
{
    return failure(ERR_USAGE, path_ + ": found " + what +
                                  ", which this version of apfsim does "
                                  "not know; try the version that has recorded it");
}

const trace::type &trace::type_of(const trace_rec &rec) const
{
    auto found = types_.find(rec.type);

    if (found == types_.end())
        throw foreign("a record of type " + std::to_string(rec.type));
    return found->second;
}

const std::string &trace::actor_of(const trace_rec &rec) const
{
    auto found = actors_.find(rec.actor);

    if (found == actors_.end())
        throw foreign("a record of actor " + std::to_string(rec.actor));
    return found->second;
}

u32 trace::hop_of(u32 n) const
{
    auto found = hops_.find(n);

    if (found == hops_.end() || found->second == HOP_COUNT)
        throw foreign("hop " + std::to_string(n));
    return found->second;
}

void trace::each(const std::function<void(const trace_rec &)> &use) const
{
    std::vector<trace_rec> rec(4096);
    err e = {};

    for (s64 n; (n = apft_read(reader_.get(), rec.data(), rec.size(), &e)) != 0;) {
        if (n < 0)
            throw failure(e);
        for (s64 i = 0; i < n; i++)
            use(rec[(size_t)i]);
    }
}

void print_line(FILE *out, const trace &t, const trace_rec &r)
{
    const trace::type &type = t.type_of(r);
    const char *mark = type.group == "message" ? "> " : type.group == "fault" ? "fault." : "";

    std::fprintf(out, "[%13" PRIu64 ".%03" PRIu64 " ns] %-9s %s%-14s %#" PRIx64 " %#" PRIx32 "\n",
                 (u64)(r.at_ps / PS_PER_NS), (u64)(r.at_ps % PS_PER_NS), t.actor_of(r).c_str(),
                 mark, type.name.c_str(), r.a, r.b);
}

void print_text(FILE *out, const trace &t, bool with_faults)
{
    t.each([&](const trace_rec &r) {
        if (with_faults || t.type_of(r).group != "fault")
            print_line(out, t, r);
    });
}

/* Adds one record to a fault; true: it was the last. */
bool collect(fault &f, const trace &t, const trace_rec &r)
{
    const std::string &name = t.type_of(r).name;

    f.vcpu = r.actor;
    if (name == "hop") {
        u32 hop = t.hop_of(r.b);
        f.visited |= 1ull << hop;
        f.hop_ps[hop] = r.a;
        f.last_ps += hop_info[hop].chain == CHAIN_PAGE ? r.a : 0;
    } else if (name == "page") {
        f.gfn = (u32)r.a;
        f.token = r.b;
    } else if (name == "kind") {
        f.number = r.a;
        f.task = (u16)(r.b >> 16);
        f.kind = (u8)(r.b >> 8);
        f.flags = (u8)r.b;
    } else if (name == "pick") {
        f.pick_ps = r.a;
    } else if (name == "latency") {
        f.start_ps = r.a;
        f.last_ps += r.a;
        return true;
    } else {
        throw t.foreign("a record fault." + name);
    }
    return false;
}

void print_csv(FILE *out, const trace &t)
{
    fault f = {};

    results_csv_header(out);
    t.each([&](const trace_rec &r) {
        if (t.type_of(r).group != "fault" || !collect(f, t, r))
            return;
        if (f.kind >= FAULT_KIND_COUNT)
            throw t.foreign("a fault of kind " + std::to_string(f.kind));
        results_csv_row(out, &f);
        f = {};
    });
}

} // namespace

int trace_command(const arguments &args)
{
    namespace po = boost::program_options;
    syntax s("trace",
             "Prints an event trace: text is its transcript, one line for each message and phase;\n"
             "csv has one row for each fault with the time of every hop in picoseconds.",
             "apfsim trace results/trace.apft --to csv --out faults.csv", {"FILE"});
    po::variables_map values;

    s.options.add_options()("to",
                            po::value<std::string>()->value_name("FORMAT")->default_value("text"),
                            "text or csv")("faults", "text: the records of closed faults, too")(
        "out", po::value<std::string>()->value_name("FILE"), "write into this file");
    if (!s.parse(args, values))
        return ERR_NONE;
    const std::string format = values["to"].as<std::string>();
    const bool with_faults = values.count("faults") != 0;
    if (format != "text" && format != "csv")
        throw s.wrong("--to: found \"" + format + "\", expected text or csv");
    trace t(values["FILE"].as<std::string>());
    auto print = [&](FILE *out) {
        format == "csv" ? print_csv(out, t) : print_text(out, t, with_faults);
        return true;
    };
    if (values.count("out"))
        write_file(values["out"].as<std::string>(), print);
    else
        print(stdout);
    return ERR_NONE;
}

} // namespace cli
