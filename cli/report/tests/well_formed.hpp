/* Is a text well-nested markup? Scripts and styles count as text; a name may stand once as id. */
#ifndef CLI_REPORT_TESTS_WELL_FORMED_HPP
#define CLI_REPORT_TESTS_WELL_FORMED_HPP

#include <set>
#include <string>
#include <vector>

namespace well_formed {

using std::string;

inline bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == ':';
}

class reader {
public:
    explicit reader(const string &text) : text_(text)
    {
    }

    /* "": it is; else what is wrong, with what stands there. */
    string complaint()
    {
        while (at_ < text_.size() && wrong_.empty())
            step();
        if (wrong_.empty() && !open_.empty())
            wrong_ = "not closed: " + open_.back();
        return wrong_;
    }

private:
    const string &text_;
    size_t at_ = 0;
    std::vector<string> open_;
    std::set<string> ids_;
    string wrong_;

    void fail(const string &words)
    {
        wrong_ = words + ": " + text_.substr(at_ < 40 ? 0 : at_ - 40, 100);
    }
    bool looking_at(const string &words) const
    {
        return text_.compare(at_, words.size(), words) == 0;
    }
    string name()
    {
        const size_t begin = at_;
        while (at_ < text_.size() && is_name(text_[at_]))
            at_++;
        return text_.substr(begin, at_ - begin);
    }
    void reference()
    {
        for (const char *known : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"})
            if (looking_at(known)) {
                at_ += string(known).size();
                return;
            }
        fail("a bare &");
    }
    void step()
    {
        if (looking_at("<!DOCTYPE html>"))
            at_ += 15;
        else if (looking_at("</"))
            end_tag();
        else if (text_[at_] == '<')
            start_tag();
        else if (text_[at_] == '&')
            reference();
        else if (text_[at_] == '>')
            fail("a bare >");
        else
            at_++;
    }
    void end_tag()
    {
        at_ += 2;
        const string tag = name();
        if (open_.empty() || open_.back() != tag || text_[at_] != '>')
            return fail("</" + tag + "> closes " + (open_.empty() ? "nothing" : open_.back()));
        open_.pop_back();
        at_++;
    }
    void start_tag()
    {
        std::set<string> names;
        at_++;
        const string tag = name();
        if (tag.empty())
            return fail("a bare <");
        while (wrong_.empty() && looking_at(" ")) {
            at_++;
            attribute(&names);
        }
        if (looking_at("/>")) {
            at_ += 2;
        } else if (looking_at(">")) {
            at_++;
            open_.push_back(tag);
            if (tag == "script" || tag == "style") /* Raw up to their end. */
                at_ = text_.find("</" + tag + ">", at_);
        } else if (wrong_.empty()) {
            fail("<" + tag + " does not end");
        }
    }
    void attribute(std::set<string> *names)
    {
        const string key = name();
        if (key.empty() || !looking_at("=\"") || !names->insert(key).second)
            return fail("attribute " + key);
        at_ += 2;
        const size_t begin = at_;
        while (wrong_.empty() && at_ < text_.size() && text_[at_] != '"')
            if (text_[at_] == '&')
                reference();
            else if (text_[at_] == '<')
                fail("< in an attribute");
            else
                at_++;
        if (key == "id" && !ids_.insert(text_.substr(begin, at_ - begin)).second)
            fail("the id stands twice");
        at_++;
    }
};

inline string complaint(const string &text)
{
    return reader(text).complaint();
}

} // namespace well_formed

#endif
