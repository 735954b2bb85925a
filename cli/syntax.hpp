/* The arguments of one command: options and operands, with a help text that has an example. */
#ifndef CLI_SYNTAX_HPP
#define CLI_SYNTAX_HPP

#include <boost/program_options.hpp>

#include "cli/cli.hpp"

namespace cli {

struct syntax {
    std::string command;               /* "run" */
    std::string words;                 /* One sentence. */
    std::string example;               /* A whole command line. */
    /* "CONFIG"; "[FILE]" may be left out; the last may be "FILE...": a vector of one or more. */
    std::vector<std::string> operands;
    boost::program_options::options_description options{"Options"};

    /* Options of the caller are added to `options` before parse(). */
    syntax(std::string command, std::string words, std::string example,
           std::vector<std::string> operands);

    /* False: --help was asked for and has been printed. Operands go by their names in `values`. */
    bool parse(const arguments &args, boost::program_options::variables_map &values);
    /* A wrong argument of this command. */
    failure wrong(const std::string &sentence) const;
};

} // namespace cli
#endif
