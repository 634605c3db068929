// SPDX-License-Identifier: GPL-3.0-or-later
// What a detector found: a claim, its evidence, and how sure one can be.
#pragma once

#include "model/trace/ids.h"
#include "model/trace/primitive.h"
#include "model/trace/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace waitscope {

enum class Tier : std::uint8_t {
    Info,   ///< a fact that explains others; nothing to do
    Low,    ///< long idle: looks the same as a goroutine that waits for work
    Medium, ///< to be checked
    High,   ///< a fault, as far as a trace can tell
};
constexpr std::string_view nameOf(Tier tier) {
    constexpr std::string_view names[]{"info", "low", "medium", "high"};
    return names[static_cast<std::size_t>(tier)];
}
constexpr Tier oneLower(Tier tier) {
    return tier == Tier::Info ? Tier::Info : static_cast<Tier>(static_cast<int>(tier) - 1);
}

enum class Certainty : std::uint8_t { Proved, Strong, NeedsCode, LeakProfile };
constexpr std::string_view nameOf(Certainty certainty) {
    constexpr std::string_view names[]{"proved by the trace", "strong inference", "needs code or dump",
                                       "proved by a leak profile"};
    return names[static_cast<std::size_t>(certainty)];
}

/// A named quantity of the sentence. Names end as in json.md: `_ns`, `_percent`, `_per_second`; others are counts.
using Number = std::pair<std::string_view, std::variant<std::int64_t, double>>;

struct Finding {
    std::string_view detector; ///< "D1"
    std::string_view name;     ///< "never woken"
    Tier tier = Tier::Info;
    Certainty certainty = Certainty::Proved;
    std::optional<Primitive> primitive; ///< none if it is not about waits
    FrameId site;                       ///< where they wait
    StackId stack;                      ///< of one of them, at `site`
    FrameId cause;                      ///< a line that explains it, where there is one
    FrameId createdAt;
    StringId function; ///< they run; empty if not known or not one
    std::uint64_t goroutines = 0;
    std::vector<GoroutineIndex> members; ///< by index; empty where it is not about certain ones
    Time oldest = 0;                     ///< the longest open wait
    bool beforeTrace = false;            ///< `oldest` is a lower bound
    Time since = 0;                      ///< when it began: the earliest of the open waits, or the event
    int rank =
        0; ///< of findings about the same goroutines with equal tiers, the one with the least explains the others
    double cost = 0; ///< goroutine-seconds blocked a second at the end, plus a minute of growth: the order in a tier
    std::string claim;
    std::string doubt;
    std::vector<Number> numbers;
    bool semaphore = false;               ///< of a channel: those who pass it make room for each other
    bool oneLock = false;                 ///< of a deadlock: all wait for the same lock, as far as wake-ups tell
    bool withoutEnd = false;              ///< only low because the end of the file is missing
    std::optional<std::size_t> under;     ///< the finding that explains it
    std::string_view explainedBy;         ///< the detector of one below it that knows a cause; empty: none does
    std::optional<std::string> dismissed; ///< the reason given by a rule of the user

    /// The claim with its doubt.
    [[nodiscard]] std::string sentence() const { return claim + " " + doubt; }
};

} // namespace waitscope
