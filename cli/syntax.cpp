#include "cli/syntax.hpp"

#include <cstdio>
#include <sstream>

namespace po = boost::program_options;

namespace cli {

namespace {

bool is_optional(const std::string &operand)
{
    return operand[0] == '[';
}

bool is_repeated(const std::string &operand)
{
    return operand.back() == '.';
}

std::string name_of(const std::string &operand)
{
    if (is_repeated(operand))
        return operand.substr(0, operand.size() - 3);
    return is_optional(operand) ? operand.substr(1, operand.size() - 2) : operand;
}

} // namespace

syntax::syntax(std::string command_name, std::string sentence, std::string line,
               std::vector<std::string> operand_names)
    : command(std::move(command_name)), words(std::move(sentence)), example(std::move(line)),
      operands(std::move(operand_names))
{
    options.add_options()("help,h", "this text");
}

failure syntax::wrong(const std::string &sentence) const
{
    return failure(ERR_USAGE, sentence + "; try apfsim " + command + " --help");
}

bool syntax::parse(const arguments &args, po::variables_map &values)
{
    using namespace po::command_line_style;
    po::options_description all;
    po::positional_options_description positions;
    std::string usage = "apfsim " + command;

    all.add(options);
    for (const std::string &operand : operands) {
        const std::string name = name_of(operand);
        if (is_repeated(operand))
            all.add_options()(name.c_str(), po::value<std::vector<std::string>>());
        else
            all.add_options()(name.c_str(), po::value<std::string>());
        positions.add(name.c_str(), is_repeated(operand) ? -1 : 1);
        usage += " " + operand;
    }
    try {
        po::store(po::command_line_parser(args)
                      .options(all)
                      .positional(positions)
                      .style(unix_style & ~allow_guessing)
                      .run(),
                  values);
    } catch (const po::too_many_positional_options_error &) {
        throw wrong("found too many arguments, expected " + usage);
    } catch (const po::error &e) {
        throw wrong(e.what());
    }
    if (values.count("help")) {
        std::ostringstream text;
        text << "Usage: " << usage << " [OPTIONS]\n\n"
             << words << "\n\n"
             << options << "\nExample: " << example << "\n";
        std::fputs(text.str().c_str(), stdout);
        return false;
    }
    for (const std::string &operand : operands)
        if (!is_optional(operand) && !values.count(name_of(operand)))
            throw wrong("found no " + name_of(operand) + ", expected " + usage);
    return true;
}

} // namespace cli
