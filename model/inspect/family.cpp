// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/inspect/family.h"

#include <algorithm>
#include <unordered_map>

namespace waitscope {

std::vector<Offspring> offspringOf(const TraceFacts& facts, GoroutineIndex parent) {
    const Trace& trace = *facts.trace;
    std::vector<Offspring> all;
    std::unordered_map<std::string_view, std::size_t> byFunction;
    std::unordered_map<std::uint32_t, std::size_t> byEntry; // few, and cheaper to look up than a name
    for (const std::uint32_t child : facts.notes.created(parent)) {
        const auto [known, isNewEntry] = byEntry.try_emplace(trace.goroutines.entry({child}).value, 0);
        if (isNewEntry) {
            const std::string_view function = trace.function({child});
            const auto [place, isNew] = byFunction.try_emplace(function, all.size());
            if (isNew)
                all.push_back({.function = function, .members = {}});
            known->second = place->second;
        }
        all[known->second].members.push_back({child});
    }
    std::ranges::sort(all, [](const Offspring& a, const Offspring& b) {
        return a.members.size() != b.members.size() ? a.members.size() > b.members.size() : a.function < b.function;
    });
    return all;
}

std::vector<GoroutineIndex> ancestorsOf(const Trace& trace, GoroutineIndex g) {
    std::vector<GoroutineIndex> ancestors;
    for (Waker creator = trace.creator(g); creator.isGoroutine() && ancestors.size() < mostAncestors;
         creator = trace.creator(creator.goroutine())) {
        if (std::ranges::find(ancestors, creator.goroutine()) != ancestors.end() || creator.goroutine() == g)
            break; // a damaged trace may say anything
        ancestors.push_back(creator.goroutine());
    }
    return ancestors;
}

} // namespace waitscope
