#include "model/config/tests/config_helper.h"

struct Yaml : ::testing::Test {
    pool memory{};
    err e{};
    ~Yaml() override { pool_free(&memory); }

    yaml_node *parse(const std::string &text, yaml_syntax syntax = YAML_SYNTAX_YAML)
    {
        return yaml_parse(&memory, "t", text.data(), text.size(), syntax, &e);
    }
    std::string sentence(const std::string &text, yaml_syntax syntax = YAML_SYNTAX_YAML)
    {
        return parse(text, syntax) != nullptr ? "no error" : e.text;
    }
};

TEST_F(Yaml, NodesKnowWhereTheyStand)
{
    const yaml_node *root = parse("a: 1\nb:\n  - {x: \"y\"}\n  - z\nc:\n");
    ASSERT_NE(root, nullptr) << e.text;
    const yaml_node *b = yaml_find(root, "b");
    ASSERT_NE(b, nullptr);
    EXPECT_EQ(b->key_line, 2u);
    EXPECT_EQ(b->key_column, 1u);
    EXPECT_EQ(b->kind, YAML_LIST);
    const yaml_node *x = yaml_find(b->child, "x");
    EXPECT_EQ(x->line, 3u);
    EXPECT_EQ(x->column, 9u);
    EXPECT_EQ(x->key_column, 6u);
    EXPECT_STREQ(x->text, "y");
    EXPECT_TRUE(x->quoted);
    EXPECT_STREQ(b->child->next->text, "z");
    EXPECT_FALSE(b->child->next->quoted);
    EXPECT_EQ(b->child->next->line, 4u);
    const yaml_node *c = yaml_find(root, "c");
    EXPECT_STREQ(c->text, "");
    EXPECT_EQ(c->line, 5u); /* Nothing stands there: the place of the key. */
    EXPECT_EQ(yaml_find(root, "d"), nullptr);
    EXPECT_EQ(yaml_find(b, "x"), nullptr);
}

TEST_F(Yaml, WhatTheSubsetLacksIsRefused)
{
    EXPECT_EQ(sentence("a: &n 1\n"), "t:1:4: anchors (&name) are not allowed, write the value");
    EXPECT_EQ(sentence("b: *n\n"), "t:1:4: aliases (*name) are not allowed, write the value");
    EXPECT_EQ(sentence("a: &n {b: 1}\n"),
              "t:1:4: anchors (&name) are not allowed, write the value");
    EXPECT_EQ(sentence("a: !t [1]\n"), "t:1:4: tags (!name) are not allowed, write the value");
    EXPECT_EQ(sentence("a: !!str 1\n"), "t:1:4: tags (!name) are not allowed, write the value");
    EXPECT_EQ(sentence("a: 1\n<<: 2\n"),
              "t:2:1: merge keys (<<) are not allowed, write the keys out");
    EXPECT_EQ(sentence("a: 1\n---\nb: 1\n"),
              "t:2:1: a second document starts here, expected only one");
    EXPECT_EQ(sentence("{[a]: 1}\n"), "t:1:2: found a list as a key, expected a word");
    EXPECT_EQ(sentence("a: \"x\\0y\"\n"), "t:1:4: a NUL character has no place in a word");
}

TEST_F(Yaml, ADuplicateKeyNamesBothPlaces)
{
    EXPECT_EQ(sentence("a: 1\nc:\n  x: 1\n  y: 2\n  x: 3\n"),
              "t:5:3: the key \"x\" stands twice, first in line 3 column 3");
    EXPECT_EQ(sentence("a: 1\nb: 2\na: 3\n"),
              "t:3:1: the key \"a\" stands twice, first in line 1 column 1");
    EXPECT_EQ(sentence("{\"a\": 1, \"a\": 2}", YAML_SYNTAX_JSON),
              "t:1:10: the key \"a\" stands twice, first in line 1 column 2");
    EXPECT_EQ(sentence("{a: 1, a: 2}", YAML_SYNTAX_OPTION), "t: the key \"a\" stands twice");
    EXPECT_NE(parse("a: {x: 1}\nb: {x: 1}\n"), nullptr);
}

TEST_F(Yaml, SyntaxErrorsBecomeOneSentence)
{
    EXPECT_EQ(sentence("a: [1, 2"),
              "t:2:1: not valid YAML: flow sequence without a closing bracket");
    EXPECT_EQ(sentence("a: 1\n  b: 2\n"), "t:1:4: not valid YAML: invalid multiline plain key");
    EXPECT_EQ(sentence("{\"a\": nil}", YAML_SYNTAX_JSON),
              "t:1:7: not valid JSON: Invalid JSON plain scalar");
    EXPECT_EQ(sentence("[1", YAML_SYNTAX_OPTION),
              "t: not valid YAML: flow sequence without a closing bracket");
    EXPECT_EQ(sentence(""), "t: the file is empty");
    EXPECT_EQ(sentence("# only a comment\n"), "t: the file is empty");
}

TEST_F(Yaml, TextIsUtf8WithoutControlCharactersAndDirectives)
{
    EXPECT_EQ(sentence("a: 1\n%YAML 1.2\n"), "t:2:1: directives (%) are not allowed");
    EXPECT_EQ(sentence("%\xba"), "t:1:1: directives (%) are not allowed");
    EXPECT_EQ(sentence("\xef\xbb\xbf%"), "t:1:1: directives (%) are not allowed");
    EXPECT_EQ(sentence("a: 30%\n"), "no error");
    EXPECT_EQ(sentence("\xef\xbb\xbf" "a: 1\n"), "no error");
    EXPECT_EQ(sentence("a: \x01"), "t:1:4: a control character has no place here");
    EXPECT_EQ(sentence(std::string("a\0b", 3)), "t:1:2: a control character has no place here");
    EXPECT_EQ(sentence("\x7f", YAML_SYNTAX_OPTION), "t: a control character has no place here");
    for (const char *good : {"\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                             "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
        EXPECT_TRUE(yaml_check_text("t", good, strlen(good), YAML_SYNTAX_YAML, &e)) << e.text;
    /* Alone, cut, too long, a surrogate, beyond Unicode. */
    for (const char *bad : {"\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf", "\xe1\x80",
                            "\xe1\x80\x41", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80",
                            "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"})
        EXPECT_EQ(sentence(bad), "t:1:1: not valid UTF-8");
}

TEST_F(Yaml, DepthHasALimit)
{
    EXPECT_EQ(sentence(std::string(16, '[') + std::string(16, ']')), "no error");
    EXPECT_EQ(sentence(std::string(17, '[') + std::string(17, ']')),
              "t:1:17: nested deeper than 16 levels");
    EXPECT_NE(sentence(std::string(100000, '[')), "no error");
}

TEST_F(Yaml, ManyKeysAreCheckedInReasonableTime)
{
    std::string text;
    for (int i = 0; i < 60000; i++)
        text += "k" + std::to_string(i) + ": 1\n";
    EXPECT_NE(parse(text), nullptr) << e.text;
    EXPECT_EQ(sentence(text + "k77: 2\n"),
              "t:60001:1: the key \"k77\" stands twice, first in line 78 column 1");
}

TEST_F(Yaml, FoundTextIsShortAndWhole)
{
    char text[YAML_FOUND_MAX];
    EXPECT_STREQ(yaml_found(parse("{}"), text), "a mapping");
    EXPECT_STREQ(yaml_found(parse("[]"), text), "a list");
    EXPECT_STREQ(yaml_found(yaml_find(parse("a:"), "a"), text), "nothing");
    EXPECT_STREQ(yaml_found(parse("\"\""), text), "\"\"");
    EXPECT_STREQ(yaml_found(parse(std::string(40, 'x')), text),
                 ("\"" + std::string(40, 'x') + "\"").c_str());
    EXPECT_STREQ(yaml_found(parse(std::string(41, 'x')), text),
                 ("\"" + std::string(40, 'x') + "...\"").c_str());
    /* 39 letters and an umlaut of two bytes: it does not fit and goes as a whole. */
    EXPECT_STREQ(yaml_found(parse(std::string(39, 'x') + "\xc3\xbcx"), text),
                 ("\"" + std::string(39, 'x') + "...\"").c_str());
}

using YamlFile = Config;

TEST_F(YamlFile, SizeHasALimit)
{
    pool memory{};
    size_t size = 0;
    write("f", std::string(100, 'x'));
    EXPECT_NE(yaml_slurp(&memory, path("f").c_str(), 100, &size, &e), nullptr);
    EXPECT_EQ(size, 100u);
    EXPECT_EQ(yaml_slurp(&memory, path("f").c_str(), 99, &size, &e), nullptr);
    EXPECT_EQ(without_folder(e.text), "f: larger than 99 bytes");
    pool_free(&memory);
    EXPECT_EQ(sentence(std::string((1 << 20) + 1, '#')), "x.yaml: larger than 1048576 bytes");
}

TEST_F(YamlFile, AFileThatIsNotThereIsASentence)
{
    EXPECT_FALSE(load_file(path("gone.yaml")));
    EXPECT_EQ(e.code, ERR_USAGE);
    EXPECT_EQ(without_folder(e.text), "gone.yaml: cannot be read: No such file or directory");
    EXPECT_FALSE(load_file(folder.string()));
    EXPECT_EQ(e.text, folder.string() + ": cannot be read: Is a directory");
}
