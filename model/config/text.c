/*
 * What the library must not see: libfyaml 0.7.12 never returns from a directive ("%") that holds
 * malformed UTF-8. No configuration needs directives or control characters, so both are refused,
 * and all text is known to be UTF-8 afterwards.
 */
#include "model/config/yaml.h"

#include <string.h>

/* Bytes of the UTF-8 character at s, 0 if it is not one (RFC 3629, section 4). */
static size_t character_size(const u8 *s, size_t left)
{
    static const struct {
        u8 first_min, first_max, second_min, second_max, size;
    } forms[] = {
        {0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };

    for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
        if (s[0] < forms[i].first_min || s[0] > forms[i].first_max)
            continue;
        if (left < forms[i].size)
            return 0;
        if (forms[i].size > 1 && (s[1] < forms[i].second_min || s[1] > forms[i].second_max))
            return 0;
        for (size_t j = 2; j < forms[i].size; j++)
            if ((s[j] & 0xc0) != 0x80)
                return 0;
        return forms[i].size;
    }
    return 0;
}

static const char *what_is_wrong(const u8 *s, size_t size, bool is_line_start)
{
    if (size == 0)
        return "not valid UTF-8";
    if ((s[0] < ' ' && s[0] != '\t' && s[0] != '\n' && s[0] != '\r') || s[0] == 0x7f)
        return "a control character has no place here";
    if (s[0] == '%' && is_line_start)
        return "directives (%) are not allowed";
    return NULL;
}

bool yaml_check_text(const char *file, const char *text, size_t size, enum yaml_syntax syntax,
                     struct err *e)
{
    bool is_option = syntax == YAML_SYNTAX_OPTION;
    const u8 *s = (const u8 *)text;
    u32 line = 1, column = 1;

    if (size >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) { /* A byte order mark. */
        s += 3;
        size -= 3;
    }
    while (size > 0) {
        size_t step = character_size(s, size);
        const char *wrong = what_is_wrong(s, step, column == 1);

        if (wrong != NULL)
            return err_set_at(e, ERR_USAGE, file, is_option ? 0 : line, column, "%s", wrong);
        column++;
        if (s[0] == '\n' || s[0] == '\r') {
            line += s[0] == '\n';
            column = 1;
        }
        s += step;
        size -= step;
    }
    return true;
}
