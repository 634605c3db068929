// SPDX-License-Identifier: GPL-3.0-or-later
// waitscope timeline: the timeline as a picture.
#include "app/commands/picture.h"
#include "app/exit_code.h"
#include "app/trace_input.h"
#include "widgets/timeline/timeline_picture.h"

namespace waitscope {

int TimelineCommand::run() const {
    if (!endsWith(*this, ".png") && output != "-") {
        say("-o " + output + ": a timeline is written as a picture; give a name that ends with .png.");
        return Usage;
    }
    int exitCode = Fine;
    const auto request = prepare(*this, exitCode);
    if (!request)
        return exitCode;
    return writePicture(renderTimeline(request->facts, {.range = request->range,
                                                        .size = {request->size.width, request->size.height},
                                                        .scale = scale,
                                                        .filterText = QString::fromStdString(filter),
                                                        .filter = request->filter}),
                        *this);
}

} // namespace waitscope
