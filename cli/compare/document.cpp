#include "cli/compare/document.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>

namespace cli {

document::document(std::string path, yaml_syntax syntax) : path_(std::move(path))
{
    err e = {};

    root_ = yaml_read(&pool_, path_.c_str(), DOCUMENT_BYTES_MAX, syntax, &e);
    if (root_ == nullptr) {
        pool_free(&pool_);
        throw failure(e);
    }
}

document::~document()
{
    pool_free(&pool_);
}

failure wrong_value(const yaml_node *at, const std::string &sentence)
{
    err e = {};

    yaml_fail(&e, at, "%s", sentence.c_str());
    return failure(e);
}

failure wrong_key(const yaml_node *at, const std::string &sentence)
{
    err e = {};

    yaml_fail_key(&e, at, "%s", sentence.c_str());
    return failure(e);
}

std::string found(const yaml_node *n)
{
    char text[YAML_FOUND_MAX];

    return std::string("found ") + yaml_found(n, text);
}

const yaml_node *need(const yaml_node *map, const char *key)
{
    const yaml_node *n = yaml_find(map, key);

    if (n == nullptr)
        throw wrong_value(map, std::string("found no key \"") + key + "\", which is needed here");
    return n;
}

const yaml_node *need_kind(const yaml_node *n, yaml_kind kind)
{
    static const char *const words[] = {"a word", "a mapping", "a list"};

    if (n->kind != kind)
        throw wrong_value(n, found(n) + ", expected " + words[kind]);
    return n;
}

std::string text_of(const yaml_node *n)
{
    return need_kind(n, YAML_WORD)->text;
}

u64 number_of(const yaml_node *n)
{
    const std::string text = text_of(n);
    const bool is_hex = text.rfind("0x", 0) == 0;
    const std::string digits = text.substr(is_hex ? 2 : 0);
    u64 value = 0;
    bool good = !digits.empty();

    for (char c : digits) {
        u64 base = is_hex ? 16 : 10;
        u64 digit = c >= '0' && c <= '9'             ? (u64)(c - '0')
                    : is_hex && c >= 'a' && c <= 'f' ? (u64)(c - 'a' + 10)
                                                     : 99;
        if (digit == 99 || __builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, digit, &value))
            good = false;
    }
    if (!good)
        throw wrong_value(n, found(n) + ", expected a whole number of at most 64 bits");
    return value;
}

bool truth_of(const yaml_node *n)
{
    const std::string text = text_of(n);

    if (text != "true" && text != "false")
        throw wrong_value(n, found(n) + ", expected true or false");
    return text == "true";
}

void allow_keys(const yaml_node *map, const std::vector<std::string> &known)
{
    need_kind(map, YAML_MAP);
    for (const yaml_node *n = map->child; n != nullptr; n = n->next) {
        if (std::find(known.begin(), known.end(), n->key) != known.end())
            continue;
        std::string all;
        for (const std::string &key : known)
            all += (all.empty() ? "" : ", ") + key;
        throw wrong_key(n, "found the unknown key \"" + std::string(n->key).substr(0, 64) +
                               "\", expected one of " + all + nearest(n->key, known));
    }
}

std::string quoted(const std::string &text)
{
    std::string out = "\"";
    char escape[8];

    for (char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if ((u8)c < ' ' || c == 0x7f) {
            std::snprintf(escape, sizeof escape, "\\u%04x", (u8)c);
            out += escape;
        } else {
            out += c;
        }
    }
    return out + "\"";
}

} // namespace cli
