// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/heatmap/callouts.h"

#include "model/heatmap/row_order.h"
#include "model/report/text.h"
#include "model/waits/each_wait.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace waitscope {

namespace {

bool canBeStuck(Primitive p) {
    return p != Primitive::Network && p != Primitive::Sleep && p != Primitive::Syscall && p != Primitive::GC &&
           p != Primitive::Other;
}

struct Place {
    Primitive primitive = Primitive::Unknown;
    FrameId site;
    std::vector<Time> finished; ///< lengths
    struct Stuck {
        GoroutineIndex goroutine;
        Time since;
    };
    std::vector<Stuck> stuck;
    std::vector<Stuck> younger; ///< open waits that are not old enough
    Time total = 0;             ///< of the stuck ones
};

// The line with the `go` statement of most of them; empty if it was not recorded.
std::string startedAt(const Trace& trace, const Place& place) {
    std::map<CodeLine, std::size_t> lines;
    for (const Place::Stuck& s : place.stuck)
        ++lines[creationLine(trace, s.goroutine)];
    const CodeLine line = std::ranges::max_element(lines, {}, [](const auto& l) { return l.second; })->first;
    return line.function.empty()
               ? std::string()
               : ", started at " + std::string(shortFile(line.file)) + ":" + std::to_string(line.line);
}

// A server has goroutines that wait for work as long as it runs. So where the wait is not for a lock, only goroutines
// count that began to wait in the trace, and it takes many of them, or some spread over it (analysis.md, D1).
bool isNews(const Place& place, Time duration) {
    if (place.stuck.empty())
        return false;
    switch (place.primitive) {
    case Primitive::Mutex:
    case Primitive::RWMutexRead:
    case Primitive::RWMutexWrite:
    case Primitive::NilChan:
        return true;
    default:
        break;
    }
    constexpr Time parts = 10;
    std::set<Time> tenths;
    std::size_t fresh = 0;
    for (const Place::Stuck& s : place.stuck)
        if (s.since > 0) {
            ++fresh;
            tenths.insert(s.since * parts / duration);
        }
    return fresh >= 20 || (fresh >= 5 && tenths.size() >= 3) || (fresh >= 2 && place.primitive == Primitive::ChanSend);
}

std::string sentence(const Trace& trace, const Place& place, Time stuckAge) {
    const auto bySince = [](const Place::Stuck& a, const Place::Stuck& b) { return a.since < b.since; };
    const auto [first, last] = std::ranges::minmax(place.stuck, bySince);
    const std::size_t n = place.stuck.size() + place.younger.size();
    std::string text = countText(n) + (n == 1 ? " goroutine waits: " : " goroutines wait: ");
    text += place.primitive == Primitive::Unknown ? "reason not recorded" : std::string(nameOf(place.primitive));
    if (place.site.known()) {
        const Frame& frame = trace.frame(place.site);
        text += " at " + std::string(shortFile(trace.text(frame.file))) + ":" + std::to_string(frame.line) + " in " +
                std::string(shortFunction(trace.text(frame.function)));
    } else {
        text += ", line not recorded";
    }
    text += startedAt(trace, place);
    const Time oldest = trace.duration - first.since;
    const Time youngest = trace.duration - last.since;
    if (first.since == 0)
        text += ", since before the trace";
    else
        text += (n == 1 ? ", since " : ", the first since ") + durationText(first.since);
    text += ", for " + (place.stuck.size() == 1 || oldest == youngest ? "" : durationText(youngest) + " to ") +
            (first.since == 0 ? "at least " : "") + durationText(oldest);
    if (!place.younger.empty())
        text += " (" + countText(place.younger.size()) + " of them for less than " + durationText(stuckAge) + ")";
    return text + "; not woken before the trace ends";
}

} // namespace

std::vector<Callout> stuckCallouts(const TraceFacts& facts, Time stuckAge, std::size_t most) {
    const Trace& trace = *facts.trace;
    std::map<std::pair<Primitive, std::uint32_t>, Place> places;
    for (std::uint32_t i = 0; i < trace.goroutines.size(); ++i) {
        const GoroutineIndex g{i};
        if (facts.waits.isRuntime(g) || trace.function(g) == "runtime.main")
            continue;
        const auto openPlace = [&]() -> std::pair<Primitive, std::uint32_t> {
            const SpanIndex last = trace.lastSpan(g);
            if (!trace.isOpen(g, last) || trace.spans.state(last) != GoroutineState::Waiting)
                return {Primitive::Other, 0};
            const WaitClass& c = facts.waits.of(trace, last);
            return {c.primitive, c.site.value};
        }();
        bool servedThere = false;
        eachWait(facts, g, trace.wholeRange(), [&](SpanIndex s, std::uint32_t c, bool open) {
            const WaitClass& wait = facts.waits.all()[c];
            if (!canBeStuck(wait.primitive))
                return;
            const std::pair key(wait.primitive, wait.site.value);
            const TimeRange range = trace.spans.range(s);
            if (!open) {
                servedThere = servedThere || key == openPlace;
                Place& place = places[key];
                place.finished.push_back(range.length());
                return;
            }
            const bool lock = familyOf(wait.primitive) == StateFamily::Lock;
            if (servedThere && !lock)
                return;
            Place& place = places[key];
            place.primitive = wait.primitive;
            place.site = wait.site;
            if (range.length() < stuckAge) {
                place.younger.push_back({g, range.begin});
                return;
            }
            place.stuck.push_back({g, range.begin});
            place.total += range.length();
        });
    }
    std::vector<Place*> stuck;
    for (auto& [key, place] : places) {
        // Where waits of this length are usual, an open one is no news.
        constexpr std::size_t enough = 5;
        if (place.finished.size() >= enough && !place.stuck.empty()) {
            std::ranges::sort(place.finished);
            const Time p99 = place.finished[(place.finished.size() - 1) * 99 / 100];
            std::erase_if(place.stuck,
                          [&](const Place::Stuck& s) { return (trace.duration - s.since) * 2 <= p99 * 3; });
        }
        if (isNews(place, trace.duration))
            stuck.push_back(&place);
    }
    std::ranges::sort(stuck, [](const Place* a, const Place* b) {
        return std::tuple(b->total, a->primitive, a->site.value) < std::tuple(a->total, b->primitive, b->site.value);
    });
    std::vector<Callout> callouts;
    for (const Place* place : stuck) {
        if (callouts.size() == most)
            break;
        const auto first = std::ranges::min_element(place->stuck, {}, &Place::Stuck::since);
        callouts.push_back({.time = first->since,
                            .range = {first->since, trace.duration},
                            .goroutine = first->goroutine,
                            .text = sentence(trace, *place, stuckAge)});
    }
    return callouts;
}

} // namespace waitscope
