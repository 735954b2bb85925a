#include "traces/lackey_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXAMPLE "as in \" L 1fff0005e8,8\""

/* What stands in front of the address. The column is the index into the line. */
enum { ADDRESS_AT = 3, DIGITS_MAX = 16, FOUND_MAX = 24 };

struct line {
    const u8 *text;
    size_t size;
    const char *path;
    u64 number;
};

/* The word at the column, for people: up to a blank, and what cannot be printed as \xNN. */
static void quote_word(const struct line *l, size_t at, char *to, size_t room)
{
    size_t used = 0;

    for (size_t i = at; i < l->size && i < at + FOUND_MAX; i++) {
        u8 c = l->text[i];
        if (c == ' ' && i > at)
            break;
        bool plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';
        int n = snprintf(to + used, room - used, plain ? "%c" : "\\x%02x", c);
        used += (size_t)n;
    }
    to[used] = '\0';
}

static bool complain(const struct line *l, size_t at, const char *expected, struct err *e)
{
    char word[4 * FOUND_MAX + 1];

    if (at >= l->size)
        return err_set(e, ERR_USAGE, "%s:%" PRIu64 ":%zu: found the end of the line, expected %s",
                       l->path, l->number, at + 1, expected);
    quote_word(l, at, word, sizeof(word));
    return err_set(e, ERR_USAGE, "%s:%" PRIu64 ":%zu: found \"%s\", expected %s", l->path,
                   l->number, at + 1, word, expected);
}

static int hex_digit(u8 c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* 'I', 'L', 'S' or 'M', 0 if the line does not start as lackey starts a line. */
static u8 line_letter(const struct line *l)
{
    if (l->size < ADDRESS_AT)
        return 0;
    if (memcmp(l->text, "I  ", 3) == 0)
        return 'I';
    bool data = l->text[0] == ' ' && l->text[2] == ' ' && l->text[1] != '\0' &&
                strchr("LSM", l->text[1]) != NULL;
    return data ? l->text[1] : 0;
}

static bool parse_address(const struct line *l, size_t *at, u64 *va, struct err *e)
{
    size_t i = *at;
    u64 value = 0;

    for (; i < l->size && hex_digit(l->text[i]) >= 0 && i < *at + DIGITS_MAX; i++)
        value = value << 4 | (u64)hex_digit(l->text[i]);
    if (i == *at)
        return complain(l, i, "a hexadecimal address, " EXAMPLE, e);
    if (value >> LACKEY_VA_BITS != 0)
        return complain(l, *at, "an address below 2^48 (at most 12 hexadecimal digits), " EXAMPLE,
                        e);
    if (i == l->size || l->text[i] != ',')
        return complain(l, i, "a comma after the hexadecimal address, " EXAMPLE, e);
    *at = i + 1;
    *va = value;
    return true;
}

static bool parse_size(const struct line *l, size_t *at, u32 *size, struct err *e)
{
    size_t i = *at;
    u32 value = 0;

    for (; i < l->size && l->text[i] >= '0' && l->text[i] <= '9'; i++)
        if (value <= LACKEY_SIZE_MAX)
            value = value * 10 + (u32)(l->text[i] - '0');
    if (i == *at || value == 0 || value > LACKEY_SIZE_MAX)
        return complain(l, *at, "a size of 1 to 4096 bytes, " EXAMPLE, e);
    if (i < l->size)
        return complain(l, i, "the end of the line after the size, " EXAMPLE, e);
    *at = i;
    *size = value;
    return true;
}

bool lackey_careful_line(const u8 *line, size_t size, const char *path, u64 number,
                         struct lackey_access *a, struct err *e)
{
    if (size > 0 && line[size - 1] == '\r')
        size--;
    *a = (struct lackey_access){0};
    if (size == 0 || (size >= 2 && line[0] == '=' && line[1] == '='))
        return true;

    struct line l = {line, size, path, number};
    if (size > LACKEY_LINE_MAX)
        return err_set(e, ERR_USAGE,
                       "%s:%" PRIu64
                       ":%d: found a line of more than %d bytes, expected an access, " EXAMPLE,
                       path, number, LACKEY_LINE_MAX + 1, LACKEY_LINE_MAX);
    u8 letter = line_letter(&l);
    if (letter == 0)
        return complain(&l, 0,
                        "an access (\"I  \", \" L \", \" S \" or \" M \" and an address) or a "
                        "comment (\"==\"), " EXAMPLE "; valgrind --log-file=FILE keeps the "
                        "program's own output out",
                        e);

    size_t at = ADDRESS_AT;
    if (!parse_address(&l, &at, &a->va, e) || !parse_size(&l, &at, &a->size, e))
        return false;
    if ((a->va + a->size - 1) >> LACKEY_VA_BITS != 0)
        return complain(&l, ADDRESS_AT, "an access that ends below 2^48, " EXAMPLE, e);
    a->letter = letter;
    return true;
}

bool lackey_unfinished_line(const u8 *line, size_t size, const char *path, u64 number,
                            struct err *e)
{
    struct line l = {line, size, path, number};
    char word[4 * FOUND_MAX + 1];

    quote_word(&l, 0, word, sizeof(word));
    return err_set(e, ERR_USAGE,
                   "%s:%" PRIu64 ":%zu: the file ends inside a line that starts with \"%s\", "
                   "expected a line end, " EXAMPLE ": the trace was cut off",
                   path, number, size + 1, word);
}
