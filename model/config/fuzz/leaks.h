/*
 * libfyaml 0.7.12 forgets a buffer when a quoted word with many escapes turns out to be wrong.
 * The leak checker of the sanitizers shall look at our own memory only.
 */
#ifndef MODEL_CONFIG_FUZZ_LEAKS_H
#define MODEL_CONFIG_FUZZ_LEAKS_H

extern "C" const char *__lsan_default_suppressions();
extern "C" const char *__lsan_default_suppressions()
{
    return "leak:libfyaml\n";
}

#endif
