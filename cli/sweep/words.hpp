/*
 * Nodes of a sweep file as values, and complaints about them: what every part of the reader needs.
 */
#ifndef CLI_SWEEP_WORDS_HPP
#define CLI_SWEEP_WORDS_HPP

#include <initializer_list>

#include "cli/cli.hpp"
#include "cli/data/plan.hpp"
#include "model/model.h"

namespace cli {

/* A sentence about the value of a node, about its key, or about a place. */
[[noreturn]] void fail(const yaml_node *n, const std::string &sentence);
[[noreturn]] void fail_key(const yaml_node *n, const std::string &sentence);
[[noreturn]] void fail_at(const place &at, const std::string &sentence);
/* "WHAT: found X, expected EXPECTED". */
[[noreturn]] void fail_found(const yaml_node *n, const std::string &what,
                             const std::string &expected);

place place_of(const yaml_node *n);
place key_place(const yaml_node *n);

std::string list_of(const std::vector<std::string> &words); /* "a, b, c", at most a line. */
/* "; did you mean \"x\"?", or "". */
std::string nearest(const std::string &word, const std::vector<std::string> &candidates);

/* Every key of the mapping is one of these. */
void check_keys(const yaml_node *map, const std::string &what,
                const std::vector<std::string> &known);

const std::string word_of(const yaml_node *n, const std::string &what, const std::string &expected);
/* The index of a word in the list. */
size_t choice_of(const yaml_node *n, const std::string &what,
                 const std::vector<std::string> &words);
/* A number without a unit. */
u64 count_of(const yaml_node *n, const std::string &what, u64 min, u64 max);
/* "2%", "99.9%" as 1/1000. */
u32 permille_of(const yaml_node *n, const std::string &what, u32 min, u32 max);

/* The row of a key that a sweep may set; a failure if there is none. */
const struct param *row_of(const place &at, const std::string &key);
bool is_quantity(const struct param *row);
std::string unit_of(const struct param *row);

/* The text as a number of this key, if it is one: "none" and words are not. */
std::optional<u64> number_of(const struct param *row, const std::string &text);

/* One word as the value of a key, as YAML: quoted where it must be. */
std::string yaml_text(const yaml_node *n, const std::string &what);
/* The other way: a value of a configuration without quotes. */
std::string plain_text(const std::string &text);
/* The keys of a mapping as settings. */
std::vector<setting> settings_of(const yaml_node *map, const std::string &what);

} // namespace cli
#endif
