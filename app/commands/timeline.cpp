// SPDX-License-Identifier: GPL-3.0-or-later
// waitscope timeline: the timeline as a picture.
#include "app/commands/picture.h"
#include "app/exit_code.h"
#include "app/trace_input.h"
#include "app/view_link.h"
#include "widgets/timeline/timeline_picture.h"

#include <utility>

namespace waitscope {

int TimelineCommand::run() const {
    const bool isSvg = endsWith(*this, ".svg");
    if (!isSvg && !endsWith(*this, ".png") && output != "-") {
        say("-o " + output + ": a timeline is written as a picture; give a name that ends with .png or .svg.");
        return Usage;
    }
    PictureCommand part = *this;
    part.range = view.range;
    int exitCode = Fine;
    const auto request = prepare(part, exitCode);
    if (!request)
        return exitCode;
    std::string problem;
    auto contents = contentsFrom(request->facts, view, problem);
    if (!contents) {
        say(problem);
        return Usage;
    }
    TimelinePictureOptions picture{.range = request->range,
                                   .size = {request->size.width, request->size.height},
                                   .scale = scale,
                                   .contents = std::move(*contents)};
    picture.command = [command = QString::fromStdString(pictureCommandOf(trace, view, picture))] { return command; };
    return isSvg ? writeText(renderTimelineSvg(request->facts, picture).toStdString(), *this)
                 : writePicture(renderTimeline(request->facts, picture), *this);
}

} // namespace waitscope
