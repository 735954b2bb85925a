/*
 * Sentences about a point that hold or do not: "guest.vcpus <= 2 * machine.host_cpus",
 * "medium != zram". A product of keys and numbers on either side, compared exactly, units and all.
 */
#ifndef CLI_SWEEP_CONSTRAINT_HPP
#define CLI_SWEEP_CONSTRAINT_HPP

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/data/plan.hpp"
#include "model/model.h"

namespace cli {

struct constraint {
    enum comparison { EQUAL, UNEQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL };
    /* A key with its row (NULL: an axis of named cases), or the text of a number or a word. */
    struct factor {
        std::string text;
        const struct param *row = nullptr;
        enum { NUMBER, KEY, CASES, WORD } kind = WORD;
        u32 column = 0; /* In the text of the constraint, from 0. */
    };
    std::string text;
    place at;
    std::vector<factor> left, right;
    enum comparison comparison = EQUAL;
};

/* `cases` are the names of axes that are no keys. Wrong syntax is a failure with its column. */
constraint read_constraint(const std::string &text, const place &at,
                           const std::vector<std::string> &cases);

/* Value of a key or an axis at this point; none: not known. */
using find_value = std::function<std::optional<std::string>(const std::string &key)>;

/* None: a value that it asks for is not known. */
std::optional<bool> holds(const constraint &c, const find_value &value);

/* The first key that has no value there; "" if all have. */
std::string missing_key(const constraint &c, const find_value &value);

} // namespace cli
#endif
