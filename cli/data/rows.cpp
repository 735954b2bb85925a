#include "cli/data/rows.hpp"

#include <string_view>
#include <unordered_map>

namespace cli {

namespace {

using row_index = std::unordered_map<std::string_view, size_t>;

row_index index_of(const config_rows &rows)
{
    row_index index(rows.size() * 2);

    for (size_t i = 0; i < rows.size(); i++)
        index.emplace(rows[i].key, i);
    return index;
}

bool is_gone(const config_row &row)
{
    return row.value.empty() && row.origin.empty();
}

/* "store.read" of "store.read.median" */
std::string_view mapping_of(const config_row &row)
{
    const size_t dot = row.key.rfind('.');

    return std::string_view(row.key).substr(0, dot == std::string::npos ? 0 : dot);
}

void insert_row(config_rows &rows, const config_row &row)
{
    size_t at = rows.size();

    while (at > 0 && mapping_of(rows[at - 1]) != mapping_of(row))
        at--;
    rows.insert(at == 0 ? rows.end() : rows.begin() + (std::ptrdiff_t)at, row);
}

} // namespace

bool operator==(const config_row &a, const config_row &b)
{
    return a.key == b.key && a.value == b.value && a.origin == b.origin;
}

config_rows rows_difference(const config_rows &first, const config_rows &other)
{
    const row_index index = index_of(first);
    std::vector<bool> is_there(first.size());
    config_rows difference;

    for (const config_row &row : other) {
        const auto found = index.find(row.key);
        if (found != index.end())
            is_there[found->second] = true;
        if (found == index.end() || !(first[found->second] == row))
            difference.push_back(row);
    }
    for (size_t i = 0; i < first.size(); i++)
        if (!is_there[i])
            difference.push_back({first[i].key, "", ""});
    return difference;
}

config_rows rows_whole(const config_rows &first, const config_rows &difference)
{
    const row_index changes = index_of(difference), index = index_of(first);
    config_rows rows;

    for (const config_row &row : first) {
        const auto found = changes.find(row.key);
        if (found == changes.end())
            rows.push_back(row);
        else if (!is_gone(difference[found->second]))
            rows.push_back(difference[found->second]);
    }
    for (const config_row &row : difference)
        if (!is_gone(row) && index.count(row.key) == 0)
            insert_row(rows, row);
    return rows;
}

} // namespace cli
