#include "cli/report/markup.hpp"

#include <cmath>
#include <cstdio>

#include "base/base.h"

namespace cli::report {

namespace {

const char replacement[] = "\xef\xbf\xbd";

/* Length of the character of UTF-8 at `at`; 0: it is none. */
size_t utf8_length(const std::string &text, size_t at)
{
    const unsigned char c = (unsigned char)text[at];
    const size_t length = c < 0x80   ? 1
                          : c < 0xc2 ? 0
                          : c < 0xe0 ? 2
                          : c < 0xf0 ? 3
                          : c < 0xf5 ? 4
                                     : 0;
    u32 code = c & (length == 2 ? 0x1f : length == 3 ? 0x0f : 0x07);

    if (length <= 1)
        return length;
    for (size_t i = 1; i < length; i++) {
        if (at + i >= text.size() || ((unsigned char)text[at + i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | ((unsigned char)text[at + i] & 0x3f);
    }
    const bool is_short = code < (length == 2 ? 0x80u : length == 3 ? 0x800u : 0x10000u);
    const bool is_no_character =
        (code >= 0xd800 && code < 0xe000) || code > 0x10ffff || (code & 0xfffe) == 0xfffe;
    return is_short || is_no_character ? 0 : length;
}

} // namespace

std::string escape(const std::string &text)
{
    std::string out;

    out.reserve(text.size());
    for (size_t i = 0; i < text.size();) {
        const size_t length = utf8_length(text, i);
        const unsigned char c = (unsigned char)text[i];
        if (length == 0 || (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
            out += replacement;
        else if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else if (c == '\'')
            out += "&#39;";
        else
            out.append(text, i, length);
        i += length == 0 ? 1 : length;
    }
    return out;
}

std::string px(double value)
{
    char text[64];
    const double tenths = std::round(value * 10);

    ASSERT(std::isfinite(value));
    if (tenths == 0)
        return "0";
    std::snprintf(text, sizeof text, std::fmod(tenths, 10) == 0 ? "%.0f" : "%.1f", tenths / 10);
    return text;
}

void markup::begin(const char *tag, const attributes &list)
{
    out_ += '<';
    out_ += tag;
    for (const attribute &a : list) {
        out_ += ' ';
        out_ += a.name;
        out_ += "=\"" + escape(a.value) + "\"";
    }
}

markup &markup::open(const char *tag, const attributes &list)
{
    begin(tag, list);
    out_ += '>';
    open_.push_back(tag);
    return *this;
}

markup &markup::close()
{
    ASSERT(!open_.empty());
    out_ += std::string("</") + open_.back() + ">";
    open_.pop_back();
    return *this;
}

markup &markup::text(const std::string &words)
{
    out_ += escape(words);
    return *this;
}

markup &markup::element(const char *tag, const attributes &list, const std::string &words)
{
    return open(tag, list).text(words).close();
}

markup &markup::empty(const char *tag, const attributes &list)
{
    begin(tag, list);
    out_ += "/>";
    return *this;
}

markup &markup::raw(const std::string &text)
{
    out_ += text;
    return *this;
}

markup &markup::line()
{
    out_ += '\n';
    return *this;
}

std::string markup::take()
{
    ASSERT(open_.empty());
    return std::move(out_);
}

} // namespace cli::report
