// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/cancellation_ignored.h"

#include "model/findings/source_select.h"
#include "model/report/span_text.h"
#include "model/report/text.h"

namespace waitscope {

namespace {

std::optional<bool> sourceListens(const Evidence& evidence, FrameId site) {
    if (!evidence.options().source || !site.known())
        return std::nullopt;
    const Frame& frame = evidence.trace().frame(site);
    const auto text = evidence.options().source(std::string(evidence.trace().text(frame.file)));
    return text ? listensToDone(*text, frame.line) : std::nullopt;
}

} // namespace

void cancellationIgnored(const Scene& scene, std::vector<Finding>& found) {
    const Evidence& evidence = scene.evidence;
    for (const BlockedGroup& group : scene.groups.all()) {
        const Primitive p = group.primitive;
        const bool channel = p == Primitive::ChanSend || p == Primitive::ChanReceive || p == Primitive::Select;
        if (group.tier < Tier::Medium || !channel || group.members.size() < 5 ||
            group.creatorsLeft * 10 < group.members.size() * 8 || evidence.site(group.site).cancelled)
            continue;
        Finding f = findingAbout(evidence, group);
        const std::optional<bool> listens = sourceListens(evidence, f.site);
        if (listens.value_or(false))
            continue;
        f.certainty = listens ? Certainty::Strong : Certainty::NeedsCode;
        f.claim = counted(group.creatorsLeft, "caller has", "callers have") + " returned, yet " +
                  (f.goroutines == 1 ? "1 goroutine that was" : countText(f.goroutines) + " goroutines that were") +
                  " started there " + (f.goroutines == 1 ? "stays" : "stay") + " in " +
                  std::string(nameOf(group.primitive)) + " at " + placeOf(evidence, f.site) +
                  "; no wait at this line was ever ended by a cancel.";
        f.numbers.emplace_back("creator_left", std::int64_t{group.creatorsLeft});
        f.numbers.emplace_back("source_read", std::int64_t{listens ? 1 : 0});
        f.doubt = listens ? "The source at this line has no case for a context's Done; the line may have changed since."
                          : "Open the source to check for a Done case: the trace does not show the cases of a select.";
        found.push_back(std::move(f));
    }
}

} // namespace waitscope
