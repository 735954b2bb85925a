/* A folder for one test, files in it, and configurations loaded from there. */
#ifndef MODEL_CONFIG_TESTS_CONFIG_HELPER_H
#define MODEL_CONFIG_TESTS_CONFIG_HELPER_H

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <cstring>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "model/config/state.h"

struct Config : ::testing::Test {
    std::filesystem::path folder;
    config c{};
    err e{};

    Config()
    {
        std::string name = (std::filesystem::temp_directory_path() / "apfsim-XXXXXX").string();
        folder = mkdtemp(name.data());
    }
    ~Config() override
    {
        config_free(&c);
        std::filesystem::remove_all(folder);
    }

    std::string path(const std::string &name) const { return (folder / name).string(); }

    void write(const std::string &name, const std::string &text) const
    {
        std::ofstream(folder / name, std::ios::binary) << text;
    }

    /* True, or e holds the sentence. */
    bool load(const std::string &text, const std::vector<const char *> &set = {},
              const std::string &name = "x.yaml")
    {
        write(name, text);
        return load_file(path(name), set);
    }
    bool load_file(const std::string &name, const std::vector<const char *> &set = {})
    {
        config_free(&c);
        e = err{};
        return config_load(&c, name.c_str(), set.data(), set.size(), &e);
    }

    const spec &loaded(u32 index = 0) const { return *config_spec(&c, index); }

    /* The sentence, without the folder of this test; "no error" if there was none. */
    std::string sentence(const std::string &text, const std::vector<const char *> &set = {})
    {
        if (load(text, set))
            return "no error";
        EXPECT_EQ(e.code, ERR_USAGE);
        return without_folder(e.text);
    }
    std::string without_folder(std::string text) const
    {
        const std::string prefix = folder.string() + "/";
        for (size_t at; (at = text.find(prefix)) != std::string::npos;)
            text.erase(at, prefix.size());
        return text;
    }

    std::string resolved(u32 index = 0) const
    {
        char *text = nullptr;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        EXPECT_TRUE(config_write_resolved(&c, index, out));
        fclose(out);
        std::string copy(text, size);
        free(text);
        return copy;
    }
};

inline std::string data_path(const std::string &name)
{
    char folder[SPEC_PATH_MAX];
    data_folder(folder);
    return std::string(folder) + "/" + name;
}

inline std::string read_text(const std::string &path)
{
    std::stringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

inline std::string replaced(std::string text, const std::string &what, const std::string &with)
{
    size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), with);
}

/* The smallest experiment there is; other tests add to it. */
static const char minimal[] = "apfsim: 1\n"
                              "guest:\n"
                              "  tasks:\n"
                              "    - {name: mem, kind: write-all}\n";

#endif
