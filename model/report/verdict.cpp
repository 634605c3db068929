// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/verdict.h"

#include "model/report/text.h"

#include <algorithm>
#include <tuple>

namespace waitscope {

namespace {

bool isIdleByNature(Primitive p) {
    return p == Primitive::Network || p == Primitive::Sleep || p == Primitive::Syscall || p == Primitive::GC ||
           p == Primitive::Other;
}

} // namespace

std::optional<Verdict> verdictOf(const TraceFacts& facts, const WaitTable& table) {
    const auto weight = [](const WaitRow& row) {
        return std::tuple(row.open > 0, !isIdleByNature(row.primitive), row.openTime);
    };
    const auto worst = std::ranges::max_element(table.rows, {}, weight);
    if (worst == table.rows.end() || worst->open == 0)
        return {};
    const Trace& trace = *facts.trace;
    const Time oldest = worst->oldestOpen.value_or(0);
    Verdict verdict{.primitive = worst->primitive,
                    .site = worst->site,
                    .goroutines = worst->open,
                    .since = trace.duration - oldest,
                    .oldest = oldest,
                    .beforeTrace = oldest == trace.duration};
    std::string& text = verdict.sentence;
    text = countText(verdict.goroutines) + (verdict.goroutines == 1 ? " goroutine" : " goroutines") +
           " still waiting · " + std::string(nameOf(verdict.primitive));
    if (verdict.site.known()) {
        const Frame& frame = trace.frame(verdict.site);
        text += " · " + std::string(shortFunction(trace.text(frame.function))) + " " +
                std::string(shortFile(trace.text(frame.file))) + ":" + std::to_string(frame.line);
    }
    text += verdict.beforeTrace ? " · since before the trace · oldest at least " + durationText(oldest)
                                : " · since " + durationText(verdict.since) + " · oldest " + durationText(oldest);
    return verdict;
}

} // namespace waitscope
