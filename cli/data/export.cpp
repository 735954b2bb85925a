#include "cli/data/export.hpp"

#include <cinttypes>

namespace cli {

namespace {

/* RFC 4180. */
std::string quoted(const std::string &text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos)
        return text;
    std::string all = "\"";
    for (const char c : text)
        all += c == '"' ? std::string("\"\"") : std::string(1, c);
    return all + "\"";
}

void put_line(FILE *out, const std::string &line)
{
    std::fwrite(line.data(), 1, line.size(), out);
    std::fputc('\n', out);
}

std::string buckets_of(const hist &h)
{
    std::string all;

    for (u32 i = 0; i < HIST_BUCKETS; i++)
        if (h.bucket[i] != 0)
            all += (all.empty() ? "" : " ") + std::to_string(hist_bucket_low(i)) + ":" +
                   std::to_string(h.bucket[i]);
    return all;
}

} // namespace

bool export_csv(const database &db, FILE *out)
{
    const plan &p = db.get_plan();
    const std::vector<std::string> names = db.metric_names();
    std::string line = "point,group,seed";
    char checksum[24];

    for (const parameter &row : p.parameters)
        line += "," + quoted(row.name);
    line += ",status,text,checksum";
    for (const std::string &name : names)
        line += "," + quoted(name);
    put_line(out, line);
    for (const run_row &row : db.runs()) {
        const point &pt = p.points[row.point];
        line = std::to_string(row.point) + "," + std::to_string(pt.group) + "," +
               std::to_string(row.seed);
        for (const coordinate &at : pt.at)
            line += "," + quoted(at.value);
        std::snprintf(checksum, sizeof(checksum), "0x%016" PRIx64, row.checksum);
        line += std::string(",") + run_status_word(row.status) + "," + quoted(row.text) + "," +
                checksum;
        const std::vector<std::pair<std::string, u64>> values = db.metrics(row.id);
        size_t next = 0; /* Both are sorted. */
        for (const std::string &name : names) {
            line += ',';
            if (next < values.size() && values[next].first == name)
                line += std::to_string(values[next++].second);
        }
        put_line(out, line);
    }
    return std::ferror(out) == 0;
}

bool export_histograms(const database &db, FILE *out)
{
    const std::vector<std::string> names = db.hist_names();

    put_line(out, "point,seed,name,count,sum,min,max,buckets");
    for (const run_row &row : db.runs())
        for (const std::string &name : names) {
            const hist h = db.histogram({row.id}, name);
            if (h.count != 0)
                put_line(out, std::to_string(row.point) + "," + std::to_string(row.seed) + "," +
                                  quoted(name) + "," + std::to_string(h.count) + "," +
                                  std::to_string(h.sum) + "," + std::to_string(h.min) + "," +
                                  std::to_string(h.max) + "," + buckets_of(h));
        }
    return std::ferror(out) == 0;
}

} // namespace cli
