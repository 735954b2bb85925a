#include "cli/sources.hpp"

namespace cli {

struct sources::file {
    lackey *reader;
    err e;
};

void sources::close_file::operator()(file *f) const
{
    lackey_close(f->reader);
    delete f;
}

s64 sources::read(void *arg, u64 *op, size_t max, const char **text)
{
    file *f = static_cast<file *>(arg);

    *text = f->e.text;
    return lackey_read(f->reader, op, max, &f->e);
}

bool sources::rewind(void *arg, const char **text)
{
    file *f = static_cast<file *>(arg);

    *text = f->e.text;
    return lackey_rewind(f->reader, &f->e);
}

sources::sources(const spec &p) : table_(p.task_count)
{
    for (u32 i = 0; i < p.task_count; i++) {
        if (p.task[i].kind != TASK_TRACE)
            continue;
        err e = {};
        lackey *reader = lackey_open(p.task[i].file, &e);
        if (reader == nullptr)
            throw failure(e);
        files_.emplace_back(new file{reader, {}});
        table_[i] = {files_.back().get(), read, rewind};
    }
}

failure sources::why(const std::string &text) const
{
    for (const auto &f : files_)
        if (f->e.code != ERR_NONE)
            return failure(f->e);
    return failure(ERR_USAGE, text);
}

} // namespace cli
