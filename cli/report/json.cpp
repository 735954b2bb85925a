#include "cli/report/json.hpp"

#include <cmath>
#include <cstdio>

namespace cli::report {

namespace {

std::string quoted(const std::string &text)
{
    std::string out = "\"";
    char code[8];

    for (char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        if ((unsigned char)c < 0x20) {
            std::snprintf(code, sizeof code, "\\u%04x", (unsigned)c);
            out += code;
        } else {
            out += c;
        }
    }
    return out + '"';
}

} // namespace

void json::begin(const std::string &key)
{
    if (!is_first_)
        out_ += ',';
    if (!closing_.empty())
        out_ += '\n' + std::string(2 * closing_.size(), ' ');
    is_first_ = false;
    if (!key.empty())
        out_ += quoted(key) + ": ";
}

json &json::open(const char *bracket, const std::string &key)
{
    begin(key);
    out_ += bracket;
    closing_.push_back(*bracket == '{' ? '}' : ']');
    is_first_ = true;
    return *this;
}

json &json::close()
{
    ASSERT(!closing_.empty());
    const char end = closing_.back();

    closing_.pop_back();
    if (!is_first_)
        out_ += '\n' + std::string(2 * closing_.size(), ' ');
    out_ += end;
    is_first_ = false;
    return *this;
}

json &json::text(const std::string &key, const std::string &value)
{
    begin(key);
    out_ += quoted(value);
    return *this;
}

json &json::number(const std::string &key, double value)
{
    char text[64];

    if (!std::isfinite(value))
        return null(key);
    std::snprintf(text, sizeof text, "%.9g", value);
    begin(key);
    out_ += text;
    return *this;
}

json &json::integer(const std::string &key, u64 value)
{
    begin(key);
    out_ += std::to_string(value);
    return *this;
}

json &json::truth(const std::string &key, bool value)
{
    begin(key);
    out_ += value ? "true" : "false";
    return *this;
}

json &json::null(const std::string &key)
{
    begin(key);
    out_ += "null";
    return *this;
}

std::string json::take()
{
    ASSERT(closing_.empty());
    return std::move(out_) + "\n";
}

} // namespace cli::report
