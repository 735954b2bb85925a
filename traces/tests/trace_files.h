/* What the tests of this folder share: files that go away again, and whole files read at once. */
#ifndef TRACES_TESTS_TRACE_FILES_H
#define TRACES_TESTS_TRACE_FILES_H

#include "traces/traces.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <unistd.h>

/* A file for one test; tests may run at the same time, in one directory. */
class temp_file {
public:
    explicit temp_file(const std::string &bytes = "")
    {
        static int count;
        path_ = testing::TempDir() + "apfsim_traces_" + std::to_string(getpid()) + "_" +
                std::to_string(count++);
        set(bytes);
    }
    ~temp_file()
    {
        std::remove(path_.c_str());
    }
    temp_file(const temp_file &) = delete;
    temp_file &operator=(const temp_file &) = delete;

    void set(const std::string &bytes)
    {
        std::ofstream(path_, std::ios::binary) << bytes;
    }

    std::string get() const
    {
        std::ifstream file(path_, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(file), {});
    }

    const char *path() const
    {
        return path_.c_str();
    }

    /* A sentence of a reader with the directory taken off: "FILE:1:4: ...". */
    std::string shorten(const std::string &text) const
    {
        return text.compare(0, path_.size(), path_) == 0 ? "FILE" + text.substr(path_.size())
                                                         : text;
    }

private:
    std::string path_;
};

inline std::string zstd_packed(const std::string &text, int level = 3)
{
    std::string out(ZSTD_compressBound(text.size()), '\0');
    out.resize(ZSTD_compress(&out[0], out.size(), text.data(), text.size(), level));
    return out;
}

struct lackey_outcome {
    std::vector<u64> ops;
    u64 lines;
    err_code code;
    std::string error;
};

inline lackey_outcome lackey_read_all(const temp_file &file, size_t batch = 64)
{
    lackey_outcome o{{}, 0, ERR_NONE, ""};
    err e{};
    lackey *l = lackey_open(file.path(), &e);
    if (l == nullptr) {
        o.code = e.code;
        o.error = file.shorten(e.text);
        return o;
    }
    std::vector<u64> op(batch);
    s64 n;
    while ((n = lackey_read(l, op.data(), batch, &e)) > 0) {
        EXPECT_LE(n, static_cast<s64>(batch));
        o.ops.insert(o.ops.end(), op.begin(), op.begin() + n);
    }
    if (n < 0) {
        o.code = e.code;
        o.error = file.shorten(e.text);
    }
    o.lines = lackey_line(l);
    lackey_close(l);
    return o;
}

#endif
