#include "cli/output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>

#include "cli/interrupt.hpp"
#include "model/model.h"

namespace fs = std::filesystem;

namespace cli {

namespace {

const std::string part = ".part";

bool is_variant(const std::string &name)
{
    return variant_find(name.c_str()) != variant_count();
}

/* summary.json is a common name: ours tells that it is ours by its first key. */
bool is_our_summary(const fs::path &path)
{
    const std::string head = "{\n  \"format\":";
    std::string start(head.size(), '\0');

    std::ifstream(path, std::ios::binary).read(start.data(), (std::streamsize)start.size());
    return start == head;
}

/* The first entry that no run of apfsim has written; "" if there is none. */
std::string find_foreign(const fs::path &folder)
{
    static const std::set<std::string> ours = {"config.resolved.yaml", "trace.apft",
                                               "comparison.txt", "summary.json"};

    for (const fs::directory_entry &entry : fs::directory_iterator(folder)) {
        std::string name = entry.path().filename().string();
        if (is_variant(name) && fs::is_directory(entry.symlink_status())) {
            const std::string inner = find_foreign(entry.path());
            if (!inner.empty())
                return name + "/" + inner;
            continue;
        }
        bool is_good = name != "summary.json" || is_our_summary(entry.path());
        if (name.size() > part.size() &&
            name.compare(name.size() - part.size(), part.size(), part) == 0)
            name.resize(name.size() - part.size());
        if (!is_good || ours.count(name) == 0 || fs::is_directory(entry.symlink_status()))
            return entry.path().filename().string();
    }
    return "";
}

void sync(const fs::path &path)
{
    int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    bool good = file >= 0 && fsync(file) == 0;
    int why = errno;

    if (file >= 0)
        close(file);
    if (!good && why != EINVAL) /* Some file systems cannot sync a directory. */
        throw io_failure("cannot write " + path.string(), why);
}

/* Removed, unless it has been renamed in time. */
struct temporary_file {
    const std::string path;
    FILE *const stream;

    explicit temporary_file(const std::string &name)
        : path(name), stream(std::fopen(name.c_str(), "we"))
    {
        if (stream == nullptr)
            throw io_failure("cannot write " + path, errno);
    }
    ~temporary_file()
    {
        std::fclose(stream);
        std::remove(path.c_str());
    }
    temporary_file(const temporary_file &) = delete;
    temporary_file &operator=(const temporary_file &) = delete;
};

} // namespace

output::output(fs::path folder) : folder_(std::move(folder))
{
    std::error_code error;

    fs::create_directories(folder_, error);
    if (error)
        throw io_failure("cannot make the directory " + folder_.string(), error.value());
    if (access(folder_.c_str(), W_OK | X_OK) != 0)
        throw io_failure("cannot write into " + folder_.string(), errno);
    const std::string foreign = find_foreign(folder_);
    if (!foreign.empty())
        throw failure(ERR_USAGE, "--out " + folder_.string() + ": found \"" + foreign +
                                     "\", which is no result of a run, expected a new or empty "
                                     "directory or one with results; try another name");
}

void output::retire_old(const std::set<std::string> &keep) const
{
    std::error_code error;

    fs::remove(folder_ / "summary.json", error); /* First: what is left is no longer whole. */
    for (const fs::directory_entry &entry : fs::directory_iterator(folder_)) {
        const std::string name = entry.path().filename().string();
        if (keep.count(name) == 0 && entry.path().extension() != part)
            fs::remove_all(entry.path(), error);
    }
}

std::string output::temporary(const std::string &name) const
{
    return (folder_ / (name + part)).string();
}

void output::publish(const std::string &name) const
{
    publish_file(folder_ / name);
}

void publish_file(const fs::path &path)
{
    const fs::path temporary = path.string() + part;

    sync(temporary);
    if (std::rename(temporary.c_str(), path.c_str()) != 0)
        throw io_failure("cannot rename " + temporary.string(), errno);
    sync(path.has_parent_path() ? path.parent_path() : fs::path("."));
}

std::string file_behind(const std::string &path)
{
    std::error_code error;

    if (!fs::is_symlink(fs::symlink_status(path, error)))
        return path;
    const fs::path target = fs::canonical(path, error);
    if (error)
        throw failure(ERR_USAGE, path + ": found a symbolic link that leads nowhere, expected a "
                                        "file or a new name");
    return target.string();
}

void refuse_inputs(const std::string &option, const std::string &path,
                   const std::vector<std::string> &inputs)
{
    std::error_code error;

    auto is_read = [&](const std::string &input) {
        if (!fs::exists(path, error) || fs::equivalent(path, input, error))
            return fs::exists(path, error);
        const std::string folder = fs::canonical(input, error).string() + "/";
        return fs::is_directory(input, error) &&
               fs::canonical(path, error).string().compare(0, folder.size(), folder) == 0;
    };

    for (const std::string &input : inputs)
        if (!input.empty() && is_read(input))
            throw failure(ERR_USAGE, option + ": found " + path +
                                         ", which is read here, expected another file");
}

namespace {

/* The stream has failed, and errno has been to other places since: the same again, to hear why. */
int reason_of(FILE *stream)
{
    std::clearerr(stream);
    errno = 0;
    if (std::fputc('\n', stream) != EOF && std::fflush(stream) == 0)
        return EIO;
    return errno != 0 ? errno : EIO;
}

} // namespace

void write_file(const fs::path &name, const std::function<bool(FILE *)> &fill)
{
    std::error_code error;
    const fs::path path = file_behind(name.string());
    const fs::file_status old = fs::status(path, error);

    if (fs::exists(old) && !fs::is_regular_file(old)) /* A device must not be replaced. */
        throw failure(ERR_IO, "cannot write " + name.string() + ": it is no regular file");
    const half_written gone(path.string() + part);
    const temporary_file file(path.string() + part);
    if (!fill(file.stream) || std::fflush(file.stream) != 0 || std::ferror(file.stream))
        throw io_failure("cannot write " + path.string(), reason_of(file.stream));
    publish_file(path);
}

} // namespace cli
