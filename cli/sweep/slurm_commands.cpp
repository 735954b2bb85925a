#include "cli/sweep/slurm_commands.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/lexical_cast.hpp>
#include <cstring>
#include <sstream>

#include "cli/sweep/process.hpp"

namespace cli {

namespace {

/* squeue: array's job, index, state, reason, comment. A comment may hold anything: it is last. */
const char *const queue_format = "%F|%K|%T|%r|%k";

std::optional<u32> number_in(const std::string &text)
{
    u32 value = 0;

    if (text.empty() || !std::isdigit(static_cast<unsigned char>(text[0])) ||
        !boost::conversion::try_lexical_convert(text, value))
        return std::nullopt;
    return value;
}

std::vector<std::string> lines_of(const std::string &text)
{
    std::istringstream in(text);
    std::vector<std::string> lines;

    for (std::string line; std::getline(in, line);)
        if (!line.empty())
            lines.push_back(line);
    return lines;
}

bool has(const std::string &text, const char *part)
{
    return text.find(part) != std::string::npos;
}

/* The cluster's trouble, not the user's: to be tried again. */
bool is_no_answer(const std::string &words)
{
    return has(words, "ontact") || has(words, "imed out") || has(words, "onnection") ||
           has(words, "emporarily") || has(words, "ransmitted");
}

std::optional<std::string> ask_queue(arguments selection)
{
    selection.insert(selection.begin(), {"squeue", "-h", "-r", "-o", queue_format});
    const ended_program squeue = run_program(selection);

    if (squeue.status == 0)
        return squeue.out;
    /* Of one job that is forgotten Slurm says this; of several it lists those that it knows. */
    if (has(squeue.err, "Invalid job id"))
        return "";
    if (!squeue.found || !is_no_answer(squeue.err))
        throw failure(ERR_IO, "cannot follow the job: squeue says \"" + slurm_words(squeue.err) +
                                  "\"; the job goes on, the same command follows it again");
    return std::nullopt;
}

} // namespace

void slurm_require_commands()
{
    for (const char *name : {"sbatch", "squeue", "scontrol", "sinfo"})
        if (!run_program({name, "--version"}).found)
            throw failure(ERR_USAGE, std::string("found no ") + name +
                                         ", expected Slurm's commands on PATH; try --on local, or "
                                         "--shard I/N with another launcher (docs/clusters.md)");
}

slurm_limits slurm_read_limits(const arguments &extra)
{
    const ended_program config = run_program({"scontrol", "show", "config"});
    slurm_limits limits;

    if (config.status != 0)
        throw failure(ERR_IO, "cannot ask the cluster for its limits: scontrol says \"" +
                                  slurm_words(config.err) + "\"; the results are as they were");
    if (const auto size = slurm_config_value(config.out, "MaxArraySize"))
        limits.index_max = std::max(*size, 2u) - 1;
    if (const auto count = slurm_config_value(config.out, "MaxJobCount"))
        limits.job_max = std::max(*count, 1u);
    limits.cpus =
        slurm_cpus(run_program({"sinfo", "-h", "-o", "%P %C"}).out, slurm_partition(extra));
    return limits;
}

std::string slurm_submit(const slurm_array &array)
{
    arguments command = {"sbatch",
                         "--parsable",
                         "--array=" + slurm_index_list(array.indexes),
                         "--requeue",
                         "--open-mode=append",
                         "--ntasks=1",
                         "--cpus-per-task=" + std::to_string(array.cpus),
                         "--job-name=" + array.name,
                         "--output=" + array.log,
                         "--comment=" + array.tag};

    command.insert(command.end(), array.extra.begin(), array.extra.end());
    command.push_back(array.script);
    const ended_program sbatch = run_program(command);
    const std::string id = sbatch.out.substr(0, sbatch.out.find_first_of(";\n"));
    if (sbatch.status == 0 && number_in(id))
        return id;
    const std::string words = slurm_words(sbatch.status == 0 ? sbatch.out : sbatch.err);
    throw failure(is_no_answer(words) ? ERR_IO : ERR_USAGE,
                  "sbatch took no job: \"" + words + "\"; the results are as they were");
}

std::optional<std::vector<slurm_element>> slurm_queue(const arguments &jobs)
{
    std::string list;

    if (jobs.empty())
        return std::vector<slurm_element>();
    for (const std::string &job : jobs)
        list += (list.empty() ? "" : ",") + job;
    const std::optional<std::string> text = ask_queue({"-j", list});
    if (!text)
        return std::nullopt;
    return slurm_elements(*text);
}

std::optional<std::string> slurm_find(const std::string &tag)
{
    const std::optional<std::string> text =
        ask_queue({"-t", "all", "-u", std::to_string(getuid())});

    if (!text)
        return std::nullopt;
    for (const slurm_element &e : slurm_elements(*text))
        if (e.tag == tag)
            return e.job;
    return "";
}

std::string slurm_ending(const std::string &job, u32 index)
{
    const ended_program show =
        run_program({"scontrol", "show", "job", "-o", job + "_" + std::to_string(index)});
    std::istringstream in(show.status == 0 ? show.out : "");
    std::string words;

    for (std::string word; in >> word;)
        if (word.rfind("JobState=", 0) == 0 || word.rfind("ExitCode=", 0) == 0 ||
            (word.rfind("Reason=", 0) == 0 && word != "Reason=None"))
            words += (words.empty() ? "" : " ") + word;
    return words.empty() ? "Slurm does not say how" : words;
}

/* --- The texts --- */

std::string slurm_index_list(const std::vector<u32> &indexes)
{
    std::string list;

    for (size_t i = 0; i < indexes.size();) {
        size_t end = i + 1;
        while (end < indexes.size() && indexes[end] == indexes[end - 1] + 1)
            end++;
        list += (list.empty() ? "" : ",") + std::to_string(indexes[i]);
        if (end - i > 1)
            list += "-" + std::to_string(indexes[end - 1]);
        i = end;
    }
    return list;
}

std::optional<u32> slurm_config_value(const std::string &text, const std::string &name)
{
    for (const std::string &line : lines_of(text)) {
        std::istringstream in(line);
        std::string key, equals, value;
        if (in >> key >> equals >> value && key == name && equals == "=")
            return number_in(value);
    }
    return std::nullopt;
}

u32 slurm_cpus(const std::string &text, const std::string &partition)
{
    for (const std::string &line : lines_of(text)) {
        std::istringstream in(line);
        std::string name, counts;
        in >> name >> counts;
        const bool is_default = !name.empty() && name.back() == '*';
        if (is_default)
            name.pop_back();
        const size_t slash = counts.rfind('/');
        if ((partition.empty() ? !is_default : name != partition) || slash == std::string::npos)
            continue;
        return std::max(number_in(counts.substr(slash + 1)).value_or(1), 1u);
    }
    return 1;
}

std::string slurm_partition(const arguments &extra)
{
    const std::string key = "--partition";
    std::string name;

    for (size_t i = 0; i < extra.size(); i++) {
        const std::string &arg = extra[i];
        if (arg.rfind(key + "=", 0) == 0)
            name = arg.substr(key.size() + 1);
        else if ((arg == key || arg == "-p") && i + 1 < extra.size())
            name = extra[i + 1];
        else if (arg.size() > 2 && arg.rfind("-p", 0) == 0)
            name = arg.substr(2);
    }
    return name.substr(0, name.find(',')); /* Of several any may be taken. */
}

std::vector<slurm_element> slurm_elements(const std::string &text)
{
    std::vector<slurm_element> elements;

    for (const std::string &line : lines_of(text)) {
        std::istringstream in(line);
        slurm_element e;
        std::string index, state;
        std::getline(in, e.job, '|');
        std::getline(in, index, '|');
        std::getline(in, state, '|');
        std::getline(in, e.reason, '|');
        std::getline(in, e.tag);
        const std::optional<u32> number = number_in(index);
        if (!number) /* Another job of this user, without an array. */
            continue;
        e.index = *number;
        e.is_waiting = state == "PENDING";
        elements.push_back(e);
    }
    return elements;
}

std::string slurm_words(const std::string &text)
{
    std::string words;

    for (std::string line : lines_of(text)) {
        for (const char *prefix : {"sbatch: ", "squeue: ", "scontrol: ", "error: ", "fatal: ",
                                   "slurm_load_jobs error: "})
            if (line.rfind(prefix, 0) == 0)
                line.erase(0, std::strlen(prefix));
        words += (words.empty() ? "" : "; ") + line;
    }
    return words.empty() ? "nothing" : words;
}

} // namespace cli
