// SPDX-License-Identifier: GPL-3.0-or-later
// waitscope waits: what was waited for, where, by how many, and how much of it is still open.
#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/option_values.h"
#include "app/output.h"
#include "app/trace_input.h"
#include "model/facts.h"
#include "model/report/text.h"
#include "model/report/waits_report.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace waitscope {

namespace {

constexpr std::array groupings{WaitGrouping::Site, WaitGrouping::Primitive, WaitGrouping::Goroutine,
                               WaitGrouping::Waker, WaitGrouping::Function};

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

std::string nameOfRow(const Trace& trace, const WaitTable& table, const WaitRow& row) {
    const auto place = [&](FrameId id) {
        if (!id.known())
            return std::string("(not recorded)");
        const Frame& frame = trace.frame(id);
        return std::string(shortFunction(trace.text(frame.function))) + " " +
               std::string(shortFile(trace.text(frame.file))) + ":" + std::to_string(frame.line);
    };
    switch (table.by) {
    case WaitGrouping::Goroutine:
        return "goroutine " + std::to_string(trace.goroutines.id(row.goroutine)) + " " +
               std::string(shortFunction(trace.function(row.goroutine)));
    case WaitGrouping::Function:
        return row.function.known() ? std::string(trace.text(row.function)) : "(unknown)";
    case WaitGrouping::Waker:
        if (!row.waker)
            return "(nobody)";
        return row.waker->how == WokenBy::Goroutine ? place(row.waker->site)
                                                    : "(" + std::string(nameOf(row.waker->how)) + ")";
    case WaitGrouping::Primitive:
        return "";
    case WaitGrouping::Site:
        break;
    }
    return place(row.site);
}

std::string asText(const TraceFacts& facts, const WaitTable& table) {
    std::vector<std::vector<std::string>> rows{
        {"primitive", std::string(nameOf(table.by)), "goroutines", "total", "share", "finished", "open", "longest"}};
    for (const WaitRow& row : table.rows) {
        const auto share = table.sharePercent(row);
        rows.push_back({std::string(nameOf(row.primitive)), nameOfRow(*facts.trace, table, row),
                        countText(row.goroutines), durationText(row.total()), share ? percentText(*share) : "",
                        countText(row.finished), countText(row.open),
                        (row.longestBeforeTrace ? "≥ " : "") + durationText(row.longest())});
    }
    return aligned(rows, 2);
}

} // namespace

int WaitsCommand::run() const {
    const auto grouping = std::ranges::find(groupings, by, [](WaitGrouping g) { return nameOf(g); });
    const auto loaded = loadForCommand(trace);
    if (!loaded)
        return NothingReadable;
    std::string problem;
    const auto within =
        range.empty() ? std::optional(loaded->wholeRange()) : rangeFrom(range, loaded->duration, problem);
    if (!within) {
        say(problem);
        return Usage;
    }
    const auto facts = computeFacts(loaded);
    const WaitTable table =
        computeWaitTable(*facts, {.range = *within, .by = *grouping, .runtimeGoroutines = runtime, .rootCauses = json});
    const std::string result = json ? waitsJson(*facts, table) : csv ? waitsCsv(*facts, table) : asText(*facts, table);
    if (writeResult(result, {}, problem))
        return Fine;
    say(problem);
    return NotWritten;
}

} // namespace waitscope
