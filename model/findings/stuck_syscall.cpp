// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/stuck_syscall.h"

#include "model/findings/guards.h"
#include "model/inspect/held_processor.h"
#include "model/report/text.h"

#include <algorithm>
#include <map>
#include <set>

namespace waitscope {

void stuckSyscall(const Scene& scene, std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    const Trace& trace = evidence.trace();
    std::map<std::pair<SiteIndex, StringId>, std::vector<GoroutineIndex>> calls;
    for (const Living& l : evidence.living()) {
        if (!l.wait.known() || evidence.openWait(l).primitive != Primitive::Syscall ||
            evidence.openAge(l) < evidence.threshold() || evidence.idioms().isIdleCall(evidence.openWait(l).stack) ||
            evidence.idioms().isIdle(l.goroutine, evidence.openWait(l)))
            continue;
        const StringId function = trace.frame(trace.goroutines.entry(l.goroutine)).function;
        calls[{evidence.siteOfClass(l.klass), function}].push_back(l.goroutine);
    }
    for (auto& [call, members] : calls) {
        Spread births(trace.duration);
        Spread begins(trace.duration);
        std::set<std::uint32_t> threads;
        std::int64_t retaken = 0;
        std::int64_t stillHeld = 0;
        Time longestHeld = 0; ///< of those that were taken away
        for (const GoroutineIndex g : members) {
            const SpanIndex last = trace.lastSpan(g);
            begins.tell(trace.spans.start(last));
            if (!trace.preExisting(g))
                births.tell(trace.lifetime(g).begin);
            if (const ThreadIndex thread = trace.spans.thread(last); thread.known())
                threads.insert(thread.value);
            // Go leaves the processor to the call at first, in which time it runs nobody.
            if (const auto held = processorHeldBy(trace, last)) {
                const bool taken = held->held.end < trace.spans.end(last);
                ++(taken ? retaken : stillHeld);
                longestHeld = std::max(longestHeld, taken ? held->held.length() : 0);
            }
        }
        const std::size_t n = members.size();
        Finding f = findingAbout(evidence, members);
        f.tier = n < 3 ? Tier::Low : std::min(births.tenths(), begins.tenths()) >= 3 ? Tier::High : Tier::Medium;
        f.tier = forLength(evidence, f.tier);
        f.primitive = Primitive::Syscall;
        f.site = evidence.site(call.first).frame;
        f.stack = trace.spans.stack(trace.lastSpan(members.front()));
        f.claim =
            counted(f.goroutines) + (n == 1 ? " has" : " have") + " been inside the system call at " +
            placeOf(evidence, f.site) + " for up to " + durationText(f.oldest) +
            (threads.empty() ? std::string(".") : ", holding " + counted(threads.size(), "thread", "threads") + ".");
        if (retaken > 0)
            f.claim += " " + counted(static_cast<std::uint64_t>(retaken), "call", "calls") +
                       " kept a processor that nobody else could use, until it was taken away, for up to " +
                       durationText(longestHeld) + ".";
        f.numbers.emplace_back("processors_retaken", retaken);
        f.numbers.emplace_back("processors_still_held", stillHeld);
        f.numbers.emplace_back("processor_held_ns", longestHeld);
        f.doubt = "A call that waits for input or for another process on purpose looks the same.";
        f.numbers.emplace_back("threads", static_cast<std::int64_t>(threads.size()));
        found.push_back(std::move(f));
    }
}

} // namespace waitscope
