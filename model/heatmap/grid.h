// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers of a heatmap before colours: rows of bins of time. What a row and a number are depends on the mode
// (analysis.md section 5); painter, files and window read them all in this one form.
#pragma once

#include "model/heatmap/state_set.h"
#include "model/trace/trace.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waitscope {

enum class HeatmapMode : std::uint8_t {
    Lifetime,   ///< a row a goroutine, or a bundle of them
    Population, ///< a row a group of goroutines: how many of it live
    Age,        ///< a row an interval of ages: how many goroutines are that old
    Latency,    ///< a row an interval of durations: how many waits that end are that long; on top the open waits
    Site,       ///< a row a place where goroutines wait: how many wait there
    Strategy,   ///< a facet a category of logs, regions or tasks; a row a residence in it
    Processor,  ///< a row an interval of utilization: how many processors were that busy
};

/// What a number is.
enum class Unit : std::uint8_t {
    Share,    ///< 0 … 1 of the bin
    Duration, ///< ns
    Count,
};
constexpr std::string_view nameOf(Unit unit) {
    constexpr std::string_view names[]{"share", "ns", "count"};
    return names[static_cast<std::size_t>(unit)];
}

enum class Measure : std::uint8_t {
    States,        ///< time in a set of states: its share of the bin, or the mean number of goroutines
    WaitAge,       ///< for how long the current wait has been going on
    Residence,     ///< share of the bin between the marks of a log category, region or task
    ResidenceTime, ///< the same in ns
};

/// What a cell measures.
struct HeatmapMetric {
    Measure measure = Measure::States;
    StateSet states = waitingStates; ///< that count: for Measure::States, and as waits for WaitAge
    friend bool operator==(const HeatmapMetric&, const HeatmapMetric&) = default;
};

/// How the goroutines of a bundle become one value.
enum class Bundling : std::uint8_t { Mean, Most };

/// What a cell knows beside its value.
enum CellMark : std::uint8_t {
    StandsOut = 1,    ///< one goroutine of the bundle exceeds the mean by more than 0.5, or is stuck among others
    StateUnknown = 2, ///< for more than half of the time the trace does not say what its goroutines did; no value
};

struct GridRow {
    std::uint32_t first = 0;       ///< of its goroutines in Grid::goroutines
    std::uint32_t count = 0;       ///< of them
    std::uint32_t preExisting = 0; ///< of them: were there before the trace
    std::uint32_t openAtEnd = 0;   ///< of them: in one of the states when the trace ends
    // What the modes know of their rows beside goroutines:
    std::string label; ///< empty: made of the goroutines when it is needed
    double low = 0;    ///< Age, Latency: the interval, in ns
    double high = 0;
    std::uint32_t atBegin = 0;                ///< Population: live at the first instant of the range
    std::uint32_t atEnd = 0;                  ///< and at the last one
    Primitive primitive = Primitive::Unknown; ///< Site
    FrameId site;
};

/// Rows that are drawn together, evenly between two places of the axis.
struct GridBand {
    std::uint32_t firstRow = 0;
    std::uint32_t rows = 0;
    double top = 0; ///< places count goroutines in mode Lifetime, rows or facets in others
    double bottom = 0;
};

/// A named stretch of places: a creation site with its goroutines, a facet.
struct GridSection {
    double top = 0;
    double bottom = 0;
    std::string title;
    std::vector<std::string> notes; ///< a line each
};

struct Grid {
    HeatmapMode mode = HeatmapMode::Lifetime;
    HeatmapMetric metric;
    Unit unit = Unit::Share;
    TimeRange range;
    Bundling bundling = Bundling::Mean;
    std::uint32_t bins = 0;
    std::uint32_t perRow = 1; ///< goroutines a row where rows are bundles; the last row may have fewer
    Time stuckAge = 0;        ///< an open wait of at least this age counts as stuck (analysis.md, θ)
    std::vector<GoroutineIndex> goroutines;
    std::vector<GridRow> rows;
    std::vector<GridBand> bands;       ///< all rows, from the first on
    std::vector<GridSection> sections; ///< may be none
    std::vector<std::string> notes;    ///< what else has to be said of the numbers, a line each
    // By row * bins + bin:
    std::vector<float> values;        ///< NaN where nobody is alive or the state is unknown
    std::vector<std::uint32_t> alive; ///< goroutines that live at some time in the bin; empty where it has no meaning
    std::vector<std::uint8_t> marks;  ///< CellMark; may be empty
    std::uint64_t spansRead = 0;      ///< the work: a frame reads the spans in its range, never the whole trace

    [[nodiscard]] bool empty() const { return rows.empty() || bins == 0; }
    [[nodiscard]] std::size_t cell(std::uint32_t row, std::uint32_t bin) const {
        return static_cast<std::size_t>(row) * bins + bin;
    }
    [[nodiscard]] TimeRange binRange(std::uint32_t bin) const;
    /// The bin that holds a time of the range.
    [[nodiscard]] std::uint32_t binAt(Time t) const;
    [[nodiscard]] double binsPerNanosecond() const { return bins / static_cast<double>(range.length()); }
    [[nodiscard]] std::span<const GoroutineIndex> goroutinesOf(std::uint32_t row) const {
        return std::span(goroutines).subspan(rows[row].first, rows[row].count);
    }
    /// Where a row begins and ends on the axis of places.
    [[nodiscard]] GridBand placeOf(std::uint32_t row) const;
    /// The row at a place; none (`rows.size()`) between bands and outside.
    [[nodiscard]] std::uint32_t rowAt(double place) const;
    [[nodiscard]] double firstPlace() const { return bands.empty() ? 0 : bands.front().top; }
    [[nodiscard]] double lastPlace() const { return bands.empty() ? 0 : bands.back().bottom; }
    /// One band of all rows from a place on.
    void placeRows(double top, double perRowHeight);
};

/// From which age an open wait counts as stuck, unless the user says otherwise: max(100 ms, 5 % of the trace), at most
/// 10 s.
[[nodiscard]] Time defaultStuckAge(Time duration);

/// "1 row = 98 goroutines", "1 row = 1 goroutine"; in other modes what their rows are.
[[nodiscard]] std::string bundleText(const Grid& grid);
/// What a row is called: the goroutine and its function, how many there are and what they run, or the mode's own name.
[[nodiscard]] std::string rowLabel(const Trace& trace, const Grid& grid, std::uint32_t row);
/// What stands beside a stretch of rows: Go's id of the first goroutine and the function, or "91 … main.work" with the
/// function that most of their time is spent in.
[[nodiscard]] std::string stretchLabel(const Trace& trace, std::span<const GoroutineIndex> goroutines);
/// A value in the unit of the grid, as a person writes it: "42.0 %", "312 ms", "983"; "none" for NaN.
[[nodiscard]] std::string valueText(const Grid& grid, double value);

} // namespace waitscope
