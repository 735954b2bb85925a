#include "base/base.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace {

class Err : public ::testing::Test {
protected:
    struct err e = {ERR_NONE, "text of before"};
};

} // namespace

TEST_F(Err, SetReturnsFalseAndFillsCodeAndText)
{
    EXPECT_FALSE(err_set(&e, ERR_IO, "cannot write %s: %d bytes left", "a.db", 7));
    EXPECT_EQ(e.code, ERR_IO);
    EXPECT_STREQ(e.text, "cannot write a.db: 7 bytes left");
}

TEST_F(Err, PlaceIsAsPreciseAsItIsKnown)
{
    EXPECT_FALSE(err_set_at(&e, ERR_USAGE, "run.yaml", 12, 7, "unknown key '%s'", "vcpu"));
    EXPECT_EQ(e.code, ERR_USAGE);
    EXPECT_STREQ(e.text, "run.yaml:12:7: unknown key 'vcpu'");
    err_set_at(&e, ERR_USAGE, "run.yaml", 12, 0, "x");
    EXPECT_STREQ(e.text, "run.yaml:12: x");
    err_set_at(&e, ERR_USAGE, "run.yaml", 0, 0, "x");
    EXPECT_STREQ(e.text, "run.yaml: x");
    err_set_at(&e, ERR_USAGE, "run.yaml", 0, 7, "x");
    EXPECT_STREQ(e.text, "run.yaml: x") << "a column without a line says nothing";
}

TEST_F(Err, NobodyNeedsToListen)
{
    EXPECT_FALSE(err_set(nullptr, ERR_USAGE, "%d", 1));
    EXPECT_FALSE(err_set_at(nullptr, ERR_USAGE, "f", 1, 1, "%d", 1));
}

TEST_F(Err, ControlCharactersBecomeSpaces)
{
    err_set(&e, ERR_USAGE, "found '%s'", "a\nb\tc\033[1m\r\x7f");
    EXPECT_STREQ(e.text, "found 'a b c [1m  '");
    err_set_at(&e, ERR_USAGE, "a\nb", 1, 0, "x");
    EXPECT_STREQ(e.text, "a b:1: x");
}

TEST_F(Err, TextThatFitsIsWhole)
{
    std::string text(ERR_TEXT_MAX - 1, 'x');
    err_set(&e, ERR_USAGE, "%s", text.c_str());
    EXPECT_EQ(e.text, text);
}

TEST_F(Err, TextThatDoesNotFitIsCutAndTerminated)
{
    std::string text(ERR_TEXT_MAX, 'x');
    err_set(&e, ERR_USAGE, "%s", text.c_str());
    EXPECT_EQ(strlen(e.text), size_t{ERR_TEXT_MAX - 1});
    err_set_at(&e, ERR_USAGE, text.c_str(), 4000000000u, 4000000000u, "%s", text.c_str());
    EXPECT_EQ(strlen(e.text), size_t{ERR_TEXT_MAX - 1});
}

/* Characters of 2, 3 and 4 bytes, cut at each of their bytes: whole ones stay. */
TEST_F(Err, TextIsNeverCutInsideACharacter)
{
    for (std::string character : {"\u00b5", "\u20ac", "\U0001f600"})
        for (size_t shift = 0; shift < character.size(); shift++) {
            std::string text(shift, 'x');
            while (text.size() < ERR_TEXT_MAX)
                text += character;
            err_set(&e, ERR_USAGE, "%s", text.c_str());
            std::string found = e.text;
            EXPECT_EQ((found.size() - shift) % character.size(), 0u);
            EXPECT_EQ(text.compare(0, found.size(), found), 0);
            EXPECT_GE(found.size() + 2 * character.size(), size_t{ERR_TEXT_MAX});
        }
}

/* The exit statuses are a contract of the program. */
TEST_F(Err, CodesAreTheExitStatus)
{
    EXPECT_EQ(ERR_NONE, 0);
    EXPECT_EQ(ERR_GATE, 1);
    EXPECT_EQ(ERR_USAGE, 2);
    EXPECT_EQ(ERR_BROKEN, 3);
    EXPECT_EQ(ERR_IO, 4);
}
