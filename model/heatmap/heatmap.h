// SPDX-License-Identifier: GPL-3.0-or-later
// Which heatmaps are there, and what can be asked of each? One function makes the grid of any mode.
#pragma once

#include "model/facts.h"
#include "model/heatmap/grid.h"
#include "model/heatmap/residences.h"
#include "model/heatmap/row_order.h"

#include <array>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace waitscope {

/// What makes a group, in the modes whose rows are groups.
enum class HeatmapGrouping : std::uint8_t {
    Site,     ///< Population: the line with the `go` statement
    Function, ///< Population: that goroutines run
    State,    ///< Population: what goroutines do at that time
    Log,      ///< Strategy
    Region,
    Task,
};

struct NamedHeatmapGrouping {
    std::string_view name; ///< on the command line: `--group site`
    std::string_view text; ///< as in "grouped by …"
    HeatmapMode mode;      ///< that knows it
};
constexpr std::array<NamedHeatmapGrouping, 6> namedHeatmapGroupings{{
    {"site", "creation site", HeatmapMode::Population},
    {"function", "function", HeatmapMode::Population},
    {"state", "what they do", HeatmapMode::Population},
    {"log", "log category", HeatmapMode::Strategy},
    {"region", "region", HeatmapMode::Strategy},
    {"task", "task", HeatmapMode::Strategy},
}};
constexpr const NamedHeatmapGrouping& namedOf(HeatmapGrouping g) {
    return namedHeatmapGroupings[static_cast<std::size_t>(g)];
}

struct NamedMode {
    std::string_view name;  ///< on the command line: `--mode age`
    std::string_view title; ///< of the picture
    HeatmapMetric metric;   ///< unless another is chosen
    RowOrder order;         ///< unless another is chosen
    std::uint32_t orders;   ///< a bit for each RowOrder it knows; 0: its rows have an order of their own
    bool goroutineRows;     ///< rows are bundles of goroutines, which can be scrolled and zoomed
};
constexpr std::uint32_t bitOf(RowOrder order) {
    return 1U << static_cast<unsigned>(order);
}
constexpr std::array<NamedMode, 7> namedModes{{
    {"lifetime", "Lifetimes of goroutines", {}, RowOrder::Creation, (1U << namedOrders.size()) - 1, true},
    {"population", "Population", {.states = aliveStates}, RowOrder::TotalWait, 0, false},
    {"age", "Ages of goroutines", {.states = aliveStates}, RowOrder::Creation, 0, false},
    {"latency", "Latency of waits", {}, RowOrder::Creation, 0, false},
    {"site",
     "Places where goroutines wait",
     {},
     RowOrder::TotalWait,
     bitOf(RowOrder::TotalWait) | bitOf(RowOrder::CreationSite) | bitOf(RowOrder::AgeAtEnd) |
         bitOf(RowOrder::FirstBlock),
     false},
    {"strategy",
     "Strategies",
     {.measure = Measure::Residence, .states = aliveStates},
     RowOrder::Creation,
     bitOf(RowOrder::Creation) | bitOf(RowOrder::TotalWait) | bitOf(RowOrder::End),
     false},
    {"processor", "Utilization of processors", {.states = {StateFamily::Running}}, RowOrder::Creation, 0, false},
}};
constexpr const NamedMode& namedOf(HeatmapMode mode) {
    return namedModes[static_cast<std::size_t>(mode)];
}
[[nodiscard]] std::optional<HeatmapMode> findMode(std::string_view name);

/// "waiting", "mutex+chan-send", "age", "residence", "residence-ms"; nothing if there is no such metric.
[[nodiscard]] std::optional<HeatmapMetric> metricFrom(std::string_view name);
[[nodiscard]] std::string nameOf(const HeatmapMetric& metric);
/// What a colour means: "share of the bin spent waiting", "goroutines alive (mean of the bin)".
[[nodiscard]] std::string metricText(HeatmapMode mode, const HeatmapMetric& metric);

struct HeatmapOptions {
    HeatmapMode mode = HeatmapMode::Lifetime;
    HeatmapMetric metric;
    TimeRange range;
    std::uint32_t bins = 1; ///< at most one a pixel; fewer if the range has fewer nanoseconds
    std::uint32_t rows = 1; ///< most rows, at most one a pixel
    Bundling bundling = Bundling::Mean;
    RowOrder order = RowOrder::Creation;
    std::optional<HeatmapGrouping> grouping; ///< none: what the mode is used to
    Time stuckAge = 0;                       ///< 0: defaultStuckAge
    std::uint32_t firstPlace = 0;            ///< of the first goroutine in the order of all rows (mode Lifetime)
};

/// "Population by creation site: goroutines alive (mean of the bin)".
[[nodiscard]] std::string titleOf(const HeatmapOptions& options);

/// A sentence that says why these do not go together; empty if they do.
[[nodiscard]] std::string objectionTo(const HeatmapOptions& options);

/// The grouping that is meant when none is chosen; none for modes without groups.
[[nodiscard]] std::optional<HeatmapGrouping> usualGrouping(const TraceFacts& facts, HeatmapMode mode);

/// The grid of these goroutines, in this order where rows are goroutines. Empty when stopped, and where the range or
/// the goroutines are.
[[nodiscard]] Grid heatmapGrid(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines,
                               const HeatmapOptions& options, const std::stop_token& stop = {});

/// Who is in a cell at one instant?
struct Occupants {
    std::uint32_t goroutines = 0; ///< of the row
    std::uint32_t alive = 0;      ///< of them, at that time
    std::uint32_t inStates = 0;   ///< of them, in the states of the grid at that time
    GoroutineIndex longest;       ///< the one that is in its state for longest; of those in the states if there are any
    SpanIndex span;               ///< its span at that time
};
/// O(goroutines of the row · log spans of one).
[[nodiscard]] Occupants occupantsAt(const TraceFacts& facts, const Grid& grid, std::uint32_t row, Time t);

} // namespace waitscope
