#include "base/reg.h"

#include <string.h>

STATIC_ASSERT(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "fields are accessed as bytes");

static u64 low_bytes(u64 value, u32 size)
{
    return size < 8 ? value & ((1ull << (8 * size)) - 1) : value;
}

/* The part of mask or reset that an access at `off` of the row sees. */
static u64 pattern_at(u64 pattern, u32 off, u32 size)
{
    return low_bytes(pattern >> (8 * (off % 8)), size);
}

static u64 load(const struct reg *r, const void *state, u32 off, u32 size)
{
    u64 value = 0;
    memcpy(&value, (const u8 *)state + r->field + off, size);
    return value;
}

static void store(const struct reg *r, void *state, u32 off, u32 size, u64 value)
{
    memcpy((u8 *)state + r->field + off, &value, size);
}

const struct reg *reg_find(const struct reg *table, size_t count, u32 off, u32 size)
{
    size_t low = 0, high = count; /* The last row that starts at off or before is under high. */

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (table[middle].off <= off)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || size == 0 || (size & (size - 1)) != 0 || off % size != 0)
        return NULL;

    const struct reg *r = &table[low - 1];
    bool inside = off - r->off < r->len && size <= r->len - (off - r->off);
    return inside && (size & r->widths) != 0 ? r : NULL;
}

u64 reg_read(const struct reg *table, size_t count, const void *state, u32 off, u32 size)
{
    const struct reg *r = reg_find(table, count, off, size);

    if (r == NULL || r->kind == REG_RAZ_WI)
        return 0;
    off -= r->off;
    if (r->kind == REG_FN)
        return r->read != NULL ? low_bytes(r->read(state, off, size), size) : 0;
    return r->field != REG_NO_FIELD ? load(r, state, off, size) : pattern_at(r->reset, off, size);
}

const struct reg *reg_write(const struct reg *table, size_t count, void *state, u32 off, u32 size,
                            u64 value)
{
    const struct reg *r = reg_find(table, count, off, size);

    if (r == NULL || r->kind == REG_RO || r->kind == REG_RAZ_WI)
        return r;
    off -= r->off;
    value = low_bytes(value, size);
    if (r->kind == REG_FN) {
        if (r->write != NULL)
            r->write(state, off, size, value);
        return r;
    }
    u64 mask = pattern_at(r->mask, off, size);
    u64 old = load(r, state, off, size);
    u64 bits = value & mask;
    u64 new_value = r->kind == REG_W1S   ? old | bits
                    : r->kind == REG_W1C ? old & ~bits
                                         : (old & ~mask) | bits;
    store(r, state, off, size, new_value);
    return r;
}

static bool has_field(const struct reg *r)
{
    return r->field != REG_NO_FIELD && r->kind != REG_RAZ_WI;
}

void reg_reset(const struct reg *table, size_t count, void *state)
{
    for (const struct reg *r = table; r < table + count; r++)
        for (u32 off = 0; has_field(r) && off < r->len; off++)
            store(r, state, off, 1, pattern_at(r->reset, off, 1));
}

static bool widths_are_sound(const struct reg *r)
{
    if (r->widths == 0 || (r->widths & ~(REG_8 | REG_16 | REG_32 | REG_64)) != 0)
        return false;
    for (u32 size = REG_8; size <= REG_64; size *= 2)
        if ((r->widths & size) != 0 && (r->off % size != 0 || r->len % size != 0))
            return false;
    return true;
}

static bool row_is_sound(const struct reg *r)
{
    bool is_stored = r->kind == REG_RW || r->kind == REG_W1S || r->kind == REG_W1C;
    bool has_function = r->read != NULL || r->write != NULL;

    return r->name != NULL && r->kind <= REG_FN && r->len > 0 && r->len <= UINT32_MAX - r->off &&
           widths_are_sound(r) && has_function == (r->kind == REG_FN) &&
           !(is_stored && (r->field == REG_NO_FIELD || r->mask == 0)) &&
           r->reset == low_bytes(r->reset, r->len);
}

bool reg_table_is_sound(const struct reg *table, size_t count)
{
    for (const struct reg *r = table; r < table + count; r++) {
        if (!row_is_sound(r) || (r > table && r->off < r[-1].off + r[-1].len))
            return false;
        for (const struct reg *other = table; other < r; other++)
            if (has_field(r) && has_field(other) && r->field == other->field &&
                r->reset != other->reset)
                return false;
    }
    return true;
}
