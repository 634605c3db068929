// SPDX-License-Identifier: GPL-3.0-or-later
// waitscope findings: what is wrong, for people and for builds.
#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/option_values.h"
#include "app/output.h"
#include "app/rules_file.h"
#include "app/source_file.h"
#include "app/trace_input.h"
#include "model/facts.h"
#include "model/report/findings_report.h"

#include <algorithm>
#include <array>

namespace waitscope {

int FindingsCommand::run() const {
    FindingOptions options{.source = sourceFile};
    if (!threshold.empty()) {
        options.threshold = timeFrom(threshold);
        if (!options.threshold || *options.threshold <= 0) {
            say("“" + threshold + "” is not a threshold: give a time such as 200ms or 2s.");
            return Usage;
        }
    }
    Rules known;
    if (!rules.empty()) {
        std::string problem;
        const auto read = readRules(rules, problem);
        if (!read) {
            say(problem);
            return Usage;
        }
        known = *read;
    }
    options.idleFunction = idleFunctionOf(known);
    const auto loaded = loadForCommand(trace);
    if (!loaded)
        return NothingReadable;
    const Findings findings =
        computeFindings(computeFacts(loaded, Rows::NotDrawn), std::move(options), dismissOf(known));
    const std::string result = json       ? findingsJson(findings)
                               : sarif    ? findingsSarif(findings)
                               : markdown ? findingsMarkdown(findings)
                                          : findingsText(findings);
    std::string problem;
    if (!writeResult(result, QString::fromStdString(output), problem)) {
        say(problem);
        return NotWritten;
    }
    constexpr std::array tiers{Tier::Low, Tier::Medium, Tier::High};
    const auto limit = std::ranges::find(tiers, failOn, [](Tier tier) { return nameOf(tier); });
    const auto worst = findings.worst();
    return limit != tiers.end() && worst && *worst >= *limit ? FindingsReported : Fine;
}

} // namespace waitscope
