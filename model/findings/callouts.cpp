// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/callouts.h"

#include "model/report/findings_report.h"
#include "model/report/span_text.h"
#include "model/report/text.h"

#include <algorithm>
#include <cctype>

namespace waitscope {

namespace {

std::string tierText(const Finding& finding) {
    std::string text(nameOf(finding.tier));
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text + "  ";
}

// "HIGH  1,000 × chan receive at services.go:180, since 6.54 ms": the shortest that still names the line.
std::string briefOf(const Trace& trace, const Finding& finding) {
    if (!finding.primitive || !finding.site.known() || finding.goroutines == 0)
        return {};
    const Frame& frame = trace.frame(finding.site);
    return tierText(finding) + countText(finding.goroutines) + " × " + std::string(nameOf(*finding.primitive)) +
           " at " + std::string(shortFile(trace.text(frame.file))) + ":" + std::to_string(frame.line) + ", since " +
           durationText(finding.since);
}

std::string textOf(const Trace& trace, const Finding& finding) {
    std::string text = tierText(finding) + finding.claim;
    if (finding.cause.known() && finding.cause != finding.site)
        text += " See " + functionText(trace, finding.cause) + " " + placeText(trace, finding.cause) + ".";
    if (finding.since > 0)
        text += " It began " + durationText(finding.since) + " after the start of the trace.";
    return finding.tier < Tier::Medium ? text + " " + finding.doubt : text;
}

} // namespace

GoroutineIndex oldestWaiting(const TraceFacts& facts, const Finding& finding) {
    const Trace& trace = *facts.trace;
    GoroutineIndex oldest;
    for (const GoroutineIndex g : finding.members) {
        const SpanIndex last = trace.lastSpan(g);
        const std::uint32_t c = trace.aliveAtEnd(g) ? facts.waits.indexOf(trace, last) : 0;
        if (c == 0 || (finding.site.known() && facts.waits.all()[c].site != finding.site))
            continue;
        if (!oldest.known() || trace.spans.start(last) < trace.spans.start(trace.lastSpan(oldest)))
            oldest = g;
    }
    return oldest;
}

Callouts calloutsOf(const Findings& findings, std::size_t most) {
    const TraceFacts& facts = findings.judgement->evidence.facts();
    Callouts callouts{.all = {}, .nothing = nothingFoundText(findings)};
    const bool isFault = findings.worst().value_or(Tier::Info) >= Tier::Medium;
    for (const Finding& finding : findings.all) {
        const bool pointsAt = finding.tier >= Tier::Medium ||
                              (!isFault && finding.tier == Tier::Low &&
                               (finding.withoutEnd || finding.detector == "D9" || finding.detector == "D16"));
        if (!pointsAt || finding.under || finding.dismissed || callouts.all.size() == most)
            continue;
        const GoroutineIndex oldest = oldestWaiting(facts, finding);
        callouts.all.push_back(
            {.time = finding.since,
             .range = finding.oldest > 0 ? TimeRange{finding.since, facts.trace->duration} : TimeRange{},
             .goroutine = oldest.known() || finding.members.empty() ? oldest : finding.members.front(),
             .text = textOf(*facts.trace, finding),
             .brief = briefOf(*facts.trace, finding)});
    }
    return callouts;
}

} // namespace waitscope
