/*
 * The house rules: who may include whom, how long things may be, what may not stand in a core.
 * Each rule is a function from one file's text to a list of complaints ("file:line: words"). Reads
 * no file: tidy_test.cc runs the rules over the source tree and over planted faults.
 */
#ifndef BASE_TESTS_TIDY_RULES_HPP
#define BASE_TESTS_TIDY_RULES_HPP

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace tidy {

using std::string;
namespace fs = std::filesystem;

enum {
    FILE_LINES_MAX = 500,
    FUNCTION_LINES_MAX = 70,
    COLUMNS_MAX = 100,
    TABLE_COLUMNS_MAX = 132, /* A .def file is a table: one row, one line. */
};

struct source {
    string path; /* From the repository root. */
    string text;
};
using faults = std::vector<string>;

/* Floors as in cmake/floor.cmake, and whom each may see. */
inline const std::map<string, std::set<string>> may_include = {
    {"base", {"base"}},
    {"mmu", {"base", "mmu"}},
    {"gic", {"base", "gic"}},
    {"sdei", {"base", "sdei"}},
    {"traces", {"base", "traces"}},
    {"cpu", {"base", "mmu", "gic", "cpu"}},
    {"model", {"base", "mmu", "gic", "sdei", "traces", "cpu", "model"}},
    {"bench", {"base", "mmu", "gic", "sdei", "traces", "cpu", "model", "bench"}},
    {"cli", {"base", "traces", "model", "cli"}},
};

/* Folders of cores: a float there is a result that differs between two machines. */
inline const std::set<string> integer_folders = {"base", "mmu", "gic", "sdei", "cpu", "model"};

/* What lies beside the floors and is ours. */
inline const std::vector<string> other_folders = {".ci", "cmake", "configs", "docs", "tools"};

inline bool starts_with(const string &s, const string &head)
{
    return s.compare(0, head.size(), head) == 0;
}

inline string folder_of(const string &path)
{
    size_t slash = path.find('/');

    return slash == string::npos ? "" : path.substr(0, slash);
}

/* "host" of model/host/x.c, "" of model/x.c: model's folders have rules among themselves. */
inline string model_part_of(const string &path)
{
    return folder_of(path) == "model" ? folder_of(path.substr(6)) : "";
}

inline bool has_extension(const string &path, const std::set<string> &extensions)
{
    return extensions.count(fs::path(path).extension().string()) != 0;
}

/* A header named .h must be fit for C; one for C++ alone is named .hpp. */
inline bool is_c(const string &path)
{
    return has_extension(path, {".c", ".h", ".def"});
}

inline bool is_code(const string &path)
{
    return is_c(path) || has_extension(path, {".cc", ".cpp", ".hpp"});
}

inline bool is_script(const string &path)
{
    fs::path p(path);

    return p.extension() == ".cmake" || p.filename() == "CMakeLists.txt" ||
           (p.extension().empty() && (folder_of(path) == "tools" || folder_of(path) == ".ci"));
}

/* Test data may be ugly on purpose. */
inline bool is_text(const string &path)
{
    bool is_data = path.find("/tests/") != string::npos;

    return is_code(path) || is_script(path) || path == "Makefile" || path == "LICENSE" ||
           (!is_data && has_extension(path, {".md", ".yaml", ".json"}));
}

inline std::vector<string> lines_of(const string &text)
{
    std::vector<string> lines;
    std::istringstream in(text);

    for (string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

inline string fault(const source &s, size_t line_index, const string &words)
{
    return s.path + ":" + std::to_string(line_index + 1) + ": " + words;
}

/* Columns, not bytes: continuation bytes of UTF-8 take no room. */
inline size_t columns_of(const string &line)
{
    return size_t(
        std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

/* The same text with blanks for comments, strings and characters; line ends stay. */
inline string code_only(const string &text)
{
    enum { CODE, LINE_COMMENT, COMMENT, QUOTED } state = CODE;
    char quote = 0;
    string out = text;

    for (size_t i = 0; i < text.size(); i++) {
        string two = text.substr(i, 2);
        bool was_code = state == CODE;
        size_t length = 1;
        if (state == CODE && (two == "//" || two == "/*")) {
            state = two == "//" ? LINE_COMMENT : COMMENT;
            length = 2;
        } else if (state == CODE && (text[i] == '"' || text[i] == '\'')) {
            state = QUOTED;
            quote = text[i];
        } else if (state == LINE_COMMENT && text[i] == '\n') {
            state = CODE;
        } else if (state == COMMENT && two == "*/") {
            state = CODE;
            length = 2;
        } else if (state == QUOTED && text[i] == '\\') {
            length = 2;
        } else if (state == QUOTED && text[i] == quote) {
            state = CODE;
        }
        for (size_t k = i; k < i + length && k < out.size(); k++)
            if (!(was_code && state == CODE) && out[k] != '\n')
                out[k] = ' ';
        i += length - 1;
    }
    return out;
}

/* The header named by an #include line, with its quotes or brackets off; "" if it is none. */
inline string included_by(const string &line, bool *is_ours)
{
    size_t hash = line.find_first_not_of(" \t");

    if (hash == string::npos || line[hash] != '#')
        return "";
    size_t word = line.find_first_not_of(" \t", hash + 1);
    if (word == string::npos || line.compare(word, 7, "include") != 0)
        return "";
    size_t open = line.find_first_of("\"<", word);
    size_t close = open == string::npos ? open : line.find_first_of("\">", open + 1);
    if (close == string::npos)
        return "";
    *is_ours = line[open] == '"';
    return line.substr(open + 1, close - open - 1);
}

/* Headers of our own: downwards only, and through the door. "": allowed, else what is wrong. */
inline string own_include_fault(const string &from, const string &to)
{
    const string a = folder_of(from), b = folder_of(to);
    const string part_a = model_part_of(from), part_b = model_part_of(to);

    if (may_include.count(b) == 0)
        return "write \"" + to + "\" from the repository root";
    if (may_include.at(a).count(b) == 0)
        return a + " may not include " + b;
    if ((part_a == "host" && part_b == "guest") || (part_a == "guest" && part_b == "host"))
        return "host and guest meet in model/apf_abi.h only";
    if (a == "model" && part_a != "shell" && part_b == "shell")
        return "model/shell is a floor above model";
    bool is_door = to == b + "/" + b + ".h" || to == "model/shell/shell.h" ||
                   to == "model/shell/plugs.hpp" || to == "base/fuzz/bytes.hpp";
    bool is_table = to == "base/msg.def" || (b == "model" && has_extension(to, {".def"}));
    if (a != b && !is_door && !is_table)
        return "the door of " + b + " is " + b + "/" + b + ".h";
    return "";
}

/* Headers of others: what is C++ stays out of C, and libfyaml stays behind model/config. */
inline string foreign_include_fault(const string &from, const string &to)
{
    if (to == "libfyaml.h" && !starts_with(from, "model/config/"))
        return "libfyaml belongs to model/config";
    if (is_c(from))
        for (const char *head : {"systemc", "sysc/", "tlm", "boost/"})
            if (starts_with(to, head))
                return "<" + to + "> is C++, and this file is C";
    return "";
}

inline faults include_faults(const source &s)
{
    faults found;
    const std::vector<string> lines = lines_of(s.text);

    if (!is_code(s.path) || may_include.count(folder_of(s.path)) == 0)
        return found;
    for (size_t i = 0; i < lines.size(); i++) {
        bool is_ours = false;
        const string to = included_by(lines[i], &is_ours);
        if (to.empty())
            continue;
        string words = foreign_include_fault(s.path, to);
        if (words.empty() && is_ours)
            words = own_include_fault(s.path, to);
        if (!words.empty())
            found.push_back(fault(s, i, words));
    }
    return found;
}

inline faults length_faults(const source &s)
{
    faults found;
    const std::vector<string> lines = lines_of(s.text);
    const size_t columns_max = has_extension(s.path, {".def"}) ? TABLE_COLUMNS_MAX : COLUMNS_MAX;

    if (!is_code(s.path) && !is_script(s.path))
        return found;
    if (lines.size() > FILE_LINES_MAX)
        found.push_back(fault(s, FILE_LINES_MAX, "the file is longer than 500 lines"));
    for (size_t i = 0; i < lines.size(); i++)
        if (columns_of(lines[i]) > columns_max)
            found.push_back(fault(s, i, "wider than " + std::to_string(columns_max) + " columns"));
    return found;
}

/* A body opens at column 0 with "{", or ends a line that starts there with ") {". */
inline faults function_faults(const source &s)
{
    faults found;
    const std::vector<string> lines = lines_of(s.text);
    size_t open = SIZE_MAX;

    if (!is_code(s.path))
        return found;
    for (size_t i = 0; i < lines.size(); i++) {
        const string &line = lines[i];
        bool is_flush = !line.empty() && !isspace((unsigned char)line[0]);
        bool is_braced = line.size() > 3 && line.compare(line.size() - 3, 3, ") {") == 0;
        if (is_flush && (line[0] == '{' || is_braced))
            open = i;
        if (!is_flush || line[0] != '}' || open == SIZE_MAX)
            continue;
        if (i - open + 1 > FUNCTION_LINES_MAX)
            found.push_back(fault(s, open, "the function is longer than 70 lines"));
        open = SIZE_MAX;
    }
    return found;
}

inline faults blank_faults(const source &s)
{
    faults found;
    const std::vector<string> lines = lines_of(s.text);

    if (!is_text(s.path))
        return found;
    for (size_t i = 0; i < lines.size(); i++) {
        if (is_code(s.path) && lines[i].find('\t') != string::npos)
            found.push_back(fault(s, i, "a tab"));
        if (!lines[i].empty() && isspace((unsigned char)lines[i].back()))
            found.push_back(fault(s, i, "a blank at the end of the line"));
    }
    if (!s.text.empty() && s.text.back() != '\n')
        found.push_back(fault(s, lines.size() - 1, "no line end at the end of the file"));
    return found;
}

/* Split, or this file would complain about itself. */
inline const string todo = string("TO") + "DO";

inline faults todo_faults(const source &s)
{
    faults found;
    const std::vector<string> lines = lines_of(s.text);

    if (!is_code(s.path) && !is_script(s.path))
        return found;
    for (size_t i = 0; i < lines.size(); i++) {
        size_t at = lines[i].find(todo);
        if (at == string::npos)
            continue;
        size_t hash = lines[i].find('#', at);
        if (hash == string::npos || !isdigit((unsigned char)lines[i][hash + 1]))
            found.push_back(fault(s, i, todo + " without the #number of an issue"));
    }
    return found;
}

/* A token of C: is it a floating type, or a constant of one? */
inline bool is_floating(const string &token)
{
    bool is_number = isdigit((unsigned char)token[0]) || token[0] == '.';
    bool is_hex = starts_with(token, "0x") || starts_with(token, "0X");

    if (!is_number)
        return token == "float" || token == "double";
    return token.find_first_of(is_hex ? ".pP" : ".eE") != string::npos;
}

inline faults float_faults(const source &s)
{
    faults found;
    const std::vector<string> lines = lines_of(code_only(s.text));
    auto is_word = [](char c) { return isalnum((unsigned char)c) || c == '_'; };

    if (!is_c(s.path) || integer_folders.count(folder_of(s.path)) == 0)
        return found;
    for (size_t i = 0; i < lines.size(); i++) {
        const string line = lines[i] + " ";
        for (size_t at = 0, end; at + 1 < line.size(); at = end) {
            bool is_digit = isdigit((unsigned char)line[at + (line[at] == '.')]);
            end = at + 1;
            if (!is_word(line[at]) && !is_digit)
                continue;
            while (is_word(line[end]) || (is_digit && line[end] == '.'))
                end++;
            if (is_floating(line.substr(at, end - at)))
                found.push_back(fault(s, i, "a core has integers only"));
        }
    }
    return found;
}

inline faults changelog_faults(const source &s)
{
    if (s.path != "CHANGELOG.md" || s.text.find("\n## [Unreleased]\n") != string::npos)
        return {};
    return {fault(s, 0, "no section \"## [Unreleased]\"")};
}

struct rule {
    const char *name;
    faults (*find)(const source &s);
};

inline const rule rules[] = {
    {"Include", include_faults},     {"Length", length_faults}, {"Function", function_faults},
    {"Blank", blank_faults},         {"Todo", todo_faults},     {"Float", float_faults},
    {"Changelog", changelog_faults},
};

} // namespace tidy
#endif
