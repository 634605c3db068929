// SPDX-License-Identifier: GPL-3.0-or-later
// HTTP/1: a connection's readLoop that delivered a response waits in select until its body is read or closed; the loop
// of an idle connection waits for the network. HTTP/2: the same for the goroutine of a stream (doRequest). Bodies that
// somebody is reading right now are taken off.
#include "model/findings/unclosed_body.h"

#include "model/report/text.h"

#include <algorithm>
#include <map>

namespace waitscope {

namespace {

constexpr std::string_view readLoop = "net/http.(*persistConn).readLoop";

bool isStream(std::string_view function) {
    return function.ends_with("http2clientStream).doRequest") || function.ends_with("http2.(*clientStream).doRequest");
}

constexpr std::string_view writeLoop = "net/http.(*persistConn).writeLoop";

/// The loops and, of HTTP/1, the goroutines that write to the same connections: whoever dialled started both.
std::vector<GoroutineIndex> withWriters(const Evidence& evidence, const std::vector<GoroutineIndex>& loops) {
    using namespace literals;
    const Trace& trace = evidence.trace();
    std::vector<GoroutineIndex> all = loops;
    for (const GoroutineIndex g : loops) {
        const Waker creator = trace.creator(g);
        if (!creator.isGoroutine())
            continue;
        const Time birth = trace.lifetime(g).begin;
        const auto siblings = evidence.livingChildren(creator.goroutine());
        // The writer is started right behind the reader. Siblings are in the order of their creation.
        const auto own = std::ranges::lower_bound(siblings, g);
        for (auto s = own; s != siblings.end() && s - own <= 4 && trace.lifetime(*s).begin < birth + 1_ms; ++s)
            if (trace.function(*s) == writeLoop)
                all.push_back(*s);
    }
    std::ranges::sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

struct Unread {
    std::vector<GoroutineIndex> loops;
    std::map<FrameId, std::uint64_t> callers;
};

void report(const Scene& scene, Unread unread, std::uint64_t beingRead, const char* what, std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    const std::uint64_t n = unread.loops.size() > beingRead ? unread.loops.size() - beingRead : 0;
    bool grows = false;
    for (const GoroutineIndex g : unread.loops)
        if (const Population* const p = scene.populations.of(evidence.cohortOf(g)); p != nullptr)
            grows = grows || (p->trend.z >= 3 && p->trend.slope * static_cast<double>(growthBins) >= 20 && !p->plateau);
    if (n == 0 || (n < 3 && !grows))
        return;
    const Trace& trace = evidence.trace();
    Finding f = findingAbout(evidence, withWriters(evidence, unread.loops));
    const Living& first = *evidence.livingOf(unread.loops.front());
    f.primitive = evidence.openWait(first).primitive;
    f.site = evidence.openWait(first).site;
    f.stack = evidence.openWait(first).stack;
    f.function = trace.frame(trace.goroutines.entry(unread.loops.front())).function;
    f.goroutines = n;
    f.tier = forLength(evidence, Tier::High);
    f.certainty = Certainty::Strong;
    const auto most = std::ranges::max_element(unread.callers, {}, [](const auto& caller) { return caller.second; });
    std::string callers = "not seen in this trace";
    if (most != unread.callers.end()) {
        f.cause = most->first;
        callers.clear();
        std::size_t named = 0;
        for (const auto& [frame, count] : unread.callers) {
            if (++named > 3) {
                callers += " and " + countText(unread.callers.size() - 3) + " more";
                break;
            }
            callers += (callers.empty() ? "" : ", ") + placeOf(evidence, frame) + " (" + countText(count) + ")";
        }
    }
    f.claim = countText(n) + (n == 1 ? " HTTP response was" : " HTTP responses were") +
              " neither read to the end nor closed; each keeps " + what + ". Requested at: " + callers + ".";
    f.doubt = "Bodies that are being read are not counted; one that is kept on purpose, to be read later, is.";
    f.numbers.emplace_back("being_read", static_cast<std::int64_t>(beingRead));
    f.numbers.emplace_back("connections", static_cast<std::int64_t>(n));
    found.push_back(std::move(f));
}

} // namespace

void unclosedBody(const Scene& scene, std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    const Trace& trace = evidence.trace();
    Unread connections;
    Unread streams;
    std::uint64_t readOfConnections = 0;
    std::uint64_t readOfStreams = 0;
    for (const Living& l : evidence.living()) {
        if (!l.wait.known()) { // it was woken a moment ago
            const bool read = evidence.idioms().isBodyRead(l.usualStack);
            readOfConnections += read && l.usualPrimitive == Primitive::Network ? 1 : 0;
            readOfStreams += read && l.usualPrimitive != Primitive::Network ? 1 : 0;
            continue;
        }
        const WaitClass& wait = evidence.openWait(l);
        if (evidence.isUnnamed(l) && trace.spans.kind(l.wait).origin != SpanOrigin::BeforeTrace) {
            ++readOfConnections; // it may
            ++readOfStreams;
        }
        if (evidence.idioms().isBodyRead(wait.stack))
            ++(wait.primitive == Primitive::Network ? readOfConnections : readOfStreams);
        if (wait.primitive != Primitive::Select || evidence.openAge(l) < evidence.threshold())
            continue;
        const std::string_view function = trace.function(l.goroutine);
        if (function == readLoop) {
            connections.loops.push_back(l.goroutine);
            if (const FrameId caller = evidence.callerServedBy(l.goroutine); caller.known())
                ++connections.callers[caller];
        } else if (isStream(function)) {
            streams.loops.push_back(l.goroutine);
            if (const FrameId caller = evidence.facts().waits.siteOf(trace.creationStack(l.goroutine)); caller.known())
                ++streams.callers[caller];
        } else if (evidence.idioms().isRoundTrip(wait.stack)) {
            ++readOfStreams; // a stream whose response has not come yet
        }
    }
    report(scene, std::move(connections), readOfConnections, "a connection and two goroutines", found);
    report(scene, std::move(streams), readOfStreams, "a stream of a connection and a goroutine", found);
}

} // namespace waitscope
