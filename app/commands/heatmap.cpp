// SPDX-License-Identifier: GPL-3.0-or-later
// waitscope heatmap: the lifetime heatmap as a picture, or the numbers behind it.
#include "app/commands/picture.h"
#include "app/exit_code.h"
#include "app/trace_input.h"
#include "model/report/grid_report.h"
#include "widgets/heatmap/heatmap_picture.h"

namespace waitscope {

int HeatmapCommand::run() const {
    const bool csv = endsWith(*this, ".csv");
    const bool json = endsWith(*this, ".json");
    if (!csv && !json && !endsWith(*this, ".png") && output != "-") {
        say("-o " + output + ": a heatmap is written as .png, .csv or .json; give a name with one of these endings.");
        return Usage;
    }
    int exitCode = Fine;
    const auto request = prepare(*this, exitCode);
    if (!request)
        return exitCode;
    const HeatmapPictureOptions options{
        .size = {request->size.width, request->size.height},
        .scale = scale,
        .range = request->range,
        .states = findStates(metric)->states,
        .bundling = maximum ? Bundling::Most : Bundling::Mean,
        .rows = {.order = *findOrder(sort), .runtime = runtime, .wanted = request->filter},
        .filter = QString::fromStdString(filter)};
    const Trace& shown = *request->facts->trace;
    if (csv)
        return writeText(gridCsv(shown, *pictureGrid(*request->facts, options)), *this);
    if (json)
        return writeText(gridJson(shown, *pictureGrid(*request->facts, options)), *this);
    return writePicture(renderHeatmap(*request->facts, options), *this);
}

} // namespace waitscope
