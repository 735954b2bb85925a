#include "cli/sweep/slurm_shards.hpp"

#include <boost/lexical_cast.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

#include "cli/output.hpp"
#include "cli/sweep/agenda.hpp"
#include "cli/sweep/slurm.hpp"

namespace fs = std::filesystem;

namespace cli {

namespace {

using statuses = std::map<run_key, run_status>;

/* What is known of this part, by the rules of those who run it. */
agenda agenda_of(const database &db, const statuses &known, shard part, bool is_any_end)
{
    const plan &p = db.get_plan();
    agenda runs(p, part);

    for (u32 i = 0; i < p.points.size(); i++)
        for (u32 n = 0; part.has(p.points[i].group) && n < p.seeds.count; n++) {
            const run_key key{p.points[i].config_key, p.seeds.first + n};
            const auto found = known.find(key);
            if (found == known.end() || (!is_any_end && !is_fact(found->second)))
                continue;
            runs.learn(i, key.seed, found->second,
                       p.stop && found->second == run_status::done
                           ? db.metric_of(key, p.stop->metric)
                           : std::nullopt);
        }
    return runs;
}

bool is_complete(const database &db, const statuses &known, shard part, bool is_any_end)
{
    agenda runs = agenda_of(db, known, part, is_any_end);

    runs.decide();
    return runs.is_over();
}

/* "3-of-8.db" -> 8 */
std::optional<u32> count_in(const fs::path &path)
{
    const std::string name = path.filename().string(), of = "-of-";
    const size_t at = name.find(of);
    u32 index, count;

    if (path.extension() != ".db" || at == std::string::npos ||
        !boost::conversion::try_lexical_convert(name.substr(0, at), index) ||
        !boost::conversion::try_lexical_convert(
            name.substr(at + of.size(), name.size() - at - of.size() - 3), count))
        return std::nullopt;
    return count;
}

/* Under a name that nobody uses: it may still be of worth to somebody. */
void set_aside(const std::string &path, const std::string &why)
{
    std::string name;

    for (u32 n = 1; name.empty() || fs::exists(name); n++)
        name = path + ".aside" + std::to_string(n);
    if (std::rename(path.c_str(), name.c_str()) != 0)
        throw io_failure("cannot rename " + path, errno);
    std::fprintf(stderr, "apfsim: %s; it is now called %s, and its runs are made again\n",
                 why.c_str(), name.c_str());
}

/* none: it cannot be read, and has been set aside. */
std::optional<database> open_shard(const std::string &path)
{
    try {
        return database(path, database::access::read);
    } catch (const failure &f) {
        set_aside(path, f.what());
        return std::nullopt;
    }
}

std::string this_program()
{
    std::error_code error;
    const fs::path path = fs::read_symlink("/proc/self/exe", error);

    if (error)
        throw io_failure("cannot find this program's own file", error.value());
    return path.string();
}

void remove_file(const fs::path &path)
{
    std::error_code error;

    fs::remove(path, error); /* What stays is in nobody's way. */
}

} // namespace

shard_files::shard_files(const database &db)
    : folder_(fs::absolute(db.path()).lexically_normal().string() + ".shards")
{
}

std::string shard_files::path(u32 index, const char *extension) const
{
    return folder_ + "/" + std::to_string(index) + "-of-" + std::to_string(count_) + extension;
}

std::string shard_files::log_pattern() const
{
    std::string pattern;

    for (char c : folder_)
        pattern += c == '%' ? "%%" : std::string(1, c);
    return pattern + "/%a-of-" + std::to_string(count_) + ".txt";
}

std::string shard_files::script_path() const
{
    return folder_ + "/task.sh";
}

std::vector<bool> shard_files::settled(const database &db) const
{
    const statuses known = db.known();
    std::vector<bool> is_settled(count_ + 1, false);

    for (u32 i = 1; i <= count_ && !known.empty(); i++)
        is_settled[i] = is_complete(db, known, {i - 1, count_}, false);
    return is_settled;
}

void shard_files::decide(database &db)
{
    if (!db.get_plan().stop)
        return;
    for (const auto &[group, seeds] : agenda_of(db, db.known(), {}, false).decide())
        if (db.seed_count(group) != seeds)
            db.put_seed_count(group, seeds);
}

bool shard_files::merge(database &db, u32 index, bool is_any_end)
{
    const std::string name = path(index, ".db");

    if (!fs::exists(name)) /* Its task never came as far as that. */
        return false;
    const std::optional<database> part = open_shard(name);
    if (!part)
        return false;
    merge_results(db, *part);
    return is_complete(*part, part->known(), {index - 1, count_}, is_any_end);
}

void shard_files::take_leftovers(database &db)
{
    std::vector<fs::path> files;

    if (!fs::is_directory(folder_))
        return;
    for (const fs::directory_entry &entry : fs::directory_iterator(folder_))
        if (count_in(entry.path()))
            files.push_back(entry.path());
    for (const fs::path &file : files) {
        const std::optional<database> part = open_shard(file.string());
        if (!part)
            continue;
        const bool is_same_plan = part->get_plan().hash == db.get_plan().hash;
        if (is_same_plan && part->build() == db.build() && count_in(file) == count_)
            continue;
        if (part->build() != db.build()) {
            set_aside(file.string(), file.string() + ": found results of another build of apfsim");
            continue;
        }
        db.reuse(*part);
        remove_file(file);
        remove_file(fs::path(file).replace_extension(".txt"));
    }
}

/* Runs that are known already are not made again. */
void shard_files::seed(const database &db, u32 index,
                       std::vector<std::vector<config_row>> *configs) const
{
    const plan &p = db.get_plan();
    const shard part{index - 1, count_};
    std::set<u64> keys;
    bool is_any = false;

    for (const point &pt : p.points)
        if (part.has(pt.group))
            keys.insert(pt.config_key);
    for (const auto &[key, status] : db.known())
        is_any = is_any || (is_fact(status) && keys.count(key.config_key) != 0);
    if (!is_any)
        return;
    if (configs->empty()) { /* The first whole, of the others what differs. */
        std::set<std::vector<std::string>> usual;
        for (u32 i = 0; i < p.points.size(); i++) {
            configs->emplace_back();
            for (const config_row &row : db.config(i)) {
                const std::vector<std::string> words{row.key, row.value, row.origin};
                if (i == 0)
                    usual.insert(words);
                if (i == 0 || usual.count(words) == 0)
                    configs->back().push_back(row);
            }
        }
    }
    const std::string name = path(index, ".db");
    database::create(name, p, db.build(), *configs);
    database(name, database::access::write).reuse(db, [&](u64 config_key) {
        return keys.count(config_key) != 0;
    });
}

void shard_files::prepare(const database &db, const std::vector<u32> &indexes,
                          const slurm_options &options)
{
    const std::string script =
        slurm_script(this_program(), fs::current_path().string(), options, folder_, count_);
    std::vector<std::vector<config_row>> configs;
    std::error_code error;

    fs::create_directories(folder_, error);
    if (error)
        throw io_failure("cannot make the directory " + folder_, error.value());
    write_file(script_path(), [&](FILE *f) { return std::fputs(script.c_str(), f) >= 0; });
    for (u32 index : indexes)
        if (!fs::exists(path(index, ".db")))
            seed(db, index, &configs);
}

std::string shard_files::last_words(u32 index) const
{
    std::ifstream in(path(index, ".txt"));
    std::string last;

    for (std::string line; std::getline(in, line);)
        if (!line.empty())
            last = line;
    return last;
}

void shard_files::remove() const
{
    std::error_code error;

    for (u32 i = 1; i <= count_; i++)
        for (const char *extension : {".db", ".db-journal", ".db.lock", ".db.part", ".txt"})
            remove_file(path(i, extension));
    remove_file(script_path());
    fs::remove(folder_, error); /* Only if it is empty. */
}

} // namespace cli
