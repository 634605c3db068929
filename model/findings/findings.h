// SPDX-License-Identifier: GPL-3.0-or-later
// Is something wrong, what, since when, at which line, and how sure are we? The answer of all detectors together, as
// the window, the commands and builds show it.
#pragma once

#include "model/findings/blocked_groups.h"
#include "model/findings/evidence.h"
#include "model/findings/finding.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace waitscope {

/// What the detectors decided on; kept to answer "why not?".
struct Judgement {
    Judgement(std::shared_ptr<const TraceFacts> facts, FindingOptions options)
        : evidence(std::move(facts), std::move(options)), groups(evidence) {}
    Evidence evidence;
    BlockedGroups groups;
};

struct Findings {
    std::shared_ptr<const Judgement> judgement;
    /// Most important first: by tier, then by cost (of those that cost about the same, the program's own lines), what
    /// is explained behind what explains it, dismissed ones last.
    std::vector<Finding> all;
    std::size_t leftOut = 0; ///< of those that nothing explains, beyond the ten that are shown
    std::uint64_t work = 0;  ///< spans and waits looked at, for tests of the cost

    [[nodiscard]] Time threshold() const { return judgement->evidence.threshold(); }
    /// The highest tier of one that is not dismissed; none if there is none.
    [[nodiscard]] std::optional<Tier> worst() const;
    /// Where nothing is at least medium: the first that would be if the file had its end; null if none would.
    [[nodiscard]] const Finding* unsure() const;
};

/// The reason for which a finding is dismissed; nothing if it is not.
using Dismiss = std::function<std::optional<std::string>(const Trace& trace, const Finding& finding)>;

/// Runs every detector of the catalogue. O(spans), and O(n log n) of open waits and waits for locks. `dismiss` may be
/// null. The same trace and options give the same findings.
[[nodiscard]] Findings computeFindings(std::shared_ptr<const TraceFacts> facts, FindingOptions options,
                                       const Dismiss& dismiss = {});

/// What a trace of this kind cannot show, to be said where nothing was found.
[[nodiscard]] std::string blindSpotText(const Trace& trace, Time threshold);

} // namespace waitscope
