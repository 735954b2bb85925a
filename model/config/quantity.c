#include "model/config/quantity.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

__extension__ typedef unsigned __int128 u128;

enum { UNITS_MAX = 6, DECIMALS_MAX = 12 };

struct unit {
    const char *name;
    u64 factor; /* Base units in one. */
};

struct quantity_row {
    const char *words, *example, *pattern;
    bool is_rounded; /* To the nearest base unit; the others must be whole. */
    struct unit unit[UNITS_MAX]; /* Ascending. */
};

#define DECIMAL "^[0-9]+(\\\\.[0-9]{1,12})? *"

/* clang-format off */
static const struct quantity_row rows[QUANTITY_KIND_COUNT] = {
    [QUANTITY_TIME] = {
        "a time in ps, ns, us, ms or s", "36.2us", DECIMAL "(ps|ns|us|ms|s)$", true,
        {{"ps", 1}, {"ns", PS_PER_NS}, {"us", PS_PER_US}, {"ms", PS_PER_MS}, {"s", PS_PER_S}}},
    [QUANTITY_SIZE] = {
        "a size in B, KiB, MiB, GiB or TiB", "4KiB", DECIMAL "(B|KiB|MiB|GiB|TiB)$", false,
        {{"B", 1}, {"KiB", 1ull << 10}, {"MiB", 1ull << 20}, {"GiB", 1ull << 30},
         {"TiB", 1ull << 40}}},
    [QUANTITY_FREQ] = {
        "a frequency in Hz, kHz, MHz or GHz", "2GHz", DECIMAL "(Hz|kHz|MHz|GHz)$", false,
        {{"Hz", 1}, {"kHz", 1000}, {"MHz", 1000000}, {"GHz", 1000000000}}},
    [QUANTITY_PERCENT] = {
        "a whole percentage", "90%", "^[0-9]+ *%$", false, {{"%", 1}}},
    [QUANTITY_COUNT] = {
        "a whole number", "4", "^([0-9]+|0x[0-9a-fA-F]+)$", false, {{"", 1}}},
    [QUANTITY_MILLI] = {
        "a number with at most 3 decimals", "0.4", "^[0-9]+(\\\\.[0-9]{1,3})?$", false,
        {{"", 1000}}},
};
/* clang-format on */

struct decimal {
    u64 whole;
    u64 fraction; /* Of 10^digits. */
    u32 digits;
};

static u64 power_of_ten(u32 n)
{
    u64 power = 1;

    while (n-- > 0)
        power *= 10;
    return power;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static enum quantity_error read_decimal(const char **text, struct decimal *d)
{
    const char *s = *text;

    *d = (struct decimal){0};
    if (*s == '-')
        return QUANTITY_NEGATIVE;
    if (!is_digit(*s))
        return QUANTITY_NOT_A_NUMBER;
    for (; is_digit(*s); s++)
        if (__builtin_mul_overflow(d->whole, 10u, &d->whole)
            || __builtin_add_overflow(d->whole, (u64)(*s - '0'), &d->whole))
            return QUANTITY_TOO_LARGE;
    if (*s == '.') {
        if (!is_digit(*++s))
            return QUANTITY_NOT_A_NUMBER;
        for (; is_digit(*s); s++, d->digits++) {
            if (d->digits == DECIMALS_MAX)
                return QUANTITY_TOO_FINE;
            d->fraction = d->fraction * 10 + (u64)(*s - '0');
        }
    }
    *text = s;
    return QUANTITY_GOOD;
}

/* The fraction that rounding leaves is at most half a base unit, but nothing may become zero. */
static enum quantity_error scale(const struct decimal *d, u64 factor, bool is_rounded, u64 *value)
{
    u64 power = power_of_ten(d->digits);
    u128 part = (u128)d->fraction * factor;
    u128 sum = (u128)d->whole * factor + part / power;
    u64 rest = (u64)(part % power);

    if (rest != 0 && !is_rounded)
        return QUANTITY_TOO_FINE;
    sum += rest >= power - rest;
    if (rest != 0 && sum == 0)
        return QUANTITY_TOO_FINE;
    if (sum > UINT64_MAX)
        return QUANTITY_TOO_LARGE;
    *value = (u64)sum;
    return QUANTITY_GOOD;
}

static enum quantity_error read_hexadecimal(const char *s, u64 *value)
{
    *value = 0;
    if (*s == '\0')
        return QUANTITY_NOT_A_NUMBER;
    for (; *s != '\0'; s++) {
        const char *digits = "0123456789abcdef";
        const char *found = strchr(digits, *s >= 'A' && *s <= 'F' ? *s - 'A' + 'a' : *s);

        if (found == NULL)
            return QUANTITY_NOT_A_NUMBER;
        if (*value >> 60 != 0)
            return QUANTITY_TOO_LARGE;
        *value = *value << 4 | (u64)(found - digits);
    }
    return QUANTITY_GOOD;
}

enum quantity_error quantity_parse(enum quantity kind, const char *text, u64 *value)
{
    const struct quantity_row *row = &rows[kind];
    struct decimal d;

    if (kind == QUANTITY_COUNT && strncmp(text, "0x", 2) == 0)
        return read_hexadecimal(text + 2, value);
    enum quantity_error error = read_decimal(&text, &d);
    if (error != QUANTITY_GOOD)
        return error;
    while (*text == ' ')
        text++;
    for (u32 i = 0; i < UNITS_MAX && row->unit[i].name != NULL; i++)
        if (strcmp(text, row->unit[i].name) == 0)
            return scale(&d, row->unit[i].factor, row->is_rounded, value);
    if (*text == '\0')
        return QUANTITY_NO_UNIT;
    return QUANTITY_WRONG_UNIT;
}

enum quantity_error quantity_parse_cost(const char *text, u64 clock_hz, u64 *ps)
{
    const u64 cycles_max = PS_PER_S; /* Keeps the product below inside 128 bits. */
    const char *s = text;
    struct decimal d;
    enum quantity_error error = read_decimal(&s, &d);

    if (error != QUANTITY_GOOD)
        return error;
    while (*s == ' ')
        s++;
    if (strcmp(s, "cyc") != 0)
        return quantity_parse(QUANTITY_TIME, text, ps);
    if (d.whole > cycles_max)
        return QUANTITY_TOO_LARGE;
    u64 power = power_of_ten(d.digits);
    u128 cycles = (u128)d.whole * power + d.fraction; /* Of 1 / power. */
    u128 divisor = (u128)power * clock_hz;
    u128 rounded = (cycles * PS_PER_S + divisor / 2) / divisor;
    if (rounded == 0 && cycles != 0)
        return QUANTITY_TOO_FINE;
    if (rounded > UINT64_MAX)
        return QUANTITY_TOO_LARGE;
    *ps = (u64)rounded;
    return QUANTITY_GOOD;
}

enum quantity_error quantity_parse_decimal(const char *text, u32 digits, u64 *value)
{
    struct decimal d;
    enum quantity_error error = read_decimal(&text, &d);

    if (error != QUANTITY_GOOD)
        return error;
    return *text != '\0' ? QUANTITY_WRONG_UNIT : scale(&d, power_of_ten(digits), false, value);
}

/* Binary units only where they divide: 1536 bytes are "1536B", as 1.5KiB is less plain. */
static const struct unit *best_unit(enum quantity kind, u64 value)
{
    const struct unit *unit = rows[kind].unit;
    u32 best = 0;

    for (u32 i = 1; i < UNITS_MAX && unit[i].name != NULL; i++)
        if (value >= unit[i].factor && (kind != QUANTITY_SIZE || value % unit[i].factor == 0))
            best = i;
    return &unit[best];
}

const char *quantity_print(enum quantity kind, u64 value, char text[QUANTITY_TEXT_MAX])
{
    const struct unit *unit = best_unit(kind, value);
    u64 rest = value % unit->factor;
    int size = snprintf(text, QUANTITY_TEXT_MAX, "%" PRIu64, value / unit->factor);

    if (rest != 0) {
        text[size++] = '.';
        for (u64 place = unit->factor / 10; rest != 0; rest %= place, place /= 10)
            text[size++] = (char)('0' + rest / place);
    }
    snprintf(text + size, QUANTITY_TEXT_MAX - (size_t)size, "%s", unit->name);
    return text;
}

const char *quantity_words(enum quantity kind)
{
    return rows[kind].words;
}

const char *quantity_example(enum quantity kind)
{
    return rows[kind].example;
}

const char *quantity_pattern(enum quantity kind)
{
    return rows[kind].pattern;
}

const char *quantity_error_words(enum quantity_error error)
{
    static const char *const words[] = {
        [QUANTITY_GOOD] = "a good value",
        [QUANTITY_NOT_A_NUMBER] = "not a number",
        [QUANTITY_NO_UNIT] = "a number without a unit",
        [QUANTITY_WRONG_UNIT] = "a number with a wrong unit",
        [QUANTITY_NEGATIVE] = "negative",
        [QUANTITY_TOO_FINE] = "finer than the smallest unit",
        [QUANTITY_TOO_LARGE] = "too large",
    };

    return words[error];
}
