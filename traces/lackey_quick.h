/*
 * The inner loop of a replay: one line of lackey's text in a few instructions. Knows the lines that
 * lackey prints, "I  0401ab70,3" and " L 1fff0005e8,8", with 8 to 16 lower-case digits and a size
 * of one or two digits; everything else is the careful reader's. Private to this folder.
 *
 * Eight hexadecimal digits are turned into a number at once, each in its own byte of a word.
 */
#ifndef TRACES_LACKEY_QUICK_H
#define TRACES_LACKEY_QUICK_H

#include "traces/lackey_line.h"

#define EACH_BYTE(b) (0x0101010101010101ull * (b))

/* First character in the low byte. Compilers make one load of it where bytes lie that way. */
static inline u64 lackey_load8(const u8 *p)
{
    return (u64)p[0] | (u64)p[1] << 8 | (u64)p[2] << 16 | (u64)p[3] << 24 | (u64)p[4] << 32 |
           (u64)p[5] << 40 | (u64)p[6] << 48 | (u64)p[7] << 56;
}

/*
 * Eight lower-case hexadecimal digits. *bad gets a bit if one of them is none: the digits are
 * made again from the values, and must be what was read. ('g' to 'o' come back as they were, but
 * with values of 16 and more.)
 */
static inline u64 lackey_hex8(u64 text, u64 *bad)
{
    u64 value = (text & EACH_BYTE(0x0F)) + ((text >> 6) & EACH_BYTE(0x01)) * 9;
    u64 is_letter = ((value + EACH_BYTE(0x80 - 10)) >> 7) & EACH_BYTE(0x01);
    u64 again = value + EACH_BYTE('0') + is_letter * ('a' - '0' - 10);

    *bad |= (again ^ text) | (value & EACH_BYTE(0xF0));
    value = (value << 4 | value >> 8) & 0x00FF00FF00FF00FFull;
    value = (value << 8 | value >> 16) & 0x0000FFFF0000FFFFull;
    return (value << 16 | value >> 32) & 0x00000000FFFFFFFFull;
}

enum { LACKEY_PEEK = 32 }; /* Bytes behind the last line end that must be readable. */

/* One digit, or something with bits above 0x0F. */
static inline u64 lackey_hex1(u8 c)
{
    u8 decimal = (u8)(c - '0'), letter = (u8)(c - 'a');
    return decimal < 10 ? decimal : letter < 6 ? letter + 10u : 0xF0u;
}

/*
 * The line starts at p, and a line feed ends it. Gives the byte after the line feed, or NULL: ask
 * the careful reader. No character but the last can match a line feed, so that nothing behind the
 * line is ever taken for a part of it.
 */
static inline const u8 *lackey_quick_line(const u8 *p, struct lackey_access *a)
{
    bool fetch = p[0] == 'I' && p[1] == ' ';
    bool data = p[0] == ' ' && (p[1] == 'L' || p[1] == 'S' || p[1] == 'M');
    if (UNLIKELY(!(fetch || data) || p[2] != ' '))
        return NULL;
    a->letter = fetch ? 'I' : p[1];

    u64 bad = 0;
    u64 va = lackey_hex8(lackey_load8(p + 3), &bad);
    p += 11;
    for (int i = 0; i < 8 && *p != ','; i++, p++) {
        u64 digit = lackey_hex1(*p);
        bad |= digit & 0xF0;
        va = va << 4 | digit;
    }
    bad |= (u64)(*p ^ ',');

    u32 size = (u32)(u8)(p[1] - '0');
    bad |= size > 9;
    p += 2;
    if (*p != '\n') {
        u32 digit = (u32)(u8)(*p++ - '0');
        bad |= digit > 9;
        size = size * 10 + digit;
    }
    if (UNLIKELY(bad != 0 || *p != '\n' || size == 0 || (va + size - 1) >> LACKEY_VA_BITS != 0))
        return NULL;
    a->va = va;
    a->size = size;
    return p + 1;
}

#endif
