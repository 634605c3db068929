// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/grid_report.h"

#include "model/heatmap/heatmap.h"
#include "model/report/identity_json.h"
#include "model/report/warning_lines.h"

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace waitscope {

namespace {

// As few digits as bring back the same value, whatever the locale.
void append(std::string& text, float value) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    text.append(digits.data(), end);
}

std::string quoted(const std::string& field) {
    if (field.find_first_of(",\"\r\n") == std::string::npos)
        return field;
    std::string text = "\"";
    for (const char c : field)
        text += c == '"' ? std::string("\"\"") : std::string(1, c);
    return text + "\"";
}

} // namespace

std::string gridCsv(const Trace& trace, const Grid& grid) {
    std::string text = warningLines(trace) + "row,label,goroutines,first_goroutine";
    for (std::uint32_t b = 0; b < grid.bins; ++b)
        text += "," + std::to_string(grid.binRange(b).begin);
    text += "\n";
    for (std::uint32_t r = 0; r < grid.rows.size(); ++r) {
        text +=
            std::to_string(r) + "," + quoted(rowLabel(trace, grid, r)) + "," + std::to_string(grid.rows[r].count) + ",";
        if (grid.rows[r].count > 0)
            text += std::to_string(trace.goroutines.id(grid.goroutinesOf(r).front()));
        for (std::uint32_t b = 0; b < grid.bins; ++b) {
            text += ',';
            if (const float value = grid.values[grid.cell(r, b)]; !std::isnan(value))
                append(text, value);
        }
        text += "\n";
    }
    return text;
}

std::string gridJson(const Trace& trace, const Grid& grid) {
    using Json = nlohmann::json;
    Json document = documentJson(trace);
    document["mode"] = namedOf(grid.mode).name;
    document["metric"] = nameOf(grid.metric);
    document["unit"] = nameOf(grid.unit);
    document["bundling"] = grid.bundling == Bundling::Mean ? "mean" : "max";
    document["range_ns"] = {grid.range.begin, grid.range.end};
    document["bin_ns"] = grid.bins == 0 ? Json() : Json(static_cast<double>(grid.range.length()) / grid.bins);
    document["goroutines_per_row"] = grid.perRow;
    Json starts = Json::array();
    for (std::uint32_t b = 0; b < grid.bins; ++b)
        starts.push_back(grid.binRange(b).begin);
    document["bin_starts_ns"] = std::move(starts);
    Json rows = Json::array();
    for (std::uint32_t r = 0; r < grid.rows.size(); ++r) {
        Json values = Json::array();
        for (std::uint32_t b = 0; b < grid.bins; ++b) {
            const float value = grid.values[grid.cell(r, b)];
            values.push_back(std::isnan(value) ? Json() : Json(value));
        }
        const GridRow& row = grid.rows[r];
        Json object = {
            {"row", r},
            {"label", rowLabel(trace, grid, r)},
            {"goroutines", row.count},
            {"first_goroutine", row.count > 0 ? Json(trace.goroutines.id(grid.goroutinesOf(r).front())) : Json()},
            {"before_trace", row.preExisting},
            {"open_at_end", row.openAtEnd},
            {"values", std::move(values)}};
        if (row.high > 0)
            object[grid.mode == HeatmapMode::Processor ? "interval_percent" : "interval_ns"] = {row.low, row.high};
        if (grid.mode == HeatmapMode::Population) {
            object["at_begin"] = row.atBegin;
            object["at_end"] = row.atEnd;
        }
        rows.push_back(std::move(object));
    }
    document["rows"] = std::move(rows);
    document["notes"] = grid.notes;
    if (!grid.sections.empty()) {
        Json sections = Json::array();
        for (const GridSection& section : grid.sections)
            sections.push_back({{"title", section.title}, {"notes", section.notes}});
        document["sections"] = std::move(sections);
    }
    return printed(document);
}

} // namespace waitscope
