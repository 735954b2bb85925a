/* Sweep files of a test, loaded in this process beside a small base. */
#ifndef CLI_SWEEP_TESTS_SWEEP_FILE_HPP
#define CLI_SWEEP_TESTS_SWEEP_FILE_HPP

#include "cli/sweep/sweep.hpp"
#include "cli/tests/program.hpp"

using cli::loaded_sweep;
using cli::plan;

class SweepFile : public Program {
protected:
    const string head = "apfsim-sweep: 1\nbase: base.yaml\n";

    void SetUp() override
    {
        setenv("APFSIM_DATA", (source_dir + "/configs").c_str(), 1);
        write("base.yaml", small_config);
    }
    loaded_sweep load(const string &text, unsigned jobs = 1) const
    {
        return cli::load_sweep(write("s.yaml", head + text), jobs);
    }
    plan load_plan(const string &text) const
    {
        return load(text).p;
    }

    /* "a b, a c": the coordinates of all points in their order. */
    static string points(const plan &p)
    {
        string text;

        for (const cli::point &one : p.points) {
            text += text.empty() ? "" : ", ";
            for (size_t i = 0; i < one.at.size(); i++)
                text += (i == 0 ? "" : " ") + one.at[i].value;
        }
        return text;
    }
    string points(const string &text) const
    {
        return points(load_plan(text));
    }

    /* The sentence without the folder. */
    string complaint(const string &text, bool has_head = true) const
    {
        const string file = write("s.yaml", has_head ? head + text : text);

        try {
            cli::load_sweep(file, 1);
        } catch (const cli::failure &f) {
            string words = f.what();
            EXPECT_EQ(f.status, ERR_USAGE) << words;
            for (size_t at; (at = words.find(folder.string() + "/")) != string::npos;)
                words.erase(at, folder.string().size() + 1);
            return words;
        }
        return "no complaint about " + text;
    }
};

#endif
