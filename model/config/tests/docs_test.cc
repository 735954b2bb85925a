/* Documents that are generated must be those in docs/. UPDATE_GOLDEN=1 writes them. */
#include <functional>
#include <set>

#include "model/config/tests/config_helper.h"

static std::string printed(const std::function<void(FILE *)> &write)
{
    char *text = nullptr;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    write(out);
    fclose(out);
    std::string copy(text, size);
    free(text);
    return copy;
}

static void expect_up_to_date(const std::string &name, const std::string &text)
{
    const std::string path = data_path("../docs/" + name);
    if (getenv("UPDATE_GOLDEN") != nullptr)
        std::ofstream(path, std::ios::binary) << text;
    EXPECT_EQ(read_text(path), text) << "docs/" << name << " is old; UPDATE_GOLDEN=1 writes it";
}

TEST(Docs, ParametersAreUpToDate)
{
    expect_up_to_date("parameters.md", printed(config_write_parameters_md));
}

TEST(Docs, CostsAreUpToDate)
{
    err e{};
    expect_up_to_date("costs.md", printed([&](FILE *out) {
                          EXPECT_TRUE(config_write_costs_md(out, &e)) << e.text;
                      }));
}

TEST(Docs, EveryRowIsDocumented)
{
    const std::string text = printed(config_write_parameters_md);
    size_t count = 0;
    const param *p = config_params(&count);
    for (size_t i = 0; i < count; i++) {
        const std::string path = p[i].path;
        const std::string key = path.substr(path.rfind('.') + 1);
        EXPECT_NE(text.find("| `" + key + "` |"), std::string::npos) << path;
        EXPECT_STRNE(p[i].words, "") << path;
    }
}

TEST(Docs, RowsHaveDifferentPathsAndSaneRanges)
{
    size_t count = 0;
    const param *p = config_params(&count);
    std::set<std::string> paths;
    for (size_t i = 0; i < count; i++) {
        EXPECT_TRUE(paths.insert(p[i].path).second) << p[i].path;
        EXPECT_LE(p[i].min, p[i].max) << p[i].path;
    }
}

TEST(Docs, EveryRowOfACostIsInCosts)
{
    err e{};
    const std::string text =
        printed([&](FILE *out) { EXPECT_TRUE(config_write_costs_md(out, &e)) << e.text; });
    for (const char *key : cost_keys) {
        const std::string cell = "| `" + std::string(key) + "` |";
        size_t count = 0;
        for (size_t at = 0; (at = text.find(cell, at)) != std::string::npos; at++)
            count++;
        EXPECT_EQ(count, 3u) << key; /* Its words, and two profiles. */
    }
}

TEST(Docs, TheSchemaIsJsonAndKnowsEveryKey)
{
    const std::string text = printed(config_write_schema);
    pool memory{};
    err e{};
    const yaml_node *root =
        yaml_parse(&memory, "schema", text.data(), text.size(), YAML_SYNTAX_JSON, &e);
    ASSERT_NE(root, nullptr) << e.text;
    size_t count = 0;
    const param *p = config_params(&count);
    for (size_t i = 0; i < count; i++) {
        const std::string path = p[i].path;
        const yaml_node *map = yaml_find(root, "allOf")->child;
        std::stringstream keys(path);
        for (std::string key; std::getline(keys, key, '.');) {
            const bool is_list = key.size() > 2 && key.substr(key.size() - 2) == "[]";
            ASSERT_NE(yaml_find(map, "properties"), nullptr) << path;
            map = yaml_find(yaml_find(map, "properties"),
                            (is_list ? key.substr(0, key.size() - 2) : key).c_str());
            ASSERT_NE(map, nullptr) << path;
            map = is_list ? yaml_find(map, "items") : map;
        }
        EXPECT_STREQ(yaml_find(map, "description")->text, p[i].words);
    }
    pool_free(&memory);
}
