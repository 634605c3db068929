// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/detector.h"

#include "model/findings/threshold.h"
#include "model/report/span_text.h"
#include "model/report/text.h"

#include <algorithm>

namespace waitscope {

Finding findingAbout(const Evidence& evidence, const BlockedGroup& group) {
    const Trace& trace = evidence.trace();
    Finding f = findingAbout(evidence, group.members);
    f.tier = group.tier;
    f.primitive = group.primitive;
    f.site = evidence.site(group.site).frame;
    f.stack = group.stack;
    f.oldest = group.oldest;
    f.beforeTrace = group.beforeTrace;
    f.since = group.since;
    // A run of ids may hold more than one function; the one said is that of most.
    if (group.primitive == Primitive::Unknown) {
        const CohortIndex c = evidence.cohortOf(f.members.front());
        if (!std::ranges::all_of(f.members, [&](GoroutineIndex g) { return evidence.cohortOf(g) == c; }))
            f.function = {};
    }
    f.createdAt = evidence.facts().waits.siteOf(trace.creationStack(f.members.front()));
    return f;
}

Finding findingAbout(const Evidence& evidence, std::vector<GoroutineIndex> members) {
    const Trace& trace = evidence.trace();
    Finding f;
    f.goroutines = members.size();
    f.cost = static_cast<double>(members.size());
    f.since = evidence.end();
    for (const GoroutineIndex g : members) {
        const SpanIndex last = trace.lastSpan(g);
        if (evidence.facts().waits.indexOf(trace, last) == 0)
            continue;
        const bool before = trace.spans.kind(last).origin == SpanOrigin::BeforeTrace;
        f.since = std::min(f.since, trace.spans.start(last));
        f.beforeTrace |= before;
    }
    f.oldest = evidence.end() - f.since;
    if (!members.empty()) {
        f.function = trace.frame(trace.goroutines.entry(members.front())).function;
        f.createdAt = evidence.facts().waits.siteOf(trace.creationStack(members.front()));
    }
    f.members = std::move(members);
    return f;
}

Finding findingAboutNone(const Evidence& evidence) {
    Finding f = findingAbout(evidence, std::vector<GoroutineIndex>{});
    f.oldest = 0;
    return f;
}

std::string counted(std::uint64_t n, const char* one, const char* more) {
    return countText(n) + " " + (n == 1 ? one : more);
}

std::string spanOfTimes(Time least, Time most) {
    const std::string low = durationText(least);
    const std::string high = durationText(most);
    return low == high ? low : low + "–" + high;
}

std::string placeOf(const Evidence& evidence, FrameId frame) {
    if (!frame.known())
        return "a place that was not recorded";
    return functionText(evidence.trace(), frame) + " " + placeText(evidence.trace(), frame);
}

std::string startedAt(const Evidence& evidence, FrameId createdAt) {
    return createdAt.known() ? " started at " + placeOf(evidence, createdAt) : std::string();
}

std::string rateText(double rate) {
    return rate < 0 ? "-" + meanText(-rate) : meanText(rate);
}

Tier forLength(const Evidence& evidence, Tier tier) {
    return evidence.end() < shortTrace || evidence.isAllDamaged() ? oneLower(tier) : tier;
}

} // namespace waitscope
