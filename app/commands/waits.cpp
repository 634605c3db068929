// SPDX-License-Identifier: GPL-3.0-or-later
// waitscope waits: what was waited for, where, by how many, and how much of it is still open.
#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/goroutine_list.h"
#include "app/option_values.h"
#include "app/output.h"
#include "app/trace_input.h"
#include "model/facts.h"
#include "model/report/holdups.h"
#include "model/report/text.h"
#include "model/report/wait_columns.h"
#include "model/report/waits_report.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace waitscope {

namespace {

// Columns as wide as their widest cell. Bytes above 0x7f that continue a character take no room.
std::size_t columnsOf(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string aligned(const std::vector<std::vector<std::string>>& rows, std::size_t leftColumns) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], columnsOf(row[i]));
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string padding(widths[i] - columnsOf(row[i]), ' ');
            line += (i == 0 ? "" : "  ") + (i < leftColumns ? row[i] + padding : padding + row[i]);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

constexpr std::array ordinaryColumns{WaitColumn::Primitive, WaitColumn::Key,      WaitColumn::Goroutines,
                                     WaitColumn::Total,     WaitColumn::OpenTime, WaitColumn::Share,
                                     WaitColumn::Finished,  WaitColumn::Open,     WaitColumn::Longest};

/// The columns that --columns names; none with a sentence in `problem` if one is not there.
std::optional<std::vector<WaitColumn>> columnsFrom(const std::string& text, std::string& problem) {
    if (text.empty())
        return std::vector(ordinaryColumns.begin(), ordinaryColumns.end());
    if (text == "all")
        return std::vector(waitColumns.begin(), waitColumns.end());
    std::vector<WaitColumn> columns;
    for (std::size_t from = 0; from <= text.size();) {
        const std::size_t comma = std::min(text.find(',', from), text.size());
        const std::string_view name = std::string_view(text).substr(from, comma - from);
        const auto found = std::ranges::find(waitColumns, name, [](WaitColumn c) { return nameOf(c); });
        if (found == waitColumns.end()) {
            problem = "--columns " + text + ": there is no column \"" + std::string(name) + "\". There are all";
            for (const WaitColumn column : waitColumns)
                problem += ", " + std::string(nameOf(column));
            problem += ".";
            return {};
        }
        columns.push_back(*found);
        from = comma + 1;
    }
    return columns;
}

std::string asText(const TraceFacts& facts, const WaitTable& table, const std::vector<WaitColumn>& columns) {
    std::size_t words = 0; // at the left
    while (words < columns.size() && !isFigure(columns[words]))
        ++words;
    std::vector<std::vector<std::string>> rows{{"#"}};
    for (const WaitColumn column : columns)
        rows.back().push_back(titleOf(column, table.by));
    // What is idle by nature comes last, in its own place: it is counted, but it is not what one looks for.
    std::vector<std::size_t> order;
    for (const bool idle : {false, true})
        for (std::size_t r = 0; r < table.rows.size(); ++r)
            if (table.rows[r].idiom.empty() != idle)
                order.push_back(r);
    std::size_t firstIdle = 0;
    for (const std::size_t r : order) {
        const WaitRow& row = table.rows[r];
        firstIdle += row.idiom.empty() ? 1 : 0;
        rows.push_back({std::to_string(r + 1)});
        for (const WaitColumn column : columns) {
            std::string cell = cellText(facts, table, row, column);
            if (column == WaitColumn::Primitive && !row.idiom.empty() && row.idiom != nameOf(row.primitive))
                cell += " (" + std::string(row.idiom) + ")";
            cell.erase(cell.find_last_not_of(' ') + 1);
            rows.back().push_back(std::move(cell));
        }
    }
    std::string text = aligned(rows, words + 1);
    if (firstIdle < order.size()) {
        std::size_t at = 0;
        for (std::size_t line = 0; line < firstIdle + 1; ++line)
            at = text.find('\n', at) + 1;
        text.insert(at, "\nidle by nature:\n");
    }
    if (table.runtimeWaits > 0)
        text += "\n" + countText(table.runtimeWaits) + " waits of Go's own runtime, " +
                durationText(table.runtimeTime) + ", are " +
                (table.runtimeGoroutines ? "among these.\n" : "not among these (--runtime).\n");
    if (const std::string queue = schedulerText(schedulerLatency(facts, table.range)); !queue.empty())
        text += queue + "\n";
    const WakerGraph graph = wakerGraph(facts, table.range);
    if (!graph.knots.empty())
        text += knotText(*facts.trace, graph, graph.knots.front()) + "\n";
    return text + collectorText(collectorCost(facts, table.range), table.range) + "\n";
}

} // namespace

int WaitsCommand::run() const {
    const auto grouping = std::ranges::find(waitGroupings, by, [](WaitGrouping g) { return nameOf(g); });
    std::string problem;
    const auto shown = columnsFrom(columns, problem);
    if (!shown) {
        say(problem);
        return Usage;
    }
    const auto loaded = loadForCommand(trace, range);
    if (!loaded)
        return NothingReadable;
    const auto within = rangeFrom(range, *loaded, problem);
    if (!within) {
        say(problem);
        return Usage;
    }
    const auto facts = computeFacts(loaded, Rows::NotDrawn);
    const std::vector<GoroutineIndex> goroutines = goroutinesFrom(*facts, only);
    if (goroutines.empty() && !only.empty()) {
        say("--only " + only + ": the trace has no such goroutines.");
        return Usage;
    }
    const WaitTableOptions options{
        .range = *within, .by = *grouping, .only = goroutines, .runtimeGoroutines = runtime, .rootCauses = json};
    std::string result;
    if (goroutinesOfRow > 0) {
        const WaitTable table = computeWaitTable(*facts, options);
        if (goroutinesOfRow > table.rows.size()) {
            say("--goroutines " + std::to_string(goroutinesOfRow) + ": the table has " +
                std::to_string(table.rows.size()) + " rows.");
            return Usage;
        }
        const WaitRow& row = table.rows[goroutinesOfRow - 1];
        result = rowGoroutinesJson(*facts, table, row, goroutinesOf(*facts, row.key, *within, runtime, goroutines));
    } else if (json) {
        result = waitsJson(*facts, options);
    } else {
        const WaitTable table = computeWaitTable(*facts, options);
        result = csv ? waitsCsv(*facts, table) : asText(*facts, table, *shown);
    }
    if (writeResult(result, {}, problem))
        return Fine;
    say(problem);
    return NotWritten;
}

} // namespace waitscope
