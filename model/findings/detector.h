// SPDX-License-Identifier: GPL-3.0-or-later
// What a detector gets and gives, and what they share in making a finding.
#pragma once

#include "model/findings/blocked_groups.h"
#include "model/findings/evidence.h"
#include "model/findings/finding.h"
#include "model/findings/growth.h"
#include "model/findings/lock_use.h"
#include "model/waits/annotation_types.h"

#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace waitscope {

/// In which tasks and regions goroutines were: made when a detector first asks, since few do and it costs as much as
/// one. Safe to ask from any thread.
class Annotations {
  public:
    /// `trace` must outlive it.
    explicit Annotations(const Trace& trace) : trace_(trace) {}
    /// Null if the program names no task and no region.
    [[nodiscard]] const AnnotationTypes* types() {
        std::call_once(asked_, [this] {
            if (!(trace_.tasks.empty() && trace_.regions.empty()))
                types_.emplace(trace_);
        });
        return types_ ? &*types_ : nullptr;
    }

  private:
    const Trace& trace_;
    std::once_flag asked_;
    std::optional<AnnotationTypes> types_;
};

struct Scene {
    const Evidence& evidence;
    const BlockedGroups& groups;
    const Populations& populations;
    const LockUse& locks;
    Annotations& annotations;
};

/// Adds what it finds, beside others. The catalogue fills in the detector's id and name.
using Detect = void (*)(const Scene& scene, std::vector<Finding>& found);

/// A finding about a group: who, where, since when, how many.
[[nodiscard]] Finding findingAbout(const Evidence& evidence, const BlockedGroup& group);
/// A finding about goroutines of one cohort that live, without a site.
[[nodiscard]] Finding findingAbout(const Evidence& evidence, std::vector<GoroutineIndex> members);
/// A finding that is not about certain goroutines.
[[nodiscard]] Finding findingAboutNone(const Evidence& evidence);

/// "1 goroutine", "1,000 goroutines"; the same with other words ("sender", "senders").
[[nodiscard]] std::string counted(std::uint64_t n, const char* one = "goroutine", const char* more = "goroutines");
/// "4.89 s", "0.3 s–4.89 s".
[[nodiscard]] std::string spanOfTimes(Time least, Time most);
/// "main.get cache.go:45", or "a place that was not recorded".
[[nodiscard]] std::string placeOf(const Evidence& evidence, FrameId frame);
/// " started at main.handle server.go:61", or nothing if that is not recorded.
[[nodiscard]] std::string startedAt(const Evidence& evidence, FrameId createdAt);
/// Two or three significant digits of a rate: "200", "1.25", "0.05".
[[nodiscard]] std::string rateText(double rate);

/// A trace too short or too damaged to trust lowers each tier.
[[nodiscard]] Tier forLength(const Evidence& evidence, Tier tier);

} // namespace waitscope
