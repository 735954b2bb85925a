/*
 * The results directory. A file is written under a temporary name, synced and renamed, so that a
 * name that is there is whole; summary.json comes last and says the same of the directory.
 */
#ifndef CLI_OUTPUT_HPP
#define CLI_OUTPUT_HPP

#include <cstdio>
#include <filesystem>
#include <functional>
#include <set>
#include <string>

#include "cli/cli.hpp"

namespace cli {

/* The file that a name stands for: behind a symbolic link its target, which must be there. */
std::string file_behind(const std::string &path);

/* What is written must be none of the files that are read; `option` names it. */
void refuse_inputs(const std::string &option, const std::string &path,
                   const std::vector<std::string> &inputs);

/* Under path + ".part" first; fill() returns false if the stream has an error. */
void write_file(const std::filesystem::path &path, const std::function<bool(FILE *)> &fill);

/* The last step of it, for a file that stands under its temporary name already. */
void publish_file(const std::filesystem::path &path);

class output {
public:
    /* Makes the directory, or takes one that holds nothing but results. */
    explicit output(std::filesystem::path folder);

    /* The new results are there: older ones go, so that a run that fails early loses nothing. */
    void retire_old(const std::set<std::string> &keep) const;

    void write(const std::string &name, const std::function<bool(FILE *)> &fill) const
    {
        write_file(folder_ / name, fill);
    }

    /* For files that are written over a long time. */
    std::string temporary(const std::string &name) const;
    void publish(const std::string &name) const;

private:
    std::filesystem::path folder_;
};

} // namespace cli
#endif
