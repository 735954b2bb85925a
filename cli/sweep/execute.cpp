#include "cli/sweep/execute.hpp"

#include <unistd.h>

#include <cstring>
#include <memory>

#include "cli/carrier.hpp"
#include "cli/sources.hpp"
#include "cli/sweep/check_points.hpp"

namespace cli {

namespace {

/* What lies over the base: the seed comes last and so has the last word. */
std::vector<setting> settings_of(const point &p, u64 seed)
{
    std::vector<setting> all = p.settings;

    all.push_back({"protocol.variant", p.variant, {}});
    all.push_back({"seed", std::to_string(seed), {}});
    return all;
}

struct free_run {
    void operator()(run *r) const
    {
        assert_set_reporter(nullptr, nullptr);
        run_free(r);
    }
};

/* An assertion has failed and said so; the parent reads the words and the status. */
void on_assert(void *)
{
    _exit(ERR_BROKEN);
}

void keep_metric(void *result, const char *key, u64 value)
{
    static_cast<run_result *>(result)->metrics.emplace_back(key, value);
}

void keep_hist(void *result, const char *key, const hist *h)
{
    static_cast<run_result *>(result)->hists.emplace_back(key, *h);
}

run_result result_of(run *r, const sources &s)
{
    const sys *machine = r->c.s;
    run_result result;

    if (machine->end == SYS_INPUT)
        throw s.why(machine->end_text);
    result.checksum = r->c.log->checksum;
    result.lines = r->c.log->count;
    if (machine->end >= SYS_STUCK) {
        result.status = machine->end == SYS_STUCK ? run_status::stuck : run_status::broken;
        result.text = machine->end_text;
        return result;
    }
    run_finish(r);
    result.metrics.reserve(512);
    result.hists.reserve(HOP_COUNT + 3);
    results_each_metric(r, keep_metric, &result);
    results_each_hist(r, keep_hist, &result);
    return result;
}

} // namespace

run_result execute(const config_base &base, const point &p, u64 seed)
{
    const u64 started_ns = host_now_ns();
    const made_config c(&base, settings_of(p, seed));
    const spec &machine = *config_spec(c.get(), 0);
    if (p.config_key != 0 && config_key(c.get(), 0) != p.config_key)
        throw failure(ERR_USAGE, "found another configuration than was planned, a file has changed "
                                 "meanwhile; try the same command again");
    const sources input(machine);
    const std::unique_ptr<struct log> transcript(new struct log);

    log_init(transcript.get());
    const std::unique_ptr<run, free_run> r(run_new(&machine, input.get(), transcript.get()));
    if (r == nullptr)
        throw std::bad_alloc();
    assert_set_reporter(on_assert, nullptr);
    progress quiet(true, r.get());
    carrier_find("testbed")->carry(r.get(), quiet);
    run_result result = result_of(r.get(), input);
    result.host_ns = host_now_ns() - started_ns;
    return result;
}

namespace {

template <typename T> void put(std::string &bytes, const T &value)
{
    static_assert(std::is_trivially_copyable_v<T>, "goes as its bytes");
    bytes.append(reinterpret_cast<const char *>(&value), sizeof value);
}

void put_text(std::string &bytes, const std::string &text)
{
    put(bytes, text.size());
    bytes += text;
}

/* Takes values from the front; once it has come to the end, all is zero and `good` is false. */
struct unpacker {
    const std::string &bytes;
    size_t at = 0;
    bool good = true;

    bool has(size_t size)
    {
        good = good && size <= bytes.size() - at;
        return good;
    }
    template <typename T> T take()
    {
        T value{};
        if (has(sizeof value)) {
            std::memcpy(&value, bytes.data() + at, sizeof value);
            at += sizeof value;
        }
        return value;
    }
    std::string take_text()
    {
        const size_t size = take<size_t>();
        if (!has(size))
            return "";
        at += size;
        return bytes.substr(at - size, size);
    }
};

} // namespace

std::string pack_result(const run_result &r)
{
    std::string bytes;

    put(bytes, r.status);
    put_text(bytes, r.text);
    put(bytes, r.checksum);
    put(bytes, r.lines);
    put(bytes, r.host_ns);
    put(bytes, r.metrics.size());
    for (const auto &[name, value] : r.metrics) {
        put_text(bytes, name);
        put(bytes, value);
    }
    put(bytes, r.hists.size());
    for (const named_hist &h : r.hists) {
        put_text(bytes, h.name);
        put(bytes, h.head);
        put_text(bytes, h.buckets);
    }
    return bytes;
}

bool unpack_result(const std::string &bytes, run_result *r)
{
    unpacker u{bytes};

    *r = {};
    r->status = u.take<run_status>();
    r->text = u.take_text();
    r->checksum = u.take<u64>();
    r->lines = u.take<u64>();
    r->host_ns = u.take<u64>();
    for (size_t n = u.take<size_t>(); n > 0 && u.good; n--) {
        std::string name = u.take_text();
        r->metrics.emplace_back(std::move(name), u.take<u64>());
    }
    for (size_t n = u.take<size_t>(); n > 0 && u.good; n--) {
        r->hists.emplace_back();
        r->hists.back().name = u.take_text();
        r->hists.back().head = u.take<hist_head>();
        r->hists.back().buckets = u.take_text();
    }
    return u.good && u.at == bytes.size();
}

} // namespace cli
