// SPDX-License-Identifier: GPL-3.0-or-later
// waitscope stats: the numbers every reader of a trace must agree on.
#include "model/report/stats.h"
#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/output.h"
#include "app/trace_input.h"
#include "model/report/text.h"

namespace waitscope {

namespace {

std::string summary(const Trace& trace) {
    std::uint64_t alive = 0;
    std::uint64_t blocked = 0;
    std::uint64_t before = 0;
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
        const bool live = trace.aliveAtEnd({g});
        alive += live ? 1 : 0;
        blocked += live && trace.spans.state(trace.lastSpan({g})) == GoroutineState::Waiting ? 1 : 0;
        before += trace.preExisting({g}) ? 1 : 0;
    }
    std::string text;
    const auto line = [&](std::string_view name, const std::string& value) {
        text += std::string(name) + std::string(22 - name.size(), ' ') + value + "\n";
    };
    line("file", trace.identity.fileName);
    line("format", trace.identity.format);
    line("complete", trace.report.complete ? "yes" : "no: " + trace.report.error);
    line("duration", durationText(trace.duration));
    line("events", countText(trace.report.events));
    line("goroutines", countText(trace.goroutines.size()));
    line("  from before", countText(before));
    line("  alive at the end", countText(alive));
    line("  waiting at the end", countText(blocked));
    line("processors", countText(trace.processors.size()));
    return text;
}

} // namespace

int StatsCommand::run() const {
    const auto loaded = loadForCommand(trace);
    if (!loaded)
        return NothingReadable;
    std::string problem;
    if (writeResult(json ? statsJson(*loaded) : summary(*loaded), {}, problem))
        return Fine;
    say(problem);
    return NotWritten;
}

} // namespace waitscope
