/* apfsim check: all that can be wrong with an experiment, found without running it. */
#include <cstdio>

#include "cli/settings.hpp"
#include "cli/syntax.hpp"

namespace cli {

int check_command(const arguments &args)
{
    syntax s("check",
             "Checks a configuration, and reads the traces that it names from beginning to end.",
             "apfsim check configs/demo.yaml --set host.memory_limit=512KiB", {"CONFIG"});
    boost::program_options::variables_map values;

    add_settings(s.options);
    if (!s.parse(args, values))
        return ERR_NONE;
    const std::string path = values["CONFIG"].as<std::string>();
    configuration c(path, settings_from(values));
    const spec *p = config_spec(c.get(), 0);
    for (u32 i = 0; i < p->task_count; i++) {
        lackey_summary summary;
        err e = {};
        if (p->task[i].kind == TASK_TRACE && !lackey_summarize(p->task[i].file, &summary, &e))
            throw failure(e);
    }
    std::printf("%s: good, %u tasks under", path.c_str(), p->task_count);
    for (u32 i = 0; i < config_spec_count(c.get()); i++)
        std::printf(" %s", config_spec(c.get(), i)->variant_name);
    std::printf("\n");
    return ERR_NONE;
}

} // namespace cli
