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
    if (request->filter)
        groups.wanted = [trace = request->facts->trace, filter = request->filter](GoroutineIndex g) {
            return filter(trace->function(g));
        };
    const TimelinePictureOptions picture{.range = request->range,
                                         .size = {request->size.width, request->size.height},
                                         .scale = scale,
                                         .filterText = QString::fromStdString(filter),
                                         .groups = groups,
                                         .pinned = goroutinesFrom(*request->facts->trace, pin)};
    return isSvg ? writeText(renderTimelineSvg(request->facts, picture).toStdString(), *this)
                 : writePicture(renderTimeline(request->facts, picture), *this);
}

} // namespace waitscope
