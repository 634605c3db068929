// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/requests.h"

#include "model/compare/keys.h"
#include "model/report/text.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <unordered_map>

namespace waitscope {

namespace {

struct Count {
    std::uint64_t begun = 0;
    std::uint64_t completed = 0;
};
using Counts = std::map<std::string, Count>;

/// Moments of two stretches that touch belong to one of them.
bool endsIn(TimeRange range, Time t) {
    return range.begin < t && t <= range.end;
}
bool beginsIn(TimeRange range, Time t) {
    return range.begin <= t && t < range.end;
}

Counts countTasks(const Trace& trace, TimeRange range, bool onlyTop) {
    Counts counts;
    for (const Task& task : trace.tasks) {
        if (onlyTop && task.parentId != 0)
            continue;
        Count& count = counts[std::string(trace.text(task.type))];
        count.begun += task.begun && beginsIn(range, task.range.begin) ? 1 : 0;
        count.completed += task.ended && endsIn(range, task.range.end) ? 1 : 0;
    }
    return counts;
}

Counts countRegions(const Trace& trace, TimeRange range) {
    Counts counts;
    for (const Region& region : trace.regions) {
        Count& count = counts[std::string(trace.text(region.type))];
        count.begun += !region.beforeTrace && beginsIn(range, region.begin) ? 1 : 0;
        count.completed += !region.open && endsIn(range, region.end) ? 1 : 0;
    }
    return counts;
}

/// Goroutines of the program that were created in the trace and whose function is known.
template <class Visit> void eachRequestGoroutine(const TraceFacts& facts, const Visit& visit) {
    const Trace& trace = *facts.trace;
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g)
        if (const FrameId entry = trace.goroutines.entry({g});
            entry.known() && !trace.preExisting({g}) && !facts.waits.isRuntime({g}))
            visit(GoroutineIndex{g}, entry);
}

enum class Whose : std::uint8_t { Anybodys, Programs, Librarys };

Counts countFunctions(const TraceFacts& facts, TimeRange range, Whose whose) {
    const Trace& trace = *facts.trace;
    std::unordered_map<std::uint32_t, Count> byFrame;
    eachRequestGoroutine(facts, [&](GoroutineIndex g, FrameId entry) {
        if (whose != Whose::Anybodys && facts.waits.isLibrary(entry) != (whose == Whose::Librarys))
            return;
        const TimeRange life = trace.lifetime(g);
        Count& count = byFrame[entry.value];
        count.begun += beginsIn(range, life.begin) ? 1 : 0;
        count.completed += !trace.aliveAtEnd(g) && endsIn(range, life.end) ? 1 : 0;
    });
    Counts counts;
    for (const auto& [frame, count] : byFrame) {
        Count& sum = counts[comparedFunction(trace.text(trace.frame({frame}).function))];
        sum.begun += count.begun;
        sum.completed += count.completed;
    }
    return counts;
}

Requests requestsOf(RequestKind kind, const std::string& name, bool automatic, const Count& a, const Count& b) {
    return {.choice = {kind, name},
            .automatic = automatic,
            .completed = {a.completed, b.completed},
            .begun = {a.begun, b.begun}};
}

Count find(const Counts& counts, const std::string& name) {
    const auto found = counts.find(name);
    return found == counts.end() ? Count{} : found->second;
}

/// The one that both completed most of; where one side completed none, of which the other completed most.
std::optional<Requests> mostCompleted(RequestKind kind, const Both<Counts>& counts) {
    std::optional<Requests> best;
    const auto weight = [](const Requests& requests) {
        return std::tuple(std::min(requests.completed.a, requests.completed.b),
                          std::max(requests.completed.a, requests.completed.b));
    };
    const auto consider = [&](const std::string& name) {
        Requests requests = requestsOf(kind, name, true, find(counts.a, name), find(counts.b, name));
        if (requests.completed.a + requests.completed.b > 0 && (!best || weight(requests) > weight(*best)))
            best = std::move(requests);
    };
    // Of equals the first by name, whichever side has it.
    std::map<std::string, int> names;
    for (const Side side : {Side::A, Side::B})
        for (const auto& [name, count] : counts.of(side))
            names.emplace(name, 0);
    for (const auto& [name, unused] : names)
        consider(name);
    return best;
}

/// A function may be named as Go names it, as a row does, or without its package.
std::string chosenFunction(const Both<Counts>& counts, const std::string& name) {
    std::string compared = comparedFunction(name);
    const auto isIn = [&](const std::string& key) { return counts.a.contains(key) || counts.b.contains(key); };
    if (isIn(compared))
        return compared;
    std::string found;
    for (const Side side : {Side::A, Side::B})
        for (const auto& [key, count] : counts.of(side)) {
            const std::string_view own = shortFunction(key);
            const bool isIt = own == compared || (own.ends_with(compared) && own.size() > compared.size() &&
                                                  own[own.size() - compared.size() - 1] == '.');
            if (isIt && (found.empty() || key < found))
                found = key;
        }
    return found.empty() ? compared : found;
}

} // namespace

bool Requests::matched() const {
    const std::uint64_t most = std::max(completed.a, completed.b);
    const std::uint64_t fewest = std::min(completed.a, completed.b);
    return enough() && (most - fewest) * 10 <= most;
}

std::optional<Requests> countRequests(const Both<const TraceFacts*>& facts, const Both<TimeRange>& ranges,
                                      const std::optional<RequestChoice>& choice) {
    const auto counted = [&](RequestKind kind, bool onlyTop, Whose whose) {
        const auto count = [&](Side side) {
            const TraceFacts& own = *facts.of(side);
            const TimeRange range = ranges.of(side);
            return kind == RequestKind::Task     ? countTasks(*own.trace, range, onlyTop)
                   : kind == RequestKind::Region ? countRegions(*own.trace, range)
                                                 : countFunctions(own, range, whose);
        };
        return Both<Counts>{count(Side::A), count(Side::B)};
    };
    if (choice) {
        const Both<Counts> counts = counted(choice->kind, false, Whose::Anybodys);
        const std::string name =
            choice->kind == RequestKind::Function ? chosenFunction(counts, choice->name) : choice->name;
        if (!counts.a.contains(name) && !counts.b.contains(name))
            return {};
        return requestsOf(choice->kind, name, false, find(counts.a, name), find(counts.b, name));
    }
    std::optional<Requests> best;
    constexpr std::array<std::pair<RequestKind, Whose>, 4> kinds{{{RequestKind::Task, Whose::Anybodys},
                                                                  {RequestKind::Region, Whose::Anybodys},
                                                                  {RequestKind::Function, Whose::Programs},
                                                                  {RequestKind::Function, Whose::Librarys}}};
    for (const auto& [kind, whose] : kinds) {
        // A task inside another one is a part of a request.
        std::optional<Requests> most = mostCompleted(kind, counted(kind, true, whose));
        // How often the library starts a goroutine of its own (a connection, say) is a measure of work only if both did
        // it equally often.
        if (most && whose == Whose::Librarys && !most->matched())
            continue;
        if (most && most->enough())
            return most;
        const auto fewest = [](const std::optional<Requests>& requests) {
            return requests ? std::min(requests->completed.a, requests->completed.b) : 0;
        };
        if (most && (!best || fewest(most) > fewest(best)))
            best = most;
    }
    return best;
}

} // namespace waitscope
