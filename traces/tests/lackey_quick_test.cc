/* The quick reader of a line is the careful one, only faster. */
#include "traces/lackey_quick.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace {

/* As in the buffer: the line, its end, and bytes behind it that must not be believed. */
const u8 *quick(const std::string &line, char behind, lackey_access *a, u8 *room)
{
    std::memset(room, behind, 512);
    std::memcpy(room, line.data(), line.size());
    room[line.size()] = '\n';
    return lackey_quick_line(room, a);
}

/* True: the quick one took the line. What it takes, the careful one must take alike. */
bool agree(const std::string &line)
{
    u8 room[512];
    bool taken = false;
    for (char behind : {'\0', '0', 'f', ',', '\n', '\xff'}) {
        lackey_access a{}, b{};
        const u8 *next = quick(line, behind, &a, room);
        if (next == nullptr)
            continue;
        taken = true;
        err e{};
        EXPECT_TRUE(lackey_careful_line(room, line.size(), "FILE", 1, &b, &e)) << e.text;
        EXPECT_EQ(next, room + line.size() + 1) << line;
        EXPECT_EQ(a.va, b.va) << line;
        EXPECT_EQ(a.size, b.size) << line;
        EXPECT_EQ(a.letter, b.letter) << line;
    }
    return taken;
}

} // namespace

TEST(LackeyQuick, TakesWhatLackeyPrints)
{
    for (const char *line : {"I  0401ab70,3", " L 1fff0005e8,8", " S 04bae027,32", " M 00000000,1",
                             " L 123456789abc,99", " L ffffffffffff,1", " S 0000123456789abc,64"})
        EXPECT_TRUE(agree(line)) << line;
}

TEST(LackeyQuick, LeavesTheRestToTheCareful)
{
    for (const char *line :
         {"", "==", "I  0401ab70,3\r", " L 401ab70,8", " L 0401AB70,8", " L 0401ab70,128",
          " L 0401ab70,0", " L 0401ab70,00", " L 0401ab70,", " L 0401ab70", " L 0401ab7g,8",
          " L 1000000000000,8", " L ffffffffffff,2", " L 00000123456789abc,8", " X 0401ab70,8",
          "II 0401ab70,8", " L0401ab700,8", "I L0401ab700,8"})
        EXPECT_FALSE(agree(line)) << line;
}

/* Each byte of two good lines replaced by each of the 255 other values. */
TEST(LackeyQuick, EachChangedByteIsSeen)
{
    for (const std::string good : {"I  0401ab70,3", " L 1fff0005e8,16"})
        for (size_t at = 0; at < good.size(); at++)
            for (int value = 0; value < 256; value++) {
                std::string line = good;
                line[at] = static_cast<char>(value);
                if (value != '\n')
                    agree(line);
            }
}

/* Each pair of a place and a byte value, in the eight digits that are read at once. */
TEST(LackeyQuick, EachOfEightDigitsIsReadRight)
{
    for (int place = 0; place < 8; place++)
        for (int value = 0; value < 256; value++) {
            u8 text[8];
            std::memset(text, '0', sizeof(text));
            text[place] = static_cast<u8>(value);
            u64 bad = 0, got = lackey_hex8(lackey_load8(text), &bad);
            const char *digits = "0123456789abcdef";
            const char *digit = value == 0 ? nullptr : std::strchr(digits, value);
            EXPECT_EQ(bad == 0, digit != nullptr) << place << " " << value;
            if (digit != nullptr) {
                EXPECT_EQ(got, static_cast<u64>(digit - digits) << 4 * (7 - place));
            }
        }
}

TEST(LackeyQuick, EachSingleDigitIsReadRight)
{
    for (int value = 0; value < 256; value++) {
        const char *digits = "0123456789abcdef";
        const char *digit = value == 0 ? nullptr : std::strchr(digits, value);
        u64 got = lackey_hex1(static_cast<u8>(value));
        if (digit != nullptr) {
            EXPECT_EQ(got, static_cast<u64>(digit - digits));
        } else {
            EXPECT_NE(got & 0xF0, 0u) << value;
        }
    }
}
