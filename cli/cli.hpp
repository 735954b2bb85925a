/*
 * The door of cli: the program apfsim. A command reads its arguments, does its work and returns the
 * exit status; what goes wrong for the user leaves it as a failure, which main() prints.
 */
#ifndef CLI_CLI_HPP
#define CLI_CLI_HPP

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/base.h"

namespace cli {

/* The contract of the command line has one status that is not an enum err_code. */
enum { STATUS_INTERRUPTED = 130 };

/* One sentence for the user, and the exit status. */
struct failure : std::runtime_error {
    int status;

    failure(err_code code, const std::string &sentence) : std::runtime_error(sentence), status(code)
    {
    }
    explicit failure(const err &e) : failure(e.code, e.text)
    {
    }
};

/* An I/O failure with the words of the host: "cannot write x: No space left on device". */
failure io_failure(const std::string &what, int error_number);

/* A file that the user names on the command line must be there. */
void require_file(const std::string &path);

using arguments = std::vector<std::string>;

int run_command(const arguments &args);
int check_command(const arguments &args);
int list_command(const arguments &args);
int trace_command(const arguments &args);
int sweep_command(const arguments &args);
int report_command(const arguments &args);
int compare_command(const arguments &args);

/* Does the work; a failure is printed as one sentence and becomes the status. */
int guard(const std::function<int()> &work);

/* The whole program behind main(): argv without the program's name. */
int apfsim(const arguments &args);

} // namespace cli
#endif
