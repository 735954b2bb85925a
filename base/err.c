#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A text that did not fit must not end in the middle of a UTF-8 character. */
static void drop_cut_character(char *text)
{
    size_t len = strlen(text);

    while (len > 0 && ((u8)text[len - 1] & 0xc0) == 0x80)
        len--;
    if (len > 0 && (u8)text[len - 1] >= 0xc0)
        len--;
    text[len] = '\0';
}

/* Found values come from files: their control characters must not reach a terminal or a log. */
static void replace_control_characters(char *text)
{
    for (; *text != '\0'; text++)
        if ((u8)*text < 0x20 || *text == 0x7f)
            *text = ' ';
}

static void append(struct err *e, const char *format, va_list args)
{
    size_t used = strlen(e->text);
    int wanted = vsnprintf(e->text + used, ERR_TEXT_MAX - used, format, args);

    if (wanted >= (int)(ERR_TEXT_MAX - used))
        drop_cut_character(e->text);
    replace_control_characters(e->text);
}

static void append_place(struct err *e, const char *file, u32 line, u32 column)
{
    if (line == 0)
        snprintf(e->text, ERR_TEXT_MAX, "%s: ", file);
    else if (column == 0)
        snprintf(e->text, ERR_TEXT_MAX, "%s:%u: ", file, line);
    else
        snprintf(e->text, ERR_TEXT_MAX, "%s:%u:%u: ", file, line, column);
}

bool err_set(struct err *e, enum err_code code, const char *format, ...)
{
    va_list args;

    if (e == NULL)
        return false;
    e->code = code;
    e->text[0] = '\0';
    va_start(args, format);
    append(e, format, args);
    va_end(args);
    return false;
}

bool err_set_at(struct err *e, enum err_code code, const char *file, u32 line, u32 column,
                const char *format, ...)
{
    va_list args;

    if (e == NULL)
        return false;
    e->code = code;
    append_place(e, file, line, column);
    va_start(args, format);
    append(e, format, args);
    va_end(args);
    return false;
}
