// SPDX-License-Identifier: GPL-3.0-or-later
// waitscope timeline: the timeline as a picture.
#include "app/commands/picture.h"
#include "app/exit_code.h"
#include "app/trace_input.h"
#include "app/view_link.h"
#include "widgets/timeline/timeline_picture.h"

namespace waitscope {

int TimelineCommand::run() const {
    const bool isSvg = endsWith(*this, ".svg");
    if (!isSvg && !endsWith(*this, ".png") && output != "-") {
        say("-o " + output + ": a timeline is written as a picture; give a name that ends with .png or .svg.");
        return Usage;
    }
    int exitCode = Fine;
    const auto request = prepare(*this, exitCode);
    if (!request)
        return exitCode;
    GroupChoice groups{
        .grouping = static_cast<Grouping>(findChoice(namedGroupings, group).value_or(0)),
        .order = static_cast<GroupOrder>(findChoice(namedGroupOrders, sort).value_or(0)),
        .wanted = nullptr,
    };
    const auto together = togetherFrom(*request->facts, only);
    if (!together && !only.empty()) {
        say("--only " + only + ": the trace has no such goroutines.");
        return Usage;
    }
    std::vector<std::uint8_t> shown(request->facts->trace->goroutines.size(), together ? 0 : 1);
    if (together)
        for (const GoroutineIndex g : *together->members)
            shown[g.value] = 1;
    if (request->filter || together)
        groups.wanted = [&, trace = request->facts->trace](GoroutineIndex g) {
            return shown[g.value] != 0 && (!request->filter || request->filter(trace->function(g)));
        };
    const std::string filterText =
        filter + (together ? (filter.empty() ? "only " : ", only ") + together->name : std::string());
    const TimelinePictureOptions picture{.range = request->range,
                                         .size = {request->size.width, request->size.height},
                                         .scale = scale,
                                         .filterText = QString::fromStdString(filterText),
                                         .groups = groups,
                                         .pinned = goroutinesFrom(*request->facts, pin)};
    return isSvg ? writeText(renderTimelineSvg(request->facts, picture).toStdString(), *this)
                 : writePicture(renderTimeline(request->facts, picture), *this);
}

} // namespace waitscope
