/*
 * A strict reader of the JSON that the reports write: objects, integers, strings, true, false and
 * null, no more (RFC 8259). Gives every leaf under its path, with '/' between the keys, since keys
 * may hold dots.
 */
#ifndef MODEL_RESULTS_TESTS_JSON_READER_HPP
#define MODEL_RESULTS_TESTS_JSON_READER_HPP

#include <gtest/gtest.h>

#include <map>
#include <string>

class json_reader {
  public:
    std::map<std::string, std::string> leaf; /* Strings keep their opening quote. */

    explicit json_reader(const std::string &text) : text_(text)
    {
        skip();
        object("");
        skip();
        if (at_ != text_.size())
            fail("text behind the object");
    }

    bool has(const std::string &path) const { return leaf.count(path) != 0; }
    const std::string &raw(const std::string &path) const
    {
        static const std::string none = "(none)";
        auto found = leaf.find(path);
        EXPECT_NE(found, leaf.end()) << path;
        return found != leaf.end() ? found->second : none;
    }
    std::string text(const std::string &path) const { return raw(path).substr(1); }
    unsigned long long number(const std::string &path) const
    {
        const std::string &value = raw(path);
        bool is_number = value.find_first_not_of("0123456789") == std::string::npos;
        EXPECT_TRUE(is_number) << path << " is " << value;
        return is_number ? std::stoull(value) : 0;
    }
    unsigned long long sum(const std::string &prefix) const
    {
        unsigned long long sum = 0;
        for (auto i = leaf.lower_bound(prefix); i != leaf.end() && starts(i->first, prefix); ++i)
            sum += number(i->first);
        return sum;
    }

  private:
    const std::string text_;
    size_t at_ = 0;

    static bool starts(const std::string &s, const std::string &head)
    {
        return s.compare(0, head.size(), head) == 0;
    }
    void fail(const char *what)
    {
        ADD_FAILURE() << what << " at byte " << at_;
        at_ = text_.size();
    }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void skip()
    {
        while (peek() == ' ' || peek() == '\n')
            at_++;
    }
    bool take(char c)
    {
        if (peek() != c)
            return false;
        at_++;
        return true;
    }

    void object(const std::string &path)
    {
        if (!take('{'))
            return fail("no object");
        skip();
        if (take('}'))
            return;
        do {
            skip();
            std::string key = string();
            skip();
            if (!take(':'))
                return fail("no colon");
            skip();
            value(path.empty() ? key : path + "/" + key);
            skip();
        } while (take(','));
        if (!take('}'))
            fail("no end of the object");
    }

    void value(const std::string &path)
    {
        std::string found;
        if (peek() == '{')
            return object(path);
        if (peek() == '"')
            found = '"' + string();
        else
            while (isalnum((unsigned char)peek()))
                found += text_[at_++];
        bool is_number = found.find_first_not_of("0123456789") == std::string::npos;
        bool is_word = found == "true" || found == "false" || found == "null";
        if (found.empty() || (found[0] != '"' && !is_word && !is_number) ||
            (is_number && found.size() > 1 && found[0] == '0'))
            fail("no value");
        if (!leaf.emplace(path, found).second)
            fail("the same key again");
    }

    std::string string()
    {
        std::string found;
        if (!take('"'))
            fail("no string");
        while (at_ < text_.size() && peek() != '"') {
            if ((unsigned char)peek() < ' ')
                fail("a control character");
            if (peek() == '\\')
                found += text_[at_++];
            found += text_[at_++];
        }
        if (!take('"'))
            fail("no end of the string");
        return found;
    }
};

#endif
