#include "cli/settings.hpp"

namespace po = boost::program_options;

namespace cli {

void add_settings(po::options_description &options)
{
    options.add_options()(
        "set", po::value<std::vector<std::string>>()->composing()->value_name("KEY=VALUE"),
        "set a key of the configuration, as in --set guest.vcpus=2; may be repeated")(
        "seed", po::value<std::string>()->value_name("N"), "the same as --set seed=N");
}

std::vector<std::string> settings_from(const po::variables_map &values)
{
    std::vector<std::string> set;

    if (values.count("set"))
        set = values["set"].as<std::vector<std::string>>();
    if (values.count("seed"))
        set.push_back("seed=" + values["seed"].as<std::string>());
    return set;
}

configuration::configuration(const std::string &path, const std::vector<std::string> &set)
{
    std::vector<const char *> pointers;
    err e = {};

    for (const std::string &s : set)
        pointers.push_back(s.c_str());
    if (!config_load(&config_, path.c_str(), pointers.data(), pointers.size(), &e)) {
        config_free(&config_);
        throw failure(e);
    }
}

configuration::~configuration()
{
    config_free(&config_);
}

} // namespace cli
