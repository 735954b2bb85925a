#include "cli/sweep/plan_print.hpp"

#include <algorithm>
#include <cinttypes>

namespace cli {

namespace {

const char *scale_word(enum scale s)
{
    return s == scale::log ? "log" : s == scale::linear ? "linear" : "category";
}

/* The values of a parameter in the order of the points, each once; cut where the line is full. */
std::string values_of(const plan &p, size_t parameter)
{
    const size_t size_max = 60;
    std::vector<coordinate> values;
    std::string text;

    for (const point &one : p.points) {
        const coordinate &at = one.at[parameter];
        const auto is_same = [&](const coordinate &c) { return c.value == at.value; };
        if (values.size() <= size_max && std::none_of(values.begin(), values.end(), is_same))
            values.push_back(at);
    }
    if (std::all_of(values.begin(), values.end(),
                    [](const coordinate &c) { return c.number.has_value(); }))
        std::sort(values.begin(), values.end(),
                  [](const coordinate &a, const coordinate &b) { return *a.number < *b.number; });
    for (const coordinate &c : values) {
        if (text.size() + c.value.size() > size_max)
            return text + " ...";
        text += (text.empty() ? "" : " ") + (c.value.empty() ? "-" : c.value);
    }
    return text;
}

std::string counted(u64 count, const char *what)
{
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

void print_count(u64 count, const char *words, FILE *out)
{
    if (count != 0)
        std::fprintf(out, "  %" PRIu64 " %s\n", count, words);
}

void print_head(const loaded_sweep &sweep, FILE *out)
{
    const plan &p = sweep.p;
    size_t width = 0;

    std::fprintf(out, "%s\n", p.title.empty() ? p.file.c_str() : p.title.c_str());
    std::fprintf(out, "base %s, plan 0x%016" PRIx64 "\n\n", p.base.c_str(), p.hash);
    for (const parameter &what : p.parameters)
        width = std::max(width, what.name.size());
    for (size_t i = 0; i < p.parameters.size(); i++)
        std::fprintf(out, "  %-*s  %s%s\n", (int)width, p.parameters[i].name.c_str(),
                     values_of(p, i).c_str(),
                     p.parameters[i].name == p.compared ? "  (compared)" : "");
    std::fprintf(out, "%s%s in %s, %s%s each: %s%s\n", p.parameters.empty() ? "" : "\n",
                 counted(p.points.size(), "point").c_str(),
                 counted(plan_group_count(p), "group").c_str(), p.stop ? "at most " : "",
                 counted(p.seeds.count, "seed").c_str(), p.stop ? "at most " : "",
                 counted((u64)p.points.size() * p.seeds.count, "run").c_str());
    print_count(sweep.counts.excluded, "left out by exclude", out);
    print_count(sweep.counts.constrained, "left out by constraints", out);
    print_count(sweep.counts.dropped, "left out because another has the same configuration", out);
}

/* A field of CSV (RFC 4180). */
std::string csv_field(const std::string &text)
{
    std::string quoted = "\"";

    if (text.find_first_of(",\"\r\n") == std::string::npos)
        return text;
    for (const char c : text)
        quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
}

std::string json_text(const std::string &text)
{
    std::string quoted = "\"";
    char code[8];

    for (const char c : text) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        if ((u8)c < 0x20) {
            std::snprintf(code, sizeof code, "\\u%04x", (u8)c);
            quoted += code;
        } else {
            quoted += c;
        }
    }
    return quoted + "\"";
}

void print_json_points(const plan &p, FILE *out)
{
    for (size_t i = 0; i < p.points.size(); i++) {
        const point &one = p.points[i];
        std::fprintf(out,
                     "%s\n    {\"point\": %zu, \"group\": %" PRIu32
                     ", \"config_key\": \"0x%016" PRIx64 "\", \"variant\": %s, \"at\": [",
                     i == 0 ? "" : ",", i, one.group, one.config_key,
                     json_text(one.variant).c_str());
        for (size_t j = 0; j < one.at.size(); j++) {
            std::fprintf(out, "%s{\"value\": %s", j == 0 ? "" : ", ",
                         json_text(one.at[j].value).c_str());
            if (one.at[j].number)
                std::fprintf(out, ", \"number\": %" PRIu64, *one.at[j].number);
            std::fprintf(out, "}");
        }
        std::fprintf(out, "], \"settings\": [");
        for (size_t j = 0; j < one.settings.size(); j++)
            std::fprintf(out, "%s%s", j == 0 ? "" : ", ",
                         json_text(one.settings[j].key + "=" + one.settings[j].value).c_str());
        std::fprintf(out, "]}");
    }
}

} // namespace

void plan_print_text(const loaded_sweep &sweep, size_t points_max, FILE *out)
{
    const plan &p = sweep.p;
    const size_t count = std::min(points_max, p.points.size());
    std::vector<size_t> width;

    print_head(sweep, out);
    if (p.parameters.empty())
        return;
    for (size_t j = 0; j < p.parameters.size(); j++) {
        width.push_back(p.parameters[j].name.size());
        for (size_t i = 0; i < count; i++)
            width[j] = std::max(width[j], p.points[i].at[j].value.size());
    }
    std::fprintf(out, "\n  point  group");
    for (size_t j = 0; j < width.size(); j++)
        std::fprintf(out, "  %*s", (int)width[j], p.parameters[j].name.c_str());
    std::fprintf(out, "\n");
    for (size_t i = 0; i < count; i++) {
        std::fprintf(out, "  %5zu  %5" PRIu32, i, p.points[i].group);
        for (size_t j = 0; j < width.size(); j++) {
            const std::string &value = p.points[i].at[j].value;
            std::fprintf(out, "  %*s", (int)width[j], value.empty() ? "-" : value.c_str());
        }
        std::fprintf(out, "\n");
    }
    if (count < p.points.size())
        std::fprintf(out, "  and %zu more; --all shows them\n", p.points.size() - count);
}

void plan_print_csv(const plan &p, FILE *out)
{
    std::fprintf(out, "point,group,config_key,variant");
    for (const parameter &what : p.parameters) {
        std::fprintf(out, ",%s", csv_field(what.name).c_str());
        if (!what.unit.empty())
            std::fprintf(out, ",%s", csv_field(what.name + " [" + what.unit + "]").c_str());
    }
    std::fprintf(out, "\n");
    for (size_t i = 0; i < p.points.size(); i++) {
        const point &one = p.points[i];
        std::fprintf(out, "%zu,%" PRIu32 ",0x%016" PRIx64 ",%s", i, one.group, one.config_key,
                     csv_field(one.variant).c_str());
        for (size_t j = 0; j < one.at.size(); j++) {
            const parameter &what = p.parameters[j];
            std::fprintf(out, ",%s", csv_field(one.at[j].value).c_str());
            if (!what.unit.empty())
                std::fprintf(out, ",%s",
                             one.at[j].number ? std::to_string(*one.at[j].number).c_str() : "");
        }
        std::fprintf(out, "\n");
    }
}

void plan_print_json(const loaded_sweep &sweep, FILE *out)
{
    const plan &p = sweep.p;

    std::fprintf(out,
                 "{\n  \"format\": 1,\n  \"title\": %s,\n  \"sweep\": %s,\n  \"base\": %s,\n"
                 "  \"plan\": \"0x%016" PRIx64 "\",\n  \"compared\": %s,\n"
                 "  \"seeds\": {\"first\": %" PRIu64 ", \"count\": %" PRIu32 "},\n",
                 json_text(p.title).c_str(), json_text(p.file).c_str(), json_text(p.base).c_str(),
                 p.hash, json_text(p.compared).c_str(), p.seeds.first, p.seeds.count);
    std::fprintf(
        out,
        "  \"groups\": %" PRIu32 ",\n  \"excluded\": %" PRIu64 ",\n  \"constrained\": %" PRIu64
        ",\n  \"dropped\": %" PRIu64 ",\n  \"parameters\": [",
        plan_group_count(p), sweep.counts.excluded, sweep.counts.constrained, sweep.counts.dropped);
    for (size_t i = 0; i < p.parameters.size(); i++)
        std::fprintf(out, "%s\n    {\"name\": %s, \"unit\": %s, \"scale\": \"%s\"}",
                     i == 0 ? "" : ",", json_text(p.parameters[i].name).c_str(),
                     json_text(p.parameters[i].unit).c_str(), scale_word(p.parameters[i].scale));
    std::fprintf(out, "%s],\n  \"points\": [", p.parameters.empty() ? "" : "\n  ");
    print_json_points(p, out);
    std::fprintf(out, "\n  ]\n}\n");
}

} // namespace cli
