/* A configuration with what the command line lays over it. */
#ifndef CLI_SETTINGS_HPP
#define CLI_SETTINGS_HPP

#include <boost/program_options.hpp>

#include "cli/cli.hpp"
#include "model/model.h"

namespace cli {

/* --set and --seed, the same for every command that reads a configuration. */
void add_settings(boost::program_options::options_description &options);
std::vector<std::string> settings_from(const boost::program_options::variables_map &values);

class configuration {
public:
    configuration(const std::string &path, const std::vector<std::string> &set);
    ~configuration();
    configuration(const configuration &) = delete;
    configuration &operator=(const configuration &) = delete;

    const config *get() const
    {
        return &config_;
    }

private:
    config config_ = {};
};

} // namespace cli
#endif
