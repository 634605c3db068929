// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/heatmap/row_order.h"

#include <algorithm>
#include <limits>
#include <map>
#include <span>
#include <tuple>

namespace waitscope {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

Time totalWait(const Trace& trace, GoroutineIndex g) {
    const SpanRange own = trace.goroutines.spans(g);
    Time total = 0;
    for (std::uint32_t s = own.begin; s < own.end; ++s)
        if (trace.spans.state({s}) == GoroutineState::Waiting)
            total += trace.spans.range({s}).length();
    return total;
}

Time ageAtEnd(const Trace& trace, GoroutineIndex g) {
    const SpanIndex last = trace.lastSpan(g);
    const bool open = trace.isOpen(g, last) && trace.spans.state(last) == GoroutineState::Waiting;
    return open ? trace.spans.range(last).length() : -1;
}

Time firstBlock(const Trace& trace, GoroutineIndex g) {
    const SpanRange own = trace.goroutines.spans(g);
    for (std::uint32_t s = own.begin; s < own.end; ++s)
        if (trace.spans.state({s}) == GoroutineState::Waiting)
            return trace.spans.start({s});
    return std::numeric_limits<Time>::max();
}

// The place of each goroutine's creation line among all of them, by text; first the goroutines without one.
std::vector<std::int64_t> siteRanks(const Trace& trace, std::span<const GoroutineIndex> goroutines) {
    std::map<CodeLine, std::int64_t> ranks;
    for (const GoroutineIndex g : goroutines)
        ranks.try_emplace(creationLine(trace, g), 0);
    std::int64_t rank = 0;
    for (auto& [line, place] : ranks)
        place = rank++;
    std::vector<std::int64_t> result(trace.goroutines.size());
    for (const GoroutineIndex g : goroutines)
        result[g.value] = ranks.at(creationLine(trace, g));
    return result;
}

} // namespace

CodeLine creationLine(const Trace& trace, GoroutineIndex g) {
    const auto stack = trace.stacks[trace.creationStack(g)];
    if (stack.empty())
        return {};
    const Frame& frame = trace.frame(stack.front());
    return {trace.text(frame.function), trace.text(frame.file), frame.line};
}

bool nameContains(std::string_view function, std::string_view text) {
    const auto same = [](char a, char b) { return lower(a) == lower(b); };
    return std::search(function.begin(), function.end(), text.begin(), text.end(), same) != function.end() ||
           text.empty();
}

std::vector<GoroutineIndex> orderedGoroutines(const TraceFacts& facts, const RowChoice& choice,
                                              const std::stop_token& stop) {
    const Trace& trace = *facts.trace;
    std::map<std::string_view, bool> known;
    const auto wanted = [&](GoroutineIndex g) {
        if (!choice.wanted)
            return true;
        const std::string_view function = trace.function(g);
        const auto [answer, isNew] = known.try_emplace(function, false);
        if (isNew)
            answer->second = choice.wanted(function);
        return answer->second;
    };
    std::vector<GoroutineIndex> goroutines;
    if (!choice.wanted)
        goroutines.reserve(trace.goroutines.size());
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g)
        if ((choice.runtime || !facts.waits.isRuntime({g})) && wanted({g}))
            goroutines.push_back({g});
    if (stop.stop_requested())
        return {};

    const auto placeInTime = [&](GoroutineIndex g) { // before the trace there is only Go's id to go by
        const Time born = trace.preExisting(g) ? std::numeric_limits<Time>::min() : trace.lifetime(g).begin;
        return std::tuple(born, trace.goroutines.id(g), g.value);
    };
    const auto isEarlier = [&](GoroutineIndex a, GoroutineIndex b) { return placeInTime(a) < placeInTime(b); };
    if (choice.order == RowOrder::Creation) {
        if (!std::ranges::is_sorted(goroutines, isEarlier)) // they nearly always are
            std::ranges::sort(goroutines, isEarlier);
        return goroutines;
    }

    std::vector<std::int64_t> sites;
    if (choice.order == RowOrder::CreationSite)
        sites = siteRanks(trace, goroutines);
    struct Place {
        std::int64_t key; ///< what comes before creation; less is first
        GoroutineIndex goroutine;
    };
    std::vector<Place> places;
    places.reserve(goroutines.size());
    for (const GoroutineIndex g : goroutines) {
        if (places.size() % 1024 == 0 && stop.stop_requested())
            return {};
        std::int64_t key = 0;
        if (choice.order == RowOrder::CreationSite)
            key = sites[g.value];
        else if (choice.order == RowOrder::TotalWait)
            key = -totalWait(trace, g);
        else if (choice.order == RowOrder::AgeAtEnd)
            key = -ageAtEnd(trace, g);
        else if (choice.order == RowOrder::End)
            key = trace.aliveAtEnd(g) ? std::numeric_limits<Time>::max() : trace.lifetime(g).end;
        else if (choice.order == RowOrder::FirstBlock)
            key = firstBlock(trace, g);
        places.push_back({key, g});
    }
    std::ranges::sort(places, [&](const Place& a, const Place& b) {
        return a.key != b.key ? a.key < b.key : isEarlier(a.goroutine, b.goroutine);
    });
    std::ranges::transform(places, goroutines.begin(), &Place::goroutine);
    return goroutines;
}

std::size_t goroutineCount(const TraceFacts& facts, bool runtime) {
    std::size_t count = 0;
    for (std::uint32_t g = 0; g < facts.trace->goroutines.size(); ++g)
        count += runtime || !facts.waits.isRuntime({g});
    return count;
}

} // namespace waitscope
