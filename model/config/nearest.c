#include "model/config/param.h"

#include <stdio.h>
#include <string.h>

/* Letters inserted, dropped or changed (Levenshtein), one row of the matrix at a time. */
static u32 edit_distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    u32 row[PARAM_PATH_MAX + 1];

    for (u32 j = 0; j <= b_size; j++)
        row[j] = j;
    for (u32 i = 1; i <= a_size; i++) {
        u32 diagonal = row[0];

        row[0] = i;
        for (u32 j = 1; j <= b_size; j++) {
            u32 change = diagonal + (a[i - 1] != b[j - 1]);
            u32 insert_or_drop = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

            diagonal = row[j];
            row[j] = change < insert_or_drop ? change : insert_or_drop;
        }
    }
    return row[b_size];
}

void nearest_init(struct nearest *n, const char *word)
{
    size_t size = strlen(word);

    n->word = word;
    n->distance = (u32)size / 3 + 2; /* Farther is not a slip of the finger. */
    n->best[0] = '\0';
}

void nearest_try(struct nearest *n, const char *candidate, size_t size)
{
    size_t word_size = strlen(n->word);

    if (word_size >= PARAM_PATH_MAX || size >= PARAM_PATH_MAX)
        return;
    u32 distance = edit_distance(n->word, word_size, candidate, size);
    if (distance >= n->distance || distance >= size)
        return;
    n->distance = distance;
    memcpy(n->best, candidate, size);
    n->best[size] = '\0';
}

const char *nearest_words(const struct nearest *n, char text[PARAM_WORDS_MAX])
{
    text[0] = '\0';
    if (n->best[0] != '\0')
        snprintf(text, PARAM_WORDS_MAX, "; did you mean \"%s\"?", n->best);
    return text;
}

static bool is_below(const char *path, const char *map, size_t *skip)
{
    size_t size = strlen(map);

    *skip = size > 0 ? size + 1 : 0;
    return strncmp(path, map, size) == 0 && (size == 0 || path[size] == '.');
}

void param_nearest(struct nearest *n, const char *map)
{
    size_t skip;

    for (size_t i = 0; i < param_count; i++)
        if (is_below(param_table[i].path, map, &skip))
            nearest_try(n, param_table[i].path + skip,
                        strcspn(param_table[i].path + skip, ".["));
}

const char *param_keys_of(const char *map, char text[PARAM_WORDS_MAX])
{
    size_t used = 0, before = 0, before_size = 0, skip;

    text[0] = '\0';
    for (size_t i = 0; i < param_count; i++) {
        const char *path = param_table[i].path;
        size_t size = is_below(path, map, &skip) ? strcspn(path + skip, ".[") : 0;

        if (size == 0 || used + size + 3 > PARAM_WORDS_MAX
            || (size == before_size && strncmp(text + before, path + skip, size) == 0))
            continue; /* Rows of one mapping stand together: only the last word can repeat. */
        before = used + (used > 0 ? 2 : 0);
        before_size = size;
        used += (size_t)snprintf(text + used, PARAM_WORDS_MAX - used, "%s%.*s",
                                 used > 0 ? ", " : "", (int)size, path + skip);
    }
    return text;
}
