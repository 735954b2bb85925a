/*
 * Every point is loaded once before anything runs, in several processes beside each other, so that
 * nothing wrong is found an hour later.
 */
#ifndef CLI_SWEEP_CHECK_POINTS_HPP
#define CLI_SWEEP_CHECK_POINTS_HPP

#include <optional>

#include "cli/data/rows.hpp"
#include "cli/sweep/constraint.hpp"

namespace cli {

/* The base configuration of a sweep. It has to be good by itself. Of what the sweep sets for all
 * points only designs and seed count here: the rest may need what an axis sets. */
class sweep_base {
public:
    sweep_base(const std::string &path, const std::vector<setting> &set);
    ~sweep_base();
    sweep_base(const sweep_base &) = delete;
    sweep_base &operator=(const sweep_base &) = delete;

    const config_rows &rows() const
    {
        return rows_;
    }
    const std::vector<std::string> &variants() const
    {
        return variants_;
    }
    u64 seed() const
    {
        return seed_;
    }
    const config_base *get() const
    {
        return &base_;
    }

private:
    config_base base_ = {};
    config_rows rows_;
    std::vector<std::string> variants_;
    u64 seed_ = 0;
};

/* A configuration made of a base; a failure names the place of the setting. */
class made_config {
public:
    made_config(const config_base *base, const std::vector<setting> &settings);
    ~made_config();
    made_config(const made_config &) = delete;
    made_config &operator=(const made_config &) = delete;

    const config *get() const
    {
        return &config_;
    }

private:
    config config_ = {};
};

config_rows resolved_rows(const config *c, u32 index);

/* What is to be asked of each point. `own` finds values that the point itself gives. */
struct point_check {
    const std::vector<setting> *settings;
    find_value own;
};
struct checked_point {
    bool is_kept = false; /* All constraints hold; else there is nothing more. */
    u64 config_key = 0;
    std::string variant;
    config_rows difference; /* From the base. */
};

/* `ask` makes the check of a point. The failure of the first point that has one is thrown. */
std::vector<checked_point> check_points(const sweep_base &base, size_t count,
                                        const std::function<point_check(size_t)> &ask,
                                        const std::vector<constraint> &constraints, unsigned jobs);

} // namespace cli
#endif
