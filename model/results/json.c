#include "model/results/json.h"

#include <inttypes.h>
#include <string.h>

/*
 * Bytes of the UTF-8 character at s, 0 if it is none. Overlong forms, surrogates and what lies
 * beyond U+10FFFF are none either (RFC 3629, section 3).
 */
static u32 character_size(const u8 *s)
{
    static const u32 least[] = {0, 0, 0x80, 0x800, 0x10000};
    u32 size = s[0] < 0x80 ? 1 : s[0] < 0xc0 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    u32 code = size > 1 ? s[0] & (0xffu >> (size + 1)) : s[0];

    if (s[0] >= 0xf8)
        return 0;
    for (u32 i = 1; i < size; i++) { /* The terminating zero ends this, too. */
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3f);
    }
    if (size != 0 && (code < least[size] || code > 0x10ffff || (code >> 11) == 0xd800 >> 11))
        return 0;
    return size;
}

/* File names may hold any bytes; JSON may not. */
static void write_string(FILE *out, const char *text)
{
    const u8 *s = (const u8 *)text;

    fputc('"', out);
    while (*s != '\0') {
        u32 size = character_size(s);
        if (size == 0)
            fputs("\\ufffd", out);
        else if (*s < ' ')
            fprintf(out, "\\u%04x", *s);
        else if (*s == '"' || *s == '\\')
            fprintf(out, "\\%c", *s);
        else
            fwrite(s, 1, size, out);
        s += size != 0 ? size : 1;
    }
    fputc('"', out);
}

static bool is_in_row(const struct json *j)
{
    return j->row_depth != 0 && j->depth >= j->row_depth;
}

static void new_line(const struct json *j)
{
    fprintf(j->out, "\n%*s", (int)j->depth * 2, "");
}

/* In numbers mode: the path with this key behind it; the size is that of an object inside. */
static u32 extend_path(struct json *j, const char *key)
{
    u32 used = j->path_size[j->depth];
    int size = snprintf(j->path + used, JSON_PATH_MAX - used, "%s%s", used != 0 ? "." : "", key);

    ASSERT(used + (u32)size < JSON_PATH_MAX);
    return used + (u32)size;
}

static bool put_number(struct json *j, const char *key, u64 value)
{
    if (j->out != NULL)
        return false;
    extend_path(j, key);
    j->number(j->arg, j->path, value);
    return true;
}

static void put_key(struct json *j, const char *key)
{
    if (!j->is_first)
        fputs(is_in_row(j) ? ", " : ",", j->out);
    if (!is_in_row(j))
        new_line(j);
    write_string(j->out, key);
    fputs(": ", j->out);
    j->is_first = false;
}

static void open_object(struct json *j)
{
    if (j->out != NULL)
        fputc('{', j->out);
    j->depth++;
    ASSERT(j->depth < JSON_DEPTH_MAX);
    j->is_first = true;
}

void json_begin_numbers(struct json *j, json_number_fn *number, void *arg)
{
    *j = (struct json){.number = number, .arg = arg};
    open_object(j);
}

void json_begin(struct json *j, FILE *out)
{
    *j = (struct json){.out = out};
    open_object(j);
}

bool json_finish(struct json *j)
{
    ASSERT(j->depth == 1);
    json_end(j);
    if (j->out == NULL)
        return true;
    fputc('\n', j->out);
    return fflush(j->out) == 0 && !ferror(j->out);
}

void json_object(struct json *j, const char *key)
{
    if (j->out != NULL)
        put_key(j, key);
    else
        j->path_size[j->depth + 1] = extend_path(j, key);
    open_object(j);
}

void json_row(struct json *j, const char *key)
{
    json_object(j, key);
    if (!is_in_row(j))
        j->row_depth = j->depth;
}

void json_end(struct json *j)
{
    bool is_line = !is_in_row(j) && !j->is_first;

    ASSERT(j->depth != 0);
    if (j->depth == j->row_depth)
        j->row_depth = 0;
    j->depth--;
    if (j->out == NULL)
        return;
    if (is_line)
        new_line(j);
    fputc('}', j->out);
    j->is_first = false;
}

void json_u64(struct json *j, const char *key, u64 value)
{
    if (put_number(j, key, value))
        return;
    put_key(j, key);
    fprintf(j->out, "%" PRIu64, value);
}

void json_hex(struct json *j, const char *key, u64 value)
{
    if (j->out == NULL)
        return;
    put_key(j, key);
    fprintf(j->out, "\"0x%016" PRIx64 "\"", value);
}

void json_text(struct json *j, const char *key, const char *text)
{
    if (j->out == NULL)
        return;
    put_key(j, key);
    write_string(j->out, text);
}

void json_bool(struct json *j, const char *key, bool value)
{
    if (put_number(j, key, value))
        return;
    put_key(j, key);
    fputs(value ? "true" : "false", j->out);
}

void json_null(struct json *j, const char *key)
{
    if (j->out == NULL)
        return;
    put_key(j, key);
    fputs("null", j->out);
}
