/* The traces that the tasks of a run replay: one open file for each task of kind trace. */
#ifndef CLI_SOURCES_HPP
#define CLI_SOURCES_HPP

#include <memory>

#include "cli/cli.hpp"
#include "model/model.h"

namespace cli {

class sources {
public:
    explicit sources(const spec &p);

    /* One for each task, as run_new() wants them. */
    const op_source *get() const
    {
        return table_.data();
    }
    /* Why the run ended with SYS_INPUT: the reader's whole sentence and code, else `text`. */
    failure why(const std::string &text) const;

private:
    struct file;
    struct close_file {
        void operator()(file *f) const;
    };
    static s64 read(void *arg, u64 *op, size_t max, const char **text);
    static bool rewind(void *arg, const char **text);

    std::vector<std::unique_ptr<file, close_file>> files_;
    std::vector<op_source> table_;
};

} // namespace cli
#endif
