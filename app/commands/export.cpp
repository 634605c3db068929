// SPDX-License-Identifier: GPL-3.0-or-later
// waitscope export: the waits for other programs.
#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/option_values.h"
#include "app/output.h"
#include "app/trace_input.h"
#include "app/waits_document.h"
#include "model/facts.h"

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
    const auto facts = computeFacts(loaded, Rows::NotDrawn);
    const auto kind = std::ranges::find(profileKinds, what, [](ProfileKind k) { return nameOf(k); });
    const auto form = std::ranges::find(waitsForms, format, [](WaitsForm f) { return nameOf(f); });
    const std::string result =
        waitsDocument(*facts, {.form = *form, .kind = *kind, .range = *within, .runtimeGoroutines = runtime});
    if (writeResult(result, QString::fromLocal8Bit(output.c_str()), problem))
        return Fine;
    say(problem);
    return NotWritten;
}

} // namespace waitscope
