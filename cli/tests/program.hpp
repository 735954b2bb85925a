/* The built program as a subprocess: its status, what it printed, and a folder to work in. */
#ifndef CLI_TESTS_PROGRAM_HPP
#define CLI_TESTS_PROGRAM_HPP

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/base.h"

namespace fs = std::filesystem;
using std::string;

inline const string source_dir = APFSIM_SOURCE_DIR;
inline const string demo = source_dir + "/configs/demo.yaml";

inline string read_file(const fs::path &path)
{
    std::ostringstream text;

    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

struct result {
    int status;
    string out, err;
};

class Program : public testing::Test {
protected:
    fs::path folder;

    Program()
    {
        string name = (fs::temp_directory_path() / "apfsim-cli-XXXXXX").string();
        folder = mkdtemp(name.data());
    }
    ~Program() override
    {
        fs::remove_all(folder);
    }

    string path(const string &name) const
    {
        return (folder / name).string();
    }
    string write(const string &name, const string &text) const
    {
        std::ofstream(folder / name, std::ios::binary) << text;
        return path(name);
    }

    /* In a process of its own; without other paths the output goes to files of this folder. */
    pid_t start(const std::vector<string> &args, const string &out_path = "",
                const string &err_path = "") const
    {
        std::vector<char *> argv{const_cast<char *>(APFSIM_PROGRAM)};
        const string out = out_path.empty() ? path("stdout") : out_path;
        const string err = err_path.empty() ? path("stderr") : err_path;

        for (const string &arg : args)
            argv.push_back(const_cast<char *>(arg.c_str()));
        argv.push_back(nullptr);
        pid_t child = fork();
        if (child != 0)
            return child;
        const int flags = O_WRONLY | O_CREAT | O_TRUNC;
        dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
        dup2(open(out.c_str(), flags, 0600), STDOUT_FILENO);
        dup2(open(err.c_str(), flags, 0600), STDERR_FILENO);
        execv(argv[0], argv.data());
        _exit(127);
    }
    result finish(pid_t child) const
    {
        int status = 0;

        waitpid(child, &status, 0);
        return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(path("stdout")),
                read_file(path("stderr"))};
    }
    result run(const std::vector<string> &args, const string &out_path = "") const
    {
        return finish(start(args, out_path));
    }

    /* One sentence "apfsim: ..." on standard error with these words, this status, and no output. */
    void expect_complaint(const result &r, int status, const string &words) const
    {
        EXPECT_EQ(r.status, status) << r.err;
        EXPECT_EQ(r.out, "");
        EXPECT_EQ(r.err.rfind("apfsim: ", 0), 0u) << r.err;
        EXPECT_NE(r.err.find(words), string::npos) << r.err << "lacks: " << words;
        EXPECT_EQ(std::count(r.err.begin(), r.err.end(), '\n'), 1) << r.err;
    }
};

/* What is after "key": up to the end of the line; every key that is asked for stands on its own. */
inline string json_value(const string &text, const string &key)
{
    size_t at = text.find("\"" + key + "\": ");

    if (at == string::npos)
        return "";
    at += key.size() + 4;
    string value = text.substr(at, text.find_first_of(",\n}", at) - at);
    return value;
}

/* Everything of summary.json that does not depend on this computer. */
inline string without_host_time(string text)
{
    size_t from = text.find("\"host_time\"");

    EXPECT_NE(from, string::npos);
    text.erase(from, text.find('}', from) - from);
    return text;
}

/* A small experiment: four pages, 100 us each; a task that computes beside it. */
inline const string small_config = R"(apfsim: 1
guest:
  memory: 32MiB
  idle: poll
  tasks:
    - {name: mem, kind: write-all, footprint: 16KiB, placement: cold}
    - {name: calc, kind: compute}
store:
  read: {latency: fixed, value: 100us}
protocol: {variant: v4}
stop: {when: mem}
)";

#endif
