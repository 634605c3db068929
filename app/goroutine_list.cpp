// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/goroutine_list.h"

#include "model/report/text.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace waitscope {

namespace {

// The program's own goroutines by Go's id, rising.
std::vector<GoroutineIndex> byId(const TraceFacts& facts) {
    std::vector<GoroutineIndex> all;
    for (std::uint32_t g = 0; g < facts.trace->goroutines.size(); ++g)
        if (!facts.waits.isRuntime({g}))
            all.push_back({g});
    std::ranges::sort(all, {}, [&](GoroutineIndex g) { return facts.trace->goroutines.id(g); });
    return all;
}

} // namespace

std::vector<GoroutineIndex> goroutinesFrom(const TraceFacts& facts, const std::string& text) {
    const Trace& trace = *facts.trace;
    std::vector<GoroutineIndex> goroutines;
    std::vector<std::uint8_t> named(trace.goroutines.size());
    const auto add = [&](GoroutineIndex g) {
        if (std::exchange(named[g.value], 1) == 0)
            goroutines.push_back(g);
    };
    std::vector<GoroutineIndex> sorted; // once it is needed
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const std::string_view word = std::string_view(text).substr(begin, end - begin);
        const std::size_t dots = word.find(through);
        const auto first = goroutineIdFrom(word.substr(0, dots));
        const auto last = dots == std::string_view::npos ? first : goroutineIdFrom(word.substr(dots + through.size()));
        begin = end + 1;
        if (!first || !last)
            continue;
        if (dots == std::string_view::npos) {
            if (const GoroutineIndex g = trace.findGoroutine(*first); g.known())
                add(g);
            continue;
        }
        if (sorted.empty())
            sorted = byId(facts);
        const auto idOf = [&](GoroutineIndex g) { return trace.goroutines.id(g); };
        const auto from = std::ranges::lower_bound(sorted, *first, {}, idOf);
        const auto to = std::ranges::upper_bound(sorted, *last, {}, idOf);
        if (from < to)
            std::for_each(from, to, add);
    }
    return goroutines;
}

std::string goroutinesText(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines) {
    const auto nameOf = [&](GoroutineIndex g) { return "g" + std::to_string(facts.trace->goroutines.id(g)); };
    // Nearly always there are none or one, and what follows looks at all goroutines of the trace.
    if (goroutines.size() <= 1)
        return goroutines.empty() ? std::string() : nameOf(goroutines.front());
    // By goroutine: its place among the program's own. The runtime's are never inside of a stretch.
    constexpr std::uint32_t noPlace = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> places(facts.trace->goroutines.size(), noPlace);
    const std::vector<GoroutineIndex> sorted = byId(facts);
    for (std::uint32_t place = 0; place < sorted.size(); ++place)
        places[sorted[place].value] = place;
    std::string text;
    for (std::size_t i = 0; i < goroutines.size();) {
        std::size_t end = i + 1;
        while (end < goroutines.size() && places[goroutines[i].value] != noPlace &&
               places[goroutines[end].value] == places[goroutines[end - 1].value] + 1)
            ++end;
        text += (text.empty() ? "" : ",") + nameOf(goroutines[i]);
        if (end - i > 1)
            text += std::string(end - i > 2 ? through : ",") + nameOf(goroutines[end - 1]);
        i = end;
    }
    return text;
}

std::string setText(const TraceFacts& facts, std::vector<GoroutineIndex> goroutines) {
    std::ranges::sort(goroutines, {}, [&](GoroutineIndex g) { return facts.trace->goroutines.id(g); });
    return goroutinesText(facts, goroutines);
}

} // namespace waitscope
