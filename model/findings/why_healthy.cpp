// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/why_healthy.h"

#include "model/findings/detector.h"
#include "model/report/span_text.h"
#include "model/report/text.h"

#include <algorithm>

namespace waitscope {

namespace {

std::string standingText(const Judgement& judgement, std::size_t place) {
    const Evidence& evidence = judgement.evidence;
    const Living& l = evidence.living()[place];
    const auto age = [&] { return durationText(evidence.openAge(l)); };
    const auto site = [&]() -> const SiteHistory& { return evidence.site(evidence.siteOfClass(l.klass)); };
    switch (judgement.groups.standing(place)) {
    case Standing::NotWaiting:
        return "Healthy: it does not wait when the trace ends.";
    case Standing::OwnTime:
        return "Healthy: it waits for the network, a time, a system call or the collector, which no goroutine of the "
               "program holds up. A system call or a growing number of them would be judged as such.";
    case Standing::ConnectionEnd:
        return "Healthy: it stands for the other end of an HTTP connection and waits as long as that is open.";
    case Standing::Idle:
        return evidence.idioms().isAllowedByUser(l.goroutine)
                   ? "Healthy: a rule of yours calls this function idle."
                   : "Healthy: it is known to wait there for work, or a rule of yours calls this line idle.";
    case Standing::Young:
        return "Healthy so far: it has waited " + age() + ", less than the threshold of " +
               durationText(evidence.threshold()) + ".";
    case Standing::AsUsual:
        return "Healthy: it has waited " + age() + ", and 99 of 100 of the " + countText(site().finished) +
               " waits at this line that ended took up to " + durationText(site().p99) + ".";
    case Standing::Worker:
        return "Healthy: it finished " + counted(l.earlierHere, "wait", "waits") +
               " at this line before, as a goroutine does that waits for work.";
    case Standing::NotExplained:
        if (evidence.trace().spans.kind(l.wait).origin != SpanOrigin::BeforeTrace)
            return "Not judged: the trace does not say what it waits for, or where. Of a file that was cut the names "
                   "of the last second are missing.";
        return "Not judged: the trace does not say what it waits for. It waited before the trace began, and this "
               "version of Go does not record such waits.";
    case Standing::Stuck: {
        const BlockedGroup& group = judgement.groups.groupOf(place);
        return "It counts as stuck, " +
               (group.members.size() == 1 ? std::string("alone") : "one of " + counted(group.members.size())) + " (" +
               std::string(nameOf(group.tier)) +
               (wholeUntil(evidence.trace()) < evidence.trace().duration ? ", if the file had its end): " : "): ") +
               std::string(group.rule) + ".";
    }
    }
    return {};
}

/// The finding of at least `tier` that has it, the most important first; null if there is none.
const Finding* findingWith(const Findings& findings, GoroutineIndex g, Tier least) {
    for (const Finding& f : findings.all)
        if (f.tier >= least && std::ranges::binary_search(f.members, g))
            return &f;
    return nullptr;
}

} // namespace

std::string whyText(const Findings& findings, GoroutineIndex g) {
    const Judgement& judgement = *findings.judgement;
    const Trace& trace = judgement.evidence.trace();
    const auto& living = judgement.evidence.living();
    const auto found = std::ranges::lower_bound(living, g, {}, &Living::goroutine);
    const bool isLiving = found != living.end() && found->goroutine == g;
    const auto place = static_cast<std::size_t>(found - living.begin());
    const bool isStuck = isLiving && judgement.groups.standing(place) == Standing::Stuck;
    const auto named = [](const Finding& f) {
        return std::string(f.name) + " (" + std::string(nameOf(f.tier)) +
               (f.dismissed ? ", dismissed: " + *f.dismissed : std::string()) + ")";
    };
    // One answer: who is part of a finding is not called healthy beside it, whatever the rule for its own wait says.
    if (const Finding* const f = findingWith(findings, g, Tier::Medium))
        return "Part of a finding: " + named(*f) + ". " + (isStuck ? standingText(judgement, place) : f->claim);
    if (isStuck)
        return standingText(judgement, place);
    if (const Finding* const f = findingWith(findings, g, Tier::Low); f != nullptr && f->tier == Tier::Low)
        return "Listed, but no alarm: " + named(*f) + ". " + f->claim;
    if (!trace.aliveAtEnd(g))
        return "Healthy: it ended at " + durationText(trace.lifetime(g).end) + ".";
    if (!isLiving)
        return "Not judged: it is the main goroutine, or belongs to Go's runtime, the tracer, signals or the test "
               "harness.";
    return standingText(judgement, place);
}

} // namespace waitscope
