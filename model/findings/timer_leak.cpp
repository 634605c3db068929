// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/timer_leak.h"

#include "model/findings/growth.h"
#include "model/findings/population_growth.h"
#include "model/findings/ticking.h"
#include "model/report/text.h"

#include <algorithm>
#include <cmath>

namespace waitscope {

namespace {

constexpr const char* timerDoubt = "Timers that have not fired do not appear in a trace; a heap profile shows them.";

// A timer's callback runs in a goroutine that nobody created. The library's own timers (contexts, HTTP) are idioms.
bool isCallback(const Evidence& evidence, GoroutineIndex g) {
    const Trace& trace = evidence.trace();
    const FrameId entry = trace.goroutines.entry(g);
    return !trace.preExisting(g) && trace.creator(g).isRuntime() && entry.known() &&
           !evidence.facts().waits.isLibrary(entry);
}

void growingTickers(const Evidence& evidence, CohortIndex c, const Population& p, std::vector<Finding>& found) {
    const Growing growing = growthOf(evidence, c, p);
    if (!growing.grows)
        return;
    std::vector<GoroutineIndex> alive = livingOfCohort(evidence, c);
    std::vector<double> periods;
    const Living* any = nullptr;
    for (const GoroutineIndex g : alive)
        if (const Living* const l = evidence.livingOf(g); l != nullptr && isPeriodic(evidence, *l)) {
            periods.push_back(l->meanGap);
            any = l;
        }
    if (periods.size() * 2 <= alive.size())
        return;
    const auto middle = periods.begin() + static_cast<std::ptrdiff_t>(periods.size() / 2);
    std::ranges::nth_element(periods, middle);
    const auto period = static_cast<Time>(std::llround(*middle));
    Finding f = findingAbout(evidence, std::move(alive));
    f.tier = std::min(forLength(evidence, Tier::Medium), growing.tier);
    f.certainty = Certainty::Proved;
    f.primitive = any->usualPrimitive;
    f.site = any->usualSite;
    f.stack = any->usualStack;
    f.since = evidence.trace().lifetime(f.members.front()).begin;
    f.cost += std::max(0.0, p.perSecond) * 60;
    f.claim = counted(f.goroutines) + startedAt(evidence, f.createdAt) + " wake every " + durationText(period) +
              " and do nothing else; their number grew from " + rateText(p.first) + " to " + rateText(p.last) + ".";
    f.doubt = timerDoubt;
    f.numbers.emplace_back("period_ns", period);
    f.numbers.emplace_back("growth_per_second", p.perSecond);
    found.push_back(std::move(f));
}

void callbacks(const Evidence& evidence, CohortIndex c, std::vector<Finding>& found) {
    const Trace& trace = evidence.trace();
    const auto members = evidence.cohort(c);
    const double rate =
        static_cast<double>(members.size()) * 1e9 / static_cast<double>(std::max<Time>(trace.duration, 1));
    // A handful in a very short trace is no rate.
    if (rate < 10 || members.size() < 10)
        return;
    // Births in each bin behind the warm-up, to see whether the rate itself rises.
    std::array<double, growthSamples> births{};
    for (const GoroutineIndex g : members) {
        const Time bin = trace.lifetime(g).begin * static_cast<Time>(growthBins) / std::max<Time>(trace.duration, 1);
        if (bin >= static_cast<Time>(warmUpBins))
            ++births[static_cast<std::size_t>(std::min<Time>(bin, growthBins - 1)) - warmUpBins];
    }
    const Trend trend = trendOf(births);
    double sum = 0;
    for (const double b : births)
        sum += b;
    const double rise = trend.slope * static_cast<double>(growthBins);
    const bool rising = trend.z >= 3 && rise >= std::max(20.0, 0.1 * sum / static_cast<double>(growthSamples));
    Finding f = findingAboutNone(evidence);
    f.function = trace.frame(trace.goroutines.entry(members.front())).function;
    f.site = trace.goroutines.entry(members.front());
    f.goroutines = members.size();
    f.since = trace.lifetime(members.front()).begin;
    f.oldest = 0;
    f.tier = rising ? forLength(evidence, Tier::Medium) : Tier::Info;
    f.certainty = Certainty::Proved;
    f.claim = "Timers started " + counted(f.goroutines) + " at " + placeOf(evidence, f.site) + ", " + rateText(rate) +
              "/s" + (rising ? ", and the rate rises." : ".");
    f.doubt = timerDoubt;
    f.numbers.emplace_back("callbacks_per_second", rate);
    found.push_back(std::move(f));
}

} // namespace

void timerLeak(const Scene& scene, std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    for (CohortIndex c = 0; c < evidence.cohortCount(); ++c) {
        const auto members = evidence.cohort(c);
        if (evidence.idioms().isExcluded(members.front()))
            continue;
        if (isCallback(evidence, members.front()))
            callbacks(evidence, c, found);
        else if (const Population* const p = scene.populations.of(c); p != nullptr)
            growingTickers(evidence, c, *p, found);
    }
}

} // namespace waitscope
