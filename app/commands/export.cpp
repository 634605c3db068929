// SPDX-License-Identifier: GPL-3.0-or-later
// waitscope export: the waits for other programs.
#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/option_values.h"
#include "app/output.h"
#include "app/trace_input.h"
#include "model/facts.h"
#include "model/report/chrome_trace.h"
#include "model/report/wait_profile.h"
#include "model/report/waits_report.h"

#include <algorithm>

namespace waitscope {

int ExportCommand::run() const {
    const auto loaded = loadForCommand(trace, range);
    if (!loaded)
        return NothingReadable;
    std::string problem;
    const auto within = rangeFrom(range, *loaded, problem);
    if (!within) {
        say(problem);
        return Usage;
    }
    const auto facts = computeFacts(loaded);
    const auto kind = std::ranges::find(profileKinds, what, [](ProfileKind k) { return nameOf(k); });
    std::string result;
    if (format == "chrome")
        result = chromeTraceOf(*facts, *within, runtime);
    else if (format == "csv")
        result = waitsCsv(*facts, computeWaitTable(*facts, {.range = *within, .runtimeGoroutines = runtime}));
    else if (format == "folded")
        result = foldedStacksOf(*facts, computeWaitProfile(*facts, *kind, *within, runtime));
    else
        result = pprofOf(*facts, computeWaitProfile(*facts, *kind, *within, runtime));
    if (writeResult(result, QString::fromLocal8Bit(output.c_str()), problem))
        return Fine;
    say(problem);
    return NotWritten;
}

} // namespace waitscope
