/*
 * A file of YAML or JSON with helpers that turn what is wrong into one sentence with its place. The
 * reader itself is that of model/config.
 */
#ifndef CLI_COMPARE_DOCUMENT_HPP
#define CLI_COMPARE_DOCUMENT_HPP

#include "cli/cli.hpp"
#include "cli/sweep/words.hpp" /* nearest() */
#include "model/model.h"

namespace cli {

/* A thousand metrics of several hundred subjects; a file beyond is hardly ours. */
enum { DOCUMENT_BYTES_MAX = 64 << 20 };

class document {
public:
    document(std::string path, yaml_syntax syntax);
    ~document();
    document(const document &) = delete;
    document &operator=(const document &) = delete;

    const yaml_node *root() const
    {
        return root_;
    }

private:
    std::string path_; /* Nodes point to it. */
    pool pool_ = {};
    yaml_node *root_;
};

/* "file:line:column: sentence" */
failure wrong_value(const yaml_node *at, const std::string &sentence);
failure wrong_key(const yaml_node *at, const std::string &sentence);

/* What stands there, for the middle of a sentence. */
std::string found(const yaml_node *n);

/* The value under a key; a missing one is an error. */
const yaml_node *need(const yaml_node *map, const char *key);
const yaml_node *need_kind(const yaml_node *n, yaml_kind kind);
std::string text_of(const yaml_node *n);
u64 number_of(const yaml_node *n); /* Decimal, or hexadecimal with 0x. */
bool truth_of(const yaml_node *n);

/* Every key must be one of these; the nearest one is named. */
void allow_keys(const yaml_node *map, const std::vector<std::string> &known);

/* A text as a quoted word that YAML and JSON read back. */
std::string quoted(const std::string &text);

} // namespace cli
#endif
