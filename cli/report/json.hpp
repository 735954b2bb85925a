/* JSON in the order in which it is said; one member a line, so that a diff shows what changed. */
#ifndef CLI_REPORT_JSON_HPP
#define CLI_REPORT_JSON_HPP

#include <optional>
#include <string>
#include <vector>

#include "base/base.h"

namespace cli::report {

class json {
public:
    json &open(const char *bracket, const std::string &key = ""); /* "{" or "[" */
    json &close();
    json &text(const std::string &key, const std::string &value);
    json &number(const std::string &key, double value); /* Nine digits. */
    json &integer(const std::string &key, u64 value);
    json &truth(const std::string &key, bool value);
    json &null(const std::string &key);
    std::string take();

private:
    std::string out_;
    std::vector<char> closing_;
    bool is_first_ = true;

    void begin(const std::string &key);
};

} // namespace cli::report
#endif
