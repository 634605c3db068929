// SPDX-License-Identifier: GPL-3.0-or-later
// How long was the program inside a strategy? Residences are the stretches between the marks that the program itself
// made: two log messages of one category, a region, a task (analysis.md section 2, "residence per strategy").
//
// Logs pair like brackets: by task if they have one, else by goroutine, and by category. A message with "end", "done",
// "stop", "finish" or "leave" in it closes the last open one; any other opens one. Marks without a partner are counted
// apart, never guessed.
#pragma once

#include "model/compare/statistics/rank_tests.h"
#include "model/facts.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waitscope {

enum class ResidenceKind : std::uint8_t { Log, Region, Task };

constexpr std::string_view nameOf(ResidenceKind kind) {
    constexpr std::string_view names[]{"log", "region", "task"};
    return names[static_cast<std::size_t>(kind)];
}

struct Residence {
    GoroutineIndex goroutine; ///< where it began
    TimeRange range;
};

/// The residences of one category.
struct ResidenceArm {
    std::string name;
    std::vector<Residence> residences; ///< by their beginning
    std::uint64_t unpaired = 0;        ///< marks without a partner
    // Of all residences, whatever the range shown; none without any.
    std::optional<Time> p50, p95; ///< nearest rank
    std::optional<double> mean;
    std::optional<double> halfWidth; ///< of the 95 % confidence interval of the mean (normal); from two residences on
};

/// The arms in order of their names. `wanted` by goroutine index (empty: all). O(marks · log).
[[nodiscard]] std::vector<ResidenceArm> residenceArms(const TraceFacts& facts, ResidenceKind kind,
                                                      const std::vector<bool>& wanted = {});

/// The kind that the program marks its strategies with: logs that pair, else regions, else tasks.
[[nodiscard]] ResidenceKind usualResidences(const TraceFacts& facts);

/// What the goroutines that began the residences did meanwhile; the parts add up to the residences' lengths.
struct ResidenceSplit {
    Time running = 0;
    Time runnable = 0;
    Time blocked = 0; ///< waiting, or in a system call
    Time unknown = 0; ///< not recorded, or the goroutine had ended
    [[nodiscard]] Time total() const { return running + runnable + blocked + unknown; }
};
/// O(spans inside the residences + residences · log).
[[nodiscard]] ResidenceSplit splitOf(const Trace& trace, const ResidenceArm& arm);

/// How long the residences of an arm are. O(n · log n).
[[nodiscard]] SortedDurations lengthsOf(const ResidenceArm& arm);

} // namespace waitscope
