#include "model/results/line.h"

#include <stdarg.h>
#include <string.h>

enum { QUANTITY_LIMIT = 10000 }; /* Four digits. */

struct unit {
    u64 size;
    const char *word;
};

static u128 divide(u128 part, u64 whole)
{
    return (part + whole / 2) / whole;
}

u64 ratio(u64 part, u64 scale, u64 whole)
{
    u128 value = divide((u128)part * scale, whole);

    return value < UINT64_MAX ? (u64)value : UINT64_MAX;
}

/* The finest unit, and in it the most decimals, with which four digits suffice. */
static const char *words_scaled(char *text, u64 value, const struct unit *unit, u32 unit_count)
{
    static const u32 power[] = {1, 10, 100, 1000};

    for (u32 i = 1; i < unit_count; i++)
        for (u32 decimals = 3; decimals > 0; decimals--) {
            u128 digits = divide((u128)value * power[decimals], unit[i].size);
            if (digits >= QUANTITY_LIMIT)
                continue;
            snprintf(text, QUANTITY_WORDS_MAX, "%u.%0*u %s", (u32)digits / power[decimals],
                     (int)decimals, (u32)digits % power[decimals], unit[i].word);
            return text;
        }
    const struct unit *last = &unit[unit_count - 1];
    snprintf(text, QUANTITY_WORDS_MAX, "%llu %s", (unsigned long long)(value / last->size),
             last->word);
    return text;
}

const char *words_time(char *text, u64 ps)
{
    static const struct unit units[] = {
        {1, "ps"}, {PS_PER_NS, "ns"}, {PS_PER_US, "us"}, {PS_PER_MS, "ms"}, {PS_PER_S, "s"},
    };

    if (ps >= PS_PER_NS)
        return words_scaled(text, ps, units, ARRAY_COUNT(units));
    snprintf(text, QUANTITY_WORDS_MAX, "%u ps", (u32)ps);
    return text;
}

const char *words_count(char *text, u64 count)
{
    static const struct unit units[] = {
        {1, ""}, {1000, "k"}, {1000000, "M"}, {1000000000, "G"}, {1000000000000, "T"},
    };

    if (count >= QUANTITY_LIMIT)
        return words_scaled(text, count, units, ARRAY_COUNT(units));
    snprintf(text, QUANTITY_WORDS_MAX, "%u", (u32)count);
    return text;
}

const char *words_tenths(char *text, u64 part, u64 whole)
{
    u64 tenths = whole != 0 ? ratio(part, 10, whole) : 0;

    snprintf(text, QUANTITY_WORDS_MAX, whole != 0 ? "%llu.%u" : "-",
             (unsigned long long)(tenths / 10), (u32)(tenths % 10));
    return text;
}

const char *words_permille(char *text, u64 part, u64 whole)
{
    u64 permille = whole != 0 ? ratio(part, 1000, whole) : 0;

    snprintf(text, QUANTITY_WORDS_MAX, whole != 0 ? "%llu.%u %%" : "-",
             (unsigned long long)(permille / 10), (u32)(permille % 10));
    return text;
}

void line_init(struct line *l)
{
    l->len = 0;
    l->text[0] = '\0';
}

bool line_add(struct line *l, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int size = vsnprintf(l->text + l->len, sizeof l->text - l->len, format, args);
    va_end(args);
    if (size >= 0 && l->len + (u32)size <= LINE_COLUMNS) {
        l->len += (u32)size;
        return true;
    }
    l->text[l->len] = '\0';
    return false;
}

void line_to(struct line *l, u32 column)
{
    while (l->len < column && line_add(l, " "))
        continue;
}

void line_right(struct line *l, u32 column, const char *text)
{
    u32 size = (u32)strlen(text);

    line_to(l, size < column ? column - size : 0);
    line_add(l, "%s", text);
}

void line_flow(struct line *l, FILE *out, u32 indent, const char *format, ...)
{
    char clause[LINE_COLUMNS + 1];
    va_list args;

    va_start(args, format);
    vsnprintf(clause, sizeof clause, format, args);
    va_end(args);
    if (l->len > indent) {
        bool fits = l->len + strlen(clause) + 3 <= LINE_COLUMNS; /* And a comma behind it. */
        line_add(l, fits ? ", " : ",");
        if (!fits)
            line_end(l, out);
    }
    line_to(l, indent);
    line_add(l, "%.*s", (int)(LINE_COLUMNS - l->len), clause);
}

void line_bar(struct line *l, u32 len)
{
    while (len-- != 0 && line_add(l, "#"))
        continue;
}

void line_end(struct line *l, FILE *out)
{
    while (l->len != 0 && l->text[l->len - 1] == ' ')
        l->text[--l->len] = '\0';
    fprintf(out, "%s\n", l->text);
    line_init(l);
}
