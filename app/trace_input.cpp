// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/trace_input.h"

#include "model/reader/load.h"
#include "model/report/range_text.h"

#include <cstdio>

namespace waitscope {

void say(std::string_view message) {
    std::fprintf(stderr, "waitscope: %.*s\n", static_cast<int>(message.size()), message.data());
}

std::shared_ptr<const Trace> loadForCommand(const std::string& path, std::string_view range) {
    const LoadResult result = loadTrace(path, {.range = askedRange(range)});
    if (!result.trace) {
        say(result.error->message);
        return nullptr;
    }
    for (const LoadWarning& warning : result.trace->report.warnings)
        say("warning: " + warning.text);
    return result.trace;
}

} // namespace waitscope
