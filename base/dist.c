#include "base/dist.h"

/*
 * The points of a table in ascending order of probability: GRID_COUNT numbers g. Probability is
 * counted in 1/2^20 (GRID_ONE), fine enough for every point of the tail.
 */
enum {
    GRID_ONE = DIST_BODY * DIST_TAIL,
    GRID_TAIL = DIST_BODY - 1, /* The first point of the tail. */
    GRID_COUNT = GRID_TAIL + DIST_TAIL + 1,
};

static u32 grid_probability(u32 g)
{
    return g <= GRID_TAIL ? g * DIST_TAIL : GRID_TAIL * DIST_TAIL + (g - GRID_TAIL);
}

static void grid_set(struct dist *d, u32 g, u64 value)
{
    if (g <= GRID_TAIL)
        d->body[g] = value;
    if (g >= GRID_TAIL)
        d->tail[g - GRID_TAIL] = value;
    if (g == GRID_COUNT - 1)
        d->body[DIST_BODY] = value;
}

void dist_fixed(struct dist *d, u64 value)
{
    for (u32 g = 0; g < GRID_COUNT; g++)
        grid_set(d, g, value);
}

static u64 clamp(u64 value, u64 min, u64 max)
{
    return value < min ? min : value > max ? max : value;
}

bool dist_lognormal(struct dist *d, u64 median, u32 sigma_milli, u64 min, u64 max, struct err *e)
{
    if (sigma_milli > 4000)
        return err_set(e, ERR_USAGE, "sigma of a lognormal is %u/1000, expected 0..4000",
                       sigma_milli);
    if (median == 0 || median < min || median > max)
        return err_set(
            e, ERR_USAGE, "median of a lognormal is %llu, expected above 0 and in %llu..%llu",
            (unsigned long long)median, (unsigned long long)min, (unsigned long long)max);
    if (sigma_milli == 0) {
        dist_fixed(d, median);
        return true;
    }
    grid_set(d, 0, min);
    for (u32 g = 1; g < GRID_COUNT - 1; g++) {
        s64 z = fix_normal_quantile((u64)grid_probability(g) << 12);
        s64 exponent = z * (s64)sigma_milli / 1000;
        grid_set(d, g, clamp(fix_mul_exp(median, exponent), min, max));
    }
    grid_set(d, GRID_COUNT - 1, max);
    return true;
}

/*
 * A quantile function made of straight lines, drawn from left to right: the pen stands at `value`
 * when `pos` of `total` of the probability lies behind it. Grid points up to `g` are set.
 */
struct pen {
    struct dist *d;
    u64 total; /* Less than 2^44, so that positions on the grid fit 64 bits. */
    u64 pos, value;
    u32 g;
};

/* A line of no width is a jump: a grid point on it keeps the lower value. */
static void pen_line_to(struct pen *pen, u64 pos, u64 value)
{
    u64 from = pen->pos * GRID_ONE, to = pos * GRID_ONE;

    for (; pen->g < GRID_COUNT; pen->g++) {
        u64 at = pen->total * grid_probability(pen->g);
        if (at > to)
            break;
        u64 rise = to == from ? 0 : (u64)((u128)(value - pen->value) * (at - from) / (to - from));
        grid_set(pen->d, pen->g, pen->value + rise);
    }
    pen->pos = pos;
    pen->value = value;
}

static bool bins_total(const struct dist_bin *bin, size_t bin_count, u64 *total, struct err *e)
{
    const u64 limit = 1ull << 44;

    *total = 0;
    for (size_t i = 0; i < bin_count; i++) {
        if (i > 0 && bin[i].value <= bin[i - 1].value)
            return err_set(e, ERR_USAGE, "bin %zu has value %llu, expected more than %llu", i,
                           (unsigned long long)bin[i].value, (unsigned long long)bin[i - 1].value);
        if (bin[i].count >= limit - *total)
            return err_set(e, ERR_USAGE, "the counts up to bin %zu reach 2^44, expected less", i);
        *total += bin[i].count;
    }
    if (*total == 0)
        return err_set(e, ERR_USAGE, "all %zu bins are empty, expected a count above 0", bin_count);
    return true;
}

bool dist_from_bins(struct dist *d, const struct dist_bin *bin, size_t bin_count, struct err *e)
{
    u64 total;

    if (!bins_total(bin, bin_count, &total, e))
        return false;

    size_t first = 0;
    while (bin[first].count == 0)
        first++;

    struct pen pen = {d, total, 0, bin[first].value, 0};
    for (size_t i = first; i < bin_count; i++)
        pen_line_to(&pen, pen.pos + bin[i].count, bin[i + 1 < bin_count ? i + 1 : i].value);
    return true;
}

static bool points_are_sound(const struct dist_point *point, size_t point_count, u64 min, u64 max,
                             struct err *e)
{
    const u32 one = 1000000;

    if (min > max)
        return err_set(e, ERR_USAGE, "min %llu of a distribution is above max %llu",
                       (unsigned long long)min, (unsigned long long)max);
    for (size_t i = 0; i < point_count; i++) {
        const struct dist_point *p = &point[i];
        u64 least = i > 0 ? p[-1].value : min;

        if (p->p_micro > one || (i > 0 && p->p_micro <= p[-1].p_micro))
            return err_set(e, ERR_USAGE,
                           "point %zu has probability %u/1000000, expected ascending up to 1", i,
                           p->p_micro);
        if (p->value < least || p->value > max)
            return err_set(e, ERR_USAGE, "point %zu has value %llu, expected %llu..%llu", i,
                           (unsigned long long)p->value, (unsigned long long)least,
                           (unsigned long long)max);
    }
    return true;
}

bool dist_from_points(struct dist *d, const struct dist_point *point, size_t point_count, u64 min,
                      u64 max, struct err *e)
{
    if (!points_are_sound(point, point_count, min, max, e))
        return false;

    struct pen pen = {d, 1000000, 0, min, 0};
    for (size_t i = 0; i < point_count; i++)
        pen_line_to(&pen, point[i].p_micro, point[i].value);
    pen_line_to(&pen, pen.total, max);
    grid_set(d, GRID_COUNT - 1, max); /* A point at 1 does not move the end. */
    return true;
}

u64 dist_value(const struct dist *d, u64 bits)
{
    const u64 *step = &d->body[bits >> 54];
    u32 fraction = (u32)(bits >> 22);

    if (UNLIKELY(bits >> 54 == GRID_TAIL)) {
        step = &d->tail[bits >> 44 & (DIST_TAIL - 1)];
        fraction = (u32)(bits >> 12);
    }
    return step[0] + (u64)((u128)(step[1] - step[0]) * fraction >> 32);
}

u64 dist_mean(const struct dist *d)
{
    u128 body = 0, tail = 0; /* Twice the mean of a step is the sum of its ends. */

    for (u32 i = 0; i < GRID_TAIL; i++)
        body += (u128)d->body[i] + d->body[i + 1];
    for (u32 i = 0; i < DIST_TAIL; i++)
        tail += (u128)d->tail[i] + d->tail[i + 1];
    return (u64)((body * DIST_TAIL + tail) / (2 * (u64)GRID_ONE));
}
