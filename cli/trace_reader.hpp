/*
 * An event trace with the names that it carries, whatever version has recorded it: what is printed
 * and compared does not depend on today's numbers of actors, types and hops.
 */
#ifndef CLI_TRACE_READER_HPP
#define CLI_TRACE_READER_HPP

#include <functional>
#include <map>
#include <memory>

#include "cli/cli.hpp"
#include "model/model.h"
#include "traces/traces.h"

namespace cli {

class trace_reader {
public:
    explicit trace_reader(const std::string &path);

    /* The next record; NULL: the trace is over, and its footer is right. */
    const trace_rec *next();
    /* Calls use() for each record in turn. */
    void each(const std::function<void(const trace_rec &)> &use);

    struct type {
        std::string group, name; /* "message", "phase" or "fault"; "kick" */
    };
    const type &type_of(const trace_rec &rec) const;
    const std::string &actor_of(const trace_rec &rec) const;
    /* Our number of a hop that has number n in the file. */
    u32 hop_of(u32 n) const;
    /* Both number their actors, types and hops alike. */
    bool has_names_of(const trace_reader &other) const;
    /* One line of the transcript, without its end. */
    std::string line(const trace_rec &rec) const;
    failure foreign(const std::string &what) const;

private:
    struct close_reader {
        void operator()(apft_reader *r) const
        {
            apft_close(r);
        }
    };

    std::string path_;
    std::unique_ptr<apft_reader, close_reader> reader_;
    std::map<u32, std::string> actors_;
    std::map<u32, type> types_;
    std::map<u32, u32> hops_;
    std::vector<trace_rec> buffer_;
    size_t used_ = 0;
};

} // namespace cli
#endif
