// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/cancellation_ignored.h"

#include "model/findings/guards.h"
#include "model/findings/source_select.h"
#include "model/report/span_text.h"
#include "model/report/text.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace waitscope {

namespace {

std::optional<bool> sourceListens(const Evidence& evidence, FrameId site) {
    if (!evidence.options().source || !site.known())
        return std::nullopt;
    const Frame& frame = evidence.trace().frame(site);
    const auto text = evidence.options().source(std::string(evidence.trace().text(frame.file)));
    return text ? listensToDone(*text, frame.line) : std::nullopt;
}

/// Of a group's goroutines: those whose caller is gone, and what is known of the work that started them.
struct Callers {
    std::size_t gone = 0;
    std::size_t ofWorkThatEnded = 0;
    bool isTask = false;
    StringId work;    ///< the most frequent kind of it
    Time lastEnd = 0; ///< of that kind
};

/// A caller is gone when its call has returned, or when the task or region it did has ended longer ago than the
/// threshold: a goroutine that serves one request after the other never leaves its loop.
Callers callersOf(const Evidence& evidence, const AnnotationTypes* annotations, const BlockedGroup& group) {
    Callers callers;
    if (annotations == nullptr) {
        callers.gone = group.creatorsLeft;
        return callers;
    }
    std::map<std::pair<bool, StringId>, std::pair<std::size_t, Time>> kinds;
    for (const GoroutineIndex g : group.members) {
        const auto work = annotations->workAtBirth(g);
        const bool ended = work && work->end && *work->end + evidence.threshold() < evidence.trace().duration;
        callers.gone += ended || creatorLeft(evidence, g) ? 1 : 0;
        if (!ended)
            continue;
        ++callers.ofWorkThatEnded;
        auto& [count, last] = kinds[{work->isTask, work->type}];
        ++count;
        last = std::max(last, *work->end);
    }
    std::size_t most = 0;
    for (const auto& [kind, counted] : kinds)
        if (counted.first > most) {
            most = counted.first;
            std::tie(callers.isTask, callers.work) = kind;
            callers.lastEnd = counted.second;
        }
    return callers;
}

} // namespace

void cancellationIgnored(const Scene& scene, std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    const Trace& trace = evidence.trace();
    for (const BlockedGroup& group : scene.groups.all()) {
        const Primitive p = group.primitive;
        const bool channel = p == Primitive::ChanSend || p == Primitive::ChanReceive || p == Primitive::Select;
        if (group.tier < Tier::Medium || !channel || group.members.size() < 5 || evidence.site(group.site).cancelled)
            continue;
        const Callers callers = callersOf(evidence, scene.annotations.types(), group);
        if (callers.gone * 10 < group.members.size() * 8)
            continue;
        Finding f = findingAbout(evidence, group);
        const std::optional<bool> listens = sourceListens(evidence, f.site);
        if (listens.value_or(false))
            continue;
        f.certainty = listens ? Certainty::Strong : Certainty::NeedsCode;
        if (callers.ofWorkThatEnded * 2 > group.members.size())
            f.claim = std::string(callers.isTask ? "The tasks “" : "The regions “") +
                      std::string(trace.text(callers.work)) + "” that " + countText(callers.ofWorkThatEnded) +
                      " goroutines were started in have ended, the last one " +
                      durationText(trace.duration - callers.lastEnd) + " before the end of the trace";
        else
            f.claim = counted(callers.gone, "caller has", "callers have") + " returned";
        f.claim += std::string(", yet ") +
                   (f.goroutines == 1 ? "1 goroutine that was" : countText(f.goroutines) + " goroutines that were") +
                   " started there " + (f.goroutines == 1 ? "stays" : "stay") + " in " +
                   std::string(nameOf(group.primitive)) + " at " + placeOf(evidence, f.site) +
                   "; no wait at this line was ever ended by a cancel.";
        f.numbers.emplace_back("creator_left", static_cast<std::int64_t>(callers.gone));
        f.numbers.emplace_back("work_ended", static_cast<std::int64_t>(callers.ofWorkThatEnded));
        f.numbers.emplace_back("source_read", std::int64_t{listens ? 1 : 0});
        f.doubt = listens ? "The source at this line has no case for a context's Done; the line may have changed since."
                          : "Open the source to check for a Done case: the trace does not show the cases of a select.";
        found.push_back(std::move(f));
    }
}

} // namespace waitscope
