#include "cli/trace_reader.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <sstream>

namespace cli {

namespace {

u32 find_hop(const std::string &key)
{
    u32 i = 0;

    while (i < HOP_COUNT && key != hop_info[i].key)
        i++;
    return i;
}

} // namespace

trace_reader::trace_reader(const std::string &path) : path_(path)
{
    err e = {};

    require_file(path);
    reader_.reset(apft_open(path.c_str(), &e));
    if (reader_ == nullptr)
        throw failure(e);
    const struct apft_header *header = apft_header(reader_.get());
    std::istringstream text(std::string(header->text, header->size));
    for (std::string line; std::getline(text, line);) {
        std::istringstream words(line);
        std::string key, first, second;
        u32 n = 0;
        words >> key >> n >> first >> second;
        if (key == "actor")
            actors_[n] = first;
        else if (key == "type")
            types_[n] = {first, second};
        else if (key == "hop")
            hops_[n] = find_hop(second);
    }
}

failure trace_reader::foreign(const std::string &what) const
{
    return failure(ERR_USAGE, path_ + ": found " + what +
                                  ", which this version of apfsim does "
                                  "not know; try the version that has recorded it");
}

const trace_reader::type &trace_reader::type_of(const trace_rec &rec) const
{
    auto found = types_.find(rec.type);

    if (found == types_.end())
        throw foreign("a record of type " + std::to_string(rec.type));
    return found->second;
}

const std::string &trace_reader::actor_of(const trace_rec &rec) const
{
    auto found = actors_.find(rec.actor);

    if (found == actors_.end())
        throw foreign("a record of actor " + std::to_string(rec.actor));
    return found->second;
}

u32 trace_reader::hop_of(u32 n) const
{
    auto found = hops_.find(n);

    if (found == hops_.end() || found->second == HOP_COUNT)
        throw foreign("hop " + std::to_string(n));
    return found->second;
}

const trace_rec *trace_reader::next()
{
    enum { RECORDS = 4096 };

    if (used_ == buffer_.size()) {
        err e = {};
        buffer_.resize(RECORDS);
        used_ = 0;
        s64 n = apft_read(reader_.get(), buffer_.data(), buffer_.size(), &e);
        buffer_.resize(n > 0 ? (size_t)n : 0);
        if (n < 0)
            throw failure(e);
        if (n == 0)
            return nullptr;
    }
    return &buffer_[used_++];
}

void trace_reader::each(const std::function<void(const trace_rec &)> &use)
{
    while (const trace_rec *rec = next())
        use(*rec);
}

bool trace_reader::has_names_of(const trace_reader &other) const
{
    auto equal = [](const type &a, const type &b) {
        return a.group == b.group && a.name == b.name;
    };

    return actors_ == other.actors_ && hops_ == other.hops_ &&
           types_.size() == other.types_.size() &&
           std::equal(types_.begin(), types_.end(), other.types_.begin(),
                      [&](const auto &a, const auto &b) {
                          return a.first == b.first && equal(a.second, b.second);
                      });
}

std::string trace_reader::line(const trace_rec &r) const
{
    const type &t = type_of(r);
    const char *mark = t.group == "message" ? "> " : t.group == "fault" ? "fault." : "";
    char at[64], payload[64];

    std::snprintf(at, sizeof at, "[%13" PRIu64 ".%03" PRIu64 " ns] ", (u64)(r.at_ps / PS_PER_NS),
                  (u64)(r.at_ps % PS_PER_NS));
    std::snprintf(payload, sizeof payload, " %#" PRIx64 " %#" PRIx32, r.a, r.b);
    auto padded = [](std::string word, size_t width) {
        word.resize(std::max(word.size(), width), ' ');
        return word;
    };
    return at + padded(actor_of(r), 9) + " " + mark + padded(t.name, 14) + payload;
}

} // namespace cli
