/*
 * Latencies from fio's JSON output, format version 3: jobs[].read or .write, the histogram "bins"
 * of --output-format=json+ (nanoseconds and how many), else the "percentile" list of plain json.
 * Completion latency (clat_ns) before total latency (lat_ns): the store model queues by itself.
 */
#include <stdlib.h>
#include <string.h>

#include "model/config/state.h"

struct fio {
    struct pool pool;
    const struct yaml_node *half; /* jobs[job].read or .write */
    const struct yaml_node *samples;
    struct err *e;
};

static bool read_count(const struct fio *f, const struct yaml_node *at, const char *what,
                       const char *text, u64 max, u64 *value)
{
    enum quantity_error error =
        text != NULL ? quantity_parse_decimal(text, 0, value) : QUANTITY_NOT_A_NUMBER;
    char found[YAML_FOUND_MAX];

    if (error == QUANTITY_GOOD && *value <= max)
        return true;
    const struct yaml_node word = {.text = text, .kind = text != NULL ? YAML_WORD : at->kind};
    return yaml_fail(f->e, at, "%s: found %s, expected a whole number up to %llu", what,
                     yaml_found(&word, found), (unsigned long long)max);
}

/* Nanoseconds as picoseconds. */
static bool read_ps(const struct fio *f, const struct yaml_node *at, const char *what,
                    const char *text, u64 *ps)
{
    const u64 ns_max = 1000000000000000; /* 11 days: more is not a latency. */

    if (!read_count(f, at, what, text, ns_max, ps))
        return false;
    *ps *= PS_PER_NS;
    return true;
}

static size_t count_children(const struct yaml_node *n)
{
    size_t count = 0;

    for (const struct yaml_node *c = n->child; c != NULL; c = c->next)
        count++;
    return count;
}

static int compare_bin(const void *a, const void *b)
{
    const struct dist_bin *x = a, *y = b;

    return (x->value > y->value) - (x->value < y->value);
}

static bool wrap(const struct fio *f, bool good, const struct err *inner)
{
    return good || yaml_fail(f->e, f->samples, "%s: %s", f->samples->key, inner->text);
}

static bool from_bins(struct fio *f, struct dist *d)
{
    size_t count = count_children(f->samples), i = 0;
    struct dist_bin *bin = pool_take(&f->pool, count * sizeof(bin[0]));
    struct err inner;

    for (const struct yaml_node *n = f->samples->child; n != NULL; n = n->next, i++)
        if (!read_ps(f, n, "a latency in ns", n->key, &bin[i].value)
            || !read_count(f, n, "the count of a bin", n->text, UINT32_MAX, &bin[i].count))
            return false;
    qsort(bin, count, sizeof(bin[0]), compare_bin);
    return wrap(f, dist_from_bins(d, bin, count, &inner), &inner);
}

static bool read_bound(struct fio *f, const struct yaml_node *latency, const char *key, u64 *ps)
{
    const struct yaml_node *n = yaml_find(latency, key);

    if (n == NULL)
        return yaml_fail(f->e, latency, "%s lacks \"%s\"", latency->key, key);
    return read_ps(f, n, key, n->text, ps);
}

static bool read_point(struct fio *f, const struct yaml_node *n, struct dist_point *point)
{
    u64 p_micro;

    if (quantity_parse_decimal(n->key, 4, &p_micro) != QUANTITY_GOOD || p_micro > 1000000)
        return yaml_fail_key(f->e, n, "found \"%.20s\", expected a percentage up to 100", n->key);
    point->p_micro = (u32)p_micro;
    return read_ps(f, n, "a latency in ns", n->text, &point->value);
}

static bool from_percentiles(struct fio *f, const struct yaml_node *latency, struct dist *d)
{
    size_t count = count_children(f->samples), i = 0;
    struct dist_point *point = pool_take(&f->pool, count * sizeof(point[0]));
    u64 min, max;
    struct err inner;

    if (!read_bound(f, latency, "min", &min) || !read_bound(f, latency, "max", &max))
        return false;
    for (const struct yaml_node *n = f->samples->child; n != NULL; n = n->next, i++) {
        if (!read_point(f, n, &point[i]))
            return false;
        /* fio names the middle of a histogram bin, which may lie a little outside. */
        if (point[i].value < min)
            point[i].value = min;
        if (point[i].value > max)
            point[i].value = max;
    }
    return wrap(f, dist_from_points(d, point, count, min, max, &inner), &inner);
}

static bool has_samples(const struct yaml_node *latency, const char *key)
{
    const struct yaml_node *n = latency != NULL ? yaml_find(latency, key) : NULL;

    return n != NULL && n->kind == YAML_MAP && n->child != NULL;
}

static bool find_half(struct fio *f, const struct yaml_node *root, u32 job,
                      enum direction direction)
{
    const char *name = direction == DIRECTION_READ ? "read" : "write";
    const struct yaml_node *jobs = yaml_find(root, "jobs");
    u32 count = 0;

    if (jobs == NULL || jobs->kind != YAML_LIST)
        return yaml_fail(f->e, root, "not the JSON output of fio, there is no list \"jobs\"");
    for (const struct yaml_node *n = jobs->child; n != NULL; n = n->next, count++)
        if (count == job) {
            f->half = yaml_find(n, name);
            return f->half != NULL || yaml_fail(f->e, n, "job %u has no \"%s\"", job, name);
        }
    return yaml_fail(f->e, jobs, "there is no job %u, the file has %u (counted from 0)", job,
                     count);
}

static bool build_dist(struct fio *f, struct dist *d)
{
    static const struct {
        const char *latency, *samples;
    } places[] = {
        {"clat_ns", "bins"},
        {"lat_ns", "bins"},
        {"clat_ns", "percentile"},
        {"lat_ns", "percentile"},
    };
    const struct yaml_node *count = NULL;

    for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
        const struct yaml_node *latency = yaml_find(f->half, places[i].latency);

        if (latency != NULL && count == NULL)
            count = yaml_find(latency, "N");
        if (!has_samples(latency, places[i].samples))
            continue;
        if (count != NULL && count->kind == YAML_WORD && strcmp(count->text, "0") == 0)
            break; /* fio prints a percentile list of zeros for a direction that did nothing. */
        f->samples = yaml_find(latency, places[i].samples);
        return i < 2 ? from_bins(f, d) : from_percentiles(f, latency, d);
    }
    return yaml_fail(f->e, f->half, "\"%s\" holds no latency samples", f->half->key);
}

bool fio_parse(struct dist *d, const char *name, const char *text, size_t size, u32 job,
               enum direction direction, struct err *e)
{
    struct fio f = {.e = e};
    const struct yaml_node *root = yaml_parse(&f.pool, name, text, size, YAML_SYNTAX_JSON, e);
    bool good = root != NULL && find_half(&f, root, job, direction) && build_dist(&f, d);

    pool_free(&f.pool);
    return good;
}

bool fio_read(struct dist *d, const char *path, u32 job, enum direction direction, struct err *e)
{
    struct pool pool = {0};
    size_t size;
    const char *text = yaml_slurp(&pool, path, YAML_FIO_BYTES_MAX, &size, e);
    bool good = text != NULL && fio_parse(d, path, text, size, job, direction, e);

    pool_free(&pool);
    return good;
}
