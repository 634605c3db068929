// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/wait_columns.h"

#include "model/report/span_text.h"
#include "model/report/text.h"

namespace waitscope {

namespace {

struct Words {
    std::string_view name, title, meaning;
};

const Words& wordsOf(WaitColumn column) {
    static constexpr std::array<Words, waitColumns.size()> words{{
        {"primitive", "Primitive", "What is waited for"},
        {"key", "", ""},
        {"goroutines", "Goroutines", "Different goroutines that waited here"},
        {"open", "Open", "Waits that last to the end of the trace"},
        {"longest", "Longest", "The longest wait, finished or open (▸). ≥: it began before the trace"},
        {"total", "Total",
         "Time waited inside the visible range, summed over goroutines. Open waits count to the end of the trace"},
        {"open-time", "Of it open", "The part of the total that waits have which last to the end of the trace"},
        {"share", "Share", "Of the time that the program's goroutines existed in the visible range"},
        {"concurrency", "Concurrency", "Goroutines that were blocked here at one time, on average"},
        {"finished", "Finished", "Waits that ended"},
        {"p50", "p50", "Half of the finished waits were not longer than this"},
        {"p95", "p95", "19 of 20 finished waits were not longer than this"},
        {"p99", "p99", "99 of 100 finished waits were not longer than this"},
        {"max", "Max", "The longest finished wait"},
        {"peak", "Most blocked", "The most goroutines that were blocked here at one time"},
        {"at-end", "At end", "Goroutines that were blocked here at the end of the visible range"},
        {"before", "Before", "Waits that were going on when the trace began"},
        {"top-waker", "Top waker", "The line that ended the most waiting time here, or what did if no goroutine did"},
    }};
    return words[static_cast<std::size_t>(column)];
}

std::string textOf(const std::optional<Time>& time) {
    return time ? durationText(*time) : std::string();
}

} // namespace

std::string_view nameOf(WaitColumn column) {
    return wordsOf(column).name;
}

std::string titleOf(WaitColumn column, WaitGrouping by) {
    if (column != WaitColumn::Key)
        return std::string(wordsOf(column).title);
    std::string title(nameOf(by));
    title[0] = static_cast<char>(title[0] - 'a' + 'A');
    return title;
}

std::string meaningOf(WaitColumn column, WaitGrouping by) {
    if (column != WaitColumn::Key)
        return std::string(wordsOf(column).meaning);
    switch (by) {
    case WaitGrouping::Site:
        return "The first line outside Go's standard library";
    case WaitGrouping::Primitive:
        return "What is waited for";
    case WaitGrouping::Waker:
        return "The line that ended the waits";
    case WaitGrouping::Goroutine:
        return "The goroutine that waited";
    case WaitGrouping::Function:
        return "The function that the waiting goroutine runs";
    case WaitGrouping::Task:
        return "The type of the task that the goroutine was in when the wait began";
    case WaitGrouping::Region:
        return "The type of the innermost region that the goroutine was in when the wait began";
    }
    return {};
}

bool isFigure(WaitColumn column) {
    return column != WaitColumn::Primitive && column != WaitColumn::Key && column != WaitColumn::TopWaker;
}

std::string wakerText(const Trace& trace, const WakerKey& waker) {
    if (waker.how == WokenBy::Goroutine)
        return siteText(trace, waker.site);
    return waker.how == WokenBy::Unknown ? "not recorded" : std::string(nameOf(waker.how));
}

std::string rowKeyText(const TraceFacts& facts, const WaitRowKey& key) {
    const Trace& trace = *facts.trace;
    switch (key.by) {
    case WaitGrouping::Site:
        return siteText(trace, key.site);
    case WaitGrouping::Primitive:
        return std::string(nameOf(key.primitive));
    case WaitGrouping::Waker:
        return key.waker ? wakerText(trace, *key.waker) : "(nobody: open waits and system calls)";
    case WaitGrouping::Goroutine:
        return goroutineText(trace, key.goroutine);
    case WaitGrouping::Function:
        return key.function.known() ? std::string(shortFunction(trace.text(key.function))) : "(unknown)";
    case WaitGrouping::Task:
    case WaitGrouping::Region:
        return key.annotation ? std::string(trace.text(*key.annotation))
                              : "(outside any " + std::string(nameOf(key.by)) + ")";
    }
    return {};
}

std::string cellText(const TraceFacts& facts, const WaitTable& table, const WaitRow& row, WaitColumn column) {
    switch (column) {
    case WaitColumn::Primitive:
        return primitiveText(row.primitive, row.detail);
    case WaitColumn::Key:
        return rowKeyText(facts, row.key);
    case WaitColumn::Goroutines:
        return countText(row.goroutines);
    case WaitColumn::Open:
        return row.open > 0 ? countText(row.open) + " ▸" : "0  ";
    case WaitColumn::Total:
        return durationText(row.total());
    case WaitColumn::OpenTime:
        return row.openTime > 0 ? durationText(row.openTime) : "";
    case WaitColumn::Longest:
        return (row.longestBeforeTrace ? "≥ " : "") + durationText(row.longest()) +
               (row.oldestOpen && *row.oldestOpen == row.longest() ? " ▸" : "  ");
    case WaitColumn::Share: {
        const auto share = table.sharePercent(row);
        return share ? percentText(*share) : "";
    }
    case WaitColumn::Concurrency: {
        const auto concurrency = table.concurrency(row);
        return concurrency ? meanText(*concurrency) : "";
    }
    case WaitColumn::Finished:
        return countText(row.finished);
    case WaitColumn::P50:
        return textOf(row.p50);
    case WaitColumn::P95:
        return textOf(row.p95);
    case WaitColumn::P99:
        return textOf(row.p99);
    case WaitColumn::Max:
        return textOf(row.max);
    case WaitColumn::Peak:
        return countText(row.peakBlocked);
    case WaitColumn::AtEnd:
        return countText(row.blockedAtEnd);
    case WaitColumn::BeforeTrace:
        return countText(row.beforeTrace);
    case WaitColumn::TopWaker:
        return row.wakers.empty() ? "" : wakerText(*facts.trace, row.wakers.front());
    }
    return {};
}

double cellFigure(const WaitTable& table, const WaitRow& row, WaitColumn column) {
    const auto timeOf = [](const std::optional<Time>& time) { return time ? static_cast<double>(*time) : -1.0; };
    switch (column) {
    case WaitColumn::Primitive:
    case WaitColumn::Key:
    case WaitColumn::TopWaker:
        return 0;
    case WaitColumn::Goroutines:
        return static_cast<double>(row.goroutines);
    case WaitColumn::Open:
        return static_cast<double>(row.open);
    case WaitColumn::Total:
        return static_cast<double>(row.total());
    case WaitColumn::OpenTime:
        return static_cast<double>(row.openTime);
    case WaitColumn::Longest:
        return static_cast<double>(row.longest());
    case WaitColumn::Share:
        return table.sharePercent(row).value_or(0);
    case WaitColumn::Concurrency:
        return table.concurrency(row).value_or(0);
    case WaitColumn::Finished:
        return static_cast<double>(row.finished);
    case WaitColumn::P50:
        return timeOf(row.p50);
    case WaitColumn::P95:
        return timeOf(row.p95);
    case WaitColumn::P99:
        return timeOf(row.p99);
    case WaitColumn::Max:
        return timeOf(row.max);
    case WaitColumn::Peak:
        return static_cast<double>(row.peakBlocked);
    case WaitColumn::AtEnd:
        return static_cast<double>(row.blockedAtEnd);
    case WaitColumn::BeforeTrace:
        return static_cast<double>(row.beforeTrace);
    }
    return 0;
}

} // namespace waitscope
