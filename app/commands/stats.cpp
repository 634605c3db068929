// SPDX-License-Identifier: GPL-3.0-or-later
// waitscope stats: the numbers every reader of a trace must agree on.
#include "model/report/stats.h"
#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/output.h"
#include "app/trace_input.h"

namespace waitscope {

int StatsCommand::run() const {
    const auto loaded = loadForCommand(trace);
    if (!loaded)
        return NothingReadable;
    std::string problem;
    if (writeResult(json ? statsJson(*loaded) : statsText(*loaded), {}, problem))
        return Fine;
    say(problem);
    return NotWritten;
}

} // namespace waitscope
