// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/verdict.h"

#include "model/report/span_text.h"
#include "model/report/text.h"

#include <algorithm>
#include <functional>
#include <tuple>

namespace waitscope {

namespace {

bool isIdleByNature(Primitive p) {
    return p == Primitive::Network || p == Primitive::Sleep || p == Primitive::Syscall || p == Primitive::GC ||
           p == Primitive::Other;
}

std::vector<std::string> longestOf(const TraceFacts& facts, const WaitTable& table) {
    constexpr std::size_t shown = 5;
    std::vector<const WaitRow*> rows;
    rows.reserve(table.rows.size());
    for (const WaitRow& row : table.rows)
        rows.push_back(&row);
    std::ranges::stable_sort(rows, std::greater(), &WaitRow::longest);
    rows.resize(std::min(rows.size(), shown));
    std::vector<std::string> texts;
    texts.reserve(rows.size());
    for (const WaitRow* const row : rows)
        texts.push_back((row->longestBeforeTrace ? "≥ " : "") + durationText(row->longest()) + " · " +
                        std::string(nameOf(row->primitive)) + " · " + siteText(*facts.trace, row->site));
    return texts;
}

} // namespace

std::optional<Verdict> verdictOf(const TraceFacts& facts, const WaitTable& table) {
    // A lock or channel that holds goroutines at the end says more than any network wait, an open wait more than a
    // finished one.
    const auto weight = [](const WaitRow& row) {
        const bool open = row.openTime > 0;
        return std::tuple(!isIdleByNature(row.primitive), open, open ? row.openTime : row.finishedTime);
    };
    const auto worst = std::ranges::max_element(table.rows, {}, weight);
    if (worst == table.rows.end())
        return {};
    const Trace& trace = *facts.trace;
    Verdict verdict{.primitive = worst->primitive, .site = worst->site, .open = worst->openTime > 0};
    verdict.longest = longestOf(facts, table);
    const auto goroutines = [](std::uint64_t n) { return countText(n) + (n == 1 ? " goroutine" : " goroutines"); };
    std::string where = " · " + std::string(nameOf(verdict.primitive));
    if (verdict.site.known()) {
        const Frame& frame = trace.frame(verdict.site);
        where += " · " + std::string(shortFunction(trace.text(frame.function))) + " " +
                 std::string(shortFile(trace.text(frame.file))) + ":" + std::to_string(frame.line);
    }
    if (!verdict.open) {
        verdict.sentence = goroutines(worst->goroutines) + " waited " + durationText(worst->finishedTime) +
                           " together" + where + " · longest " + durationText(worst->longest()) + " · all woken";
        return verdict;
    }
    const Time oldest = worst->oldestOpen.value_or(0);
    verdict.sentence = goroutines(worst->open) + " still waiting" + where +
                       (oldest == trace.duration ? " · since before the trace · oldest at least " + durationText(oldest)
                                                 : " · since " + durationText(trace.duration - oldest) + " · oldest " +
                                                       durationText(oldest));
    return verdict;
}

} // namespace waitscope
