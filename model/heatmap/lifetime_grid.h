// SPDX-License-Identifier: GPL-3.0-or-later
// How much of each stretch of time did each goroutine spend waiting (or in any other set of states)? The numbers of the
// lifetime heatmap, analysis.md section 5 mode L, before colours.
#pragma once

#include "model/facts.h"
#include "model/heatmap/state_set.h"

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace waitscope {

/// How the goroutines of a bundle become one value.
enum class Bundling : std::uint8_t { Mean, Most };

struct GridOptions {
    TimeRange range;
    /// Bins the range is cut into: at most one a pixel. Fewer if the range has fewer nanoseconds.
    std::uint32_t bins = 1;
    /// Most rows, at most one a pixel; with more goroutines than that a row is a bundle of them.
    std::uint32_t rows = 1;
    StateSet states = waitingStates;
    Bundling bundling = Bundling::Mean;
};

/// What a cell knows beside its value.
enum CellMark : std::uint8_t {
    StandsOut = 1,    ///< one goroutine of the bundle exceeds the mean by more than 0.5
    StateUnknown = 2, ///< for more than half of the time the trace does not say what its goroutines did; no value
};

struct GridRow {
    std::uint32_t first = 0; ///< of its goroutines in Grid::goroutines
    std::uint32_t count = 0;
    std::uint32_t preExisting = 0; ///< of them: were there before the trace
    std::uint32_t openAtEnd = 0;   ///< of them: in one of the states when the trace ends
};

struct Grid {
    TimeRange range;
    StateSet states;
    Bundling bundling = Bundling::Mean;
    std::uint32_t bins = 0;
    std::uint32_t perRow = 1; ///< goroutines a row; the last row may have fewer
    std::vector<GoroutineIndex> goroutines;
    std::vector<GridRow> rows;
    // By row * bins + bin:
    std::vector<float> values;        ///< 0 … 1; NaN where nobody is alive or the state is unknown
    std::vector<std::uint32_t> alive; ///< goroutines that live at some time in the bin
    std::vector<std::uint8_t> marks;  ///< CellMark
    std::uint64_t spansRead = 0;      ///< the work: a frame reads the spans in its range, never the whole trace

    [[nodiscard]] bool empty() const { return rows.empty() || bins == 0; }
    [[nodiscard]] std::size_t cell(std::uint32_t row, std::uint32_t bin) const {
        return static_cast<std::size_t>(row) * bins + bin;
    }
    [[nodiscard]] TimeRange binRange(std::uint32_t bin) const;
    /// The bin that holds a time of the range.
    [[nodiscard]] std::uint32_t binAt(Time t) const;
    [[nodiscard]] std::span<const GoroutineIndex> goroutinesOf(std::uint32_t row) const {
        return std::span(goroutines).subspan(rows[row].first, rows[row].count);
    }
};

/// The grid of these goroutines in this order. Empty when stopped.
/// O(spans in the range + goroutines · log spans of one + rows · bins).
[[nodiscard]] Grid lifetimeGrid(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines,
                                const GridOptions& options, const std::stop_token& stop = {});

/// What a row is called: the goroutine and its function, or how many there are and what they run.
[[nodiscard]] std::string rowLabel(const Trace& trace, const Grid& grid, std::uint32_t row);
/// "1 row = 98 goroutines", "1 row = 1 goroutine".
[[nodiscard]] std::string bundleText(const Grid& grid);

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
