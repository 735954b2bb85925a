/* Two small sides to set against each other, made by hand. */
#ifndef CLI_COMPARE_TESTS_SIDES_HPP
#define CLI_COMPARE_TESTS_SIDES_HPP

#include "cli/compare/judge.hpp"
#include "cli/tests/program.hpp"

namespace sides {

using namespace cli;
using values = std::vector<std::pair<string, u64>>;

struct pair {
    metric_names names;
    side base, now;

    subject make(const string &label, u64 seed, const values &metrics)
    {
        subject s;

        s.label = label;
        s.seed = seed;
        s.end = "done";
        s.parameters = {{"protocol.variant", label.substr(label.find('/') + 1)}};
        s.checksum = 7;
        s.lines = 100;
        for (const auto &m : metrics)
            s.metrics.push_back({names.number(m.first), m.second});
        return s;
    }
    /* The same subject on both sides; other metrics mean another transcript. */
    void add(const string &label, const values &was, const values &is, u64 seed = 1)
    {
        base.subjects.push_back(make(label, seed, was));
        now.subjects.push_back(make(label, seed, is));
        now.subjects.back().checksum += was != is;
    }
    comparison compare(gate_list gates = load_gates(""))
    {
        return compare_sides(base, now, names, std::move(gates));
    }
};

/* Files in a folder of their own, and what goes wrong with them. */
class Files : public Program {
protected:
    gate_list gates(const string &list) const
    {
        return load_gates(write("gates.yaml", "apfsim-gates: 1\ngates:\n" + list));
    }
    /* "STATUS SENTENCE" with the folder cut out; "": nothing. */
    string complaint(const std::function<void()> &work) const
    {
        try {
            work();
        } catch (const failure &f) {
            string text = f.what();
            const string place = folder.string() + "/";
            for (size_t at; (at = text.find(place)) != string::npos;)
                text.erase(at, place.size());
            return std::to_string(f.status) + " " + text;
        }
        return "";
    }
};

} // namespace sides
#endif
