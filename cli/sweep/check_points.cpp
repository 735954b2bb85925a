#include "cli/sweep/check_points.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "cli/sweep/words.hpp"

namespace cli {

namespace {

enum { POINTS_PER_PROCESS_MIN = 64, BUFFER_BYTES = 1 << 16 };
enum answer { KEPT, LEFT_OUT, WRONG };

/* --- What goes through the pipe: numbers of eight bytes, texts with their length before --- */

struct message_writer {
    std::string bytes;

    void add(u64 number)
    {
        bytes.append(reinterpret_cast<const char *>(&number), sizeof number);
    }
    void add(const std::string &text)
    {
        add((u64)text.size());
        bytes += text;
    }
};

struct message_reader {
    const std::string &bytes;
    size_t at = 0;
    bool is_short = false;

    bool has_more() const
    {
        return at < bytes.size();
    }
    u64 number()
    {
        u64 value = 0;

        is_short = is_short || bytes.size() - at < sizeof value;
        if (is_short)
            return 0;
        std::memcpy(&value, bytes.data() + at, sizeof value);
        at += sizeof value;
        return value;
    }
    std::string text()
    {
        const u64 size = number();

        is_short = is_short || bytes.size() - at < size;
        if (is_short)
            return "";
        at += size;
        return bytes.substr(at - size, size);
    }
};

/* --- In the child --- */

void flush(message_writer &out, int pipe)
{
    size_t at = 0;

    while (at < out.bytes.size()) {
        const ssize_t n = write(pipe, out.bytes.data() + at, out.bytes.size() - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            _exit(ERR_IO); /* Nobody listens any more. */
        at += (size_t)n;
    }
    out.bytes.clear();
}

/* Every constraint holds; one that cannot be judged is the user's error. */
bool all_hold(const std::vector<constraint> &constraints, const find_value &own,
              const config_rows &rows)
{
    const find_value value = [&](const std::string &key) -> std::optional<std::string> {
        if (const std::optional<std::string> given = own(key))
            return given;
        for (const config_row &row : rows)
            if (row.key == key)
                return plain_text(row.value);
        return {};
    };

    for (const constraint &c : constraints) {
        const std::optional<bool> is_true = holds(c, value);
        if (!is_true) {
            const std::string key = missing_key(c, value);
            const std::optional<std::string> found = value(key);
            fail_at(c.at, "constraint: " + key +
                              (found ? " is \"" + *found + "\" at one of the points"
                                     : " has no value at one of the points") +
                              ", expected a number or a word at all of them");
        }
        if (!*is_true)
            return false;
    }
    return true;
}

void check_point(const sweep_base &base, const point_check &ask,
                 const std::vector<constraint> &constraints, message_writer &out)
{
    const made_config made(base.get(), *ask.settings);
    const config *c = made.get();
    const config_rows rows = resolved_rows(c, 0);

    if (!all_hold(constraints, ask.own, rows)) {
        out.add((u64)LEFT_OUT);
        return;
    }
    if (config_spec_count(c) != 1)
        throw failure(ERR_USAGE, "found a point with " + std::to_string(config_spec_count(c)) +
                                     " designs, expected one; sweep protocol.variant");
    const config_rows difference = rows_difference(base.rows(), rows);
    out.add((u64)KEPT);
    out.add(config_key(c, 0));
    out.add(std::string(config_spec(c, 0)->variant_name));
    out.add((u64)difference.size());
    for (const config_row &row : difference) {
        out.add(row.key);
        out.add(row.value);
        out.add(row.origin);
    }
}

/* --- In the parent --- */

struct worker {
    pid_t process;
    int pipe;
    std::string bytes;
};

/* The child says what it has to say to its pipe and leaves. */
worker start_worker(const std::vector<worker> &others,
                    const std::function<void(int pipe)> &be_child)
{
    int ends[2];

    if (pipe(ends) != 0)
        throw io_failure("cannot make a pipe", errno);
    std::fflush(nullptr);
    const pid_t process = fork();
    if (process < 0) {
        const int why = errno;
        close(ends[0]);
        close(ends[1]);
        throw io_failure("cannot start a process", why);
    }
    if (process == 0) {
        close(ends[0]);
        for (const worker &w : others)
            close(w.pipe);
        be_child(ends[1]);
        _exit(ERR_NONE);
    }
    close(ends[1]);
    return {process, ends[0], ""};
}

/* All that all of them say; then they are gone. */
void listen(std::vector<worker> &workers)
{
    std::vector<pollfd> open;
    std::vector<char> buffer(BUFFER_BYTES);
    size_t left = workers.size();

    for (const worker &w : workers)
        open.push_back({w.pipe, POLLIN, 0});
    while (left > 0) {
        if (poll(open.data(), (nfds_t)open.size(), -1) < 0)
            continue; /* A signal; those that end us do not come back here. */
        for (size_t i = 0; i < open.size(); i++) {
            if (open[i].fd < 0 || open[i].revents == 0)
                continue;
            const ssize_t n = read(open[i].fd, buffer.data(), buffer.size());
            if (n > 0) {
                workers[i].bytes.append(buffer.data(), (size_t)n);
            } else if (n == 0 || errno != EINTR) {
                open[i].fd = -1;
                left--;
            }
        }
    }
    for (worker &w : workers) {
        close(w.pipe);
        while (waitpid(w.process, nullptr, 0) < 0 && errno == EINTR)
            continue;
    }
}

checked_point read_point(message_reader &in)
{
    checked_point p;

    p.is_kept = true;
    p.config_key = in.number();
    p.variant = in.text();
    for (u64 rows = in.number(); rows > 0 && !in.is_short; rows--) {
        config_row row;
        row.key = in.text();
        row.value = in.text();
        row.origin = in.text();
        p.difference.push_back(std::move(row));
    }
    return p;
}

struct first_failure {
    size_t point = SIZE_MAX;
    std::string text;
    err_code code = ERR_NONE;
};

/* The answers of worker `from` of `step` workers. */
void take_answers(const worker &w, size_t from, size_t step, std::vector<checked_point> &points,
                  first_failure &first)
{
    message_reader in{w.bytes};
    size_t i = from;

    for (; i < points.size() && in.has_more() && !in.is_short; i += step) {
        const u64 what = in.number();
        if (what == WRONG) {
            const err_code code = (err_code)in.number();
            const std::string text = in.text();
            if (i < first.point)
                first = {i, text, code};
            return;
        }
        if (what == KEPT)
            points[i] = read_point(in);
    }
    if (i < points.size() || in.is_short)
        throw failure(ERR_BROKEN, "the check of a point ended without an answer; please report it");
}

} // namespace

made_config::made_config(const config_base *base, const std::vector<setting> &settings)
{
    std::vector<config_setting> set;
    err e = {};

    for (const setting &s : settings)
        set.push_back({s.key.c_str(), s.value.c_str(), s.at.file.c_str(), s.at.line, s.at.column});
    if (!config_make(&config_, base, set.data(), set.size(), &e)) {
        config_free(&config_);
        throw failure(e);
    }
}

made_config::~made_config()
{
    config_free(&config_);
}

sweep_base::sweep_base(const std::string &path, const std::vector<setting> &set)
{
    std::vector<setting> asked;
    err e = {};

    for (const setting &s : set)
        if (s.key == "protocol.variant" || s.key == "seed")
            asked.push_back(s);
    if (!config_base_read(&base_, path.c_str(), &e)) {
        config_base_free(&base_);
        throw failure(e);
    }
    try {
        const made_config made(&base_, asked);
        rows_ = resolved_rows(made.get(), 0);
        for (u32 i = 0; i < config_spec_count(made.get()); i++)
            variants_.push_back(config_spec(made.get(), i)->variant_name);
        seed_ = config_spec(made.get(), 0)->seed;
    } catch (...) {
        config_base_free(&base_);
        throw;
    }
}

sweep_base::~sweep_base()
{
    config_base_free(&base_);
}

config_rows resolved_rows(const config *c, u32 index)
{
    config_rows rows;
    auto add = [](void *arg, const char *key, const char *value, const char *origin) {
        static_cast<config_rows *>(arg)->push_back({key, value, origin});
    };

    config_each(c, index, add, &rows);
    return rows;
}

std::vector<checked_point> check_points(const sweep_base &base, size_t count,
                                        const std::function<point_check(size_t)> &ask,
                                        const std::vector<constraint> &constraints, unsigned jobs)
{
    const size_t useful = count / POINTS_PER_PROCESS_MIN + 1;
    const size_t step = std::max<size_t>(1, std::min<size_t>(jobs, useful));
    std::vector<checked_point> points(count);
    std::vector<worker> workers;
    first_failure first;

    for (size_t from = 0; from < step; from++)
        workers.push_back(start_worker(workers, [&](int pipe) {
            message_writer out;
            for (size_t i = from; i < count; i += step) {
                try {
                    check_point(base, ask(i), constraints, out);
                } catch (const failure &f) {
                    out.add((u64)WRONG);
                    out.add((u64)f.status);
                    out.add(std::string(f.what()));
                    break;
                } catch (...) {
                    _exit(ERR_IO); /* Out of memory: a child never goes on as its parent. */
                }
                if (out.bytes.size() >= BUFFER_BYTES)
                    flush(out, pipe);
            }
            flush(out, pipe);
        }));
    listen(workers);
    for (size_t from = 0; from < step; from++)
        take_answers(workers[from], from, step, points, first);
    if (first.point != SIZE_MAX)
        throw failure(first.code, first.text);
    return points;
}

} // namespace cli
