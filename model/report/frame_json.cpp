// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/frame_json.h"

#include <nlohmann/json.hpp>

namespace waitscope {

using Json = nlohmann::json;

Json frameJson(const Trace& trace, FrameId id) {
    if (!id.known())
        return nullptr;
    const Frame& frame = trace.frame(id);
    return {{"function", trace.text(frame.function)}, {"file", trace.text(frame.file)}, {"line", frame.line}};
}

Json stackJson(const Trace& trace, StackId id) {
    Json frames = Json::array();
    for (const FrameId frame : trace.stacks[id])
        frames.push_back(frameJson(trace, frame));
    return frames;
}

} // namespace waitscope
