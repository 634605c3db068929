// SPDX-License-Identifier: GPL-3.0-or-later
// A span covers at most two bins in part and any number of bins in full. The parts are added where they are; a full
// stretch is noted at its two ends only (+1, -1), and one sweep over the row turns the notes into counts. So the work
// is one visit a span and one a cell, however long the spans are and however many goroutines share a row.
//
// The most of a bundle needs no value for each goroutine either: where any goroutine covers a bin in full the most is
// 1, and what a goroutine has in a bin it covers in part is complete when its next span begins in a later bin.
#include "model/heatmap/lifetime_grid.h"

#include "model/report/text.h"

#include <algorithm>
#include <array>
#include <limits>

namespace waitscope {

namespace {

enum class Meaning : std::uint8_t { Outside, Inside, Unknown };

// Whether spans count, by table: a row of the state, a row of what is waited for.
class Meanings {
  public:
    Meanings(const TraceFacts& facts, StateSet states) : facts_(facts) {
        const auto inside = [&](StateFamily f) { return states.contains(f) ? Meaning::Inside : Meaning::Outside; };
        const auto ofState = [&](GoroutineState s) -> Meaning& { return states_[static_cast<std::size_t>(s)]; };
        ofState(GoroutineState::Running) = inside(StateFamily::Running);
        ofState(GoroutineState::Runnable) = inside(StateFamily::Runnable);
        ofState(GoroutineState::Syscall) = inside(StateFamily::Syscall);
        ofState(GoroutineState::Unknown) = states.contains(StateFamily::Unknown) ? Meaning::Inside : Meaning::Unknown;
        for (const WaitClass& c : facts.waits.all()) {
            Meaning meaning = inside(familyOf(c.primitive));
            // A wait for nobody knows what is a wait; whether it is one for a lock nobody knows either.
            if (c.primitive == Primitive::Unknown && !states.containsAll(waitingStates) &&
                states.touches(waitingStates))
                meaning = Meaning::Unknown;
            waits_.push_back(meaning);
        }
    }
    [[nodiscard]] Meaning of(SpanIndex s) const {
        const Trace& trace = *facts_.trace;
        const GoroutineState state = trace.spans.state(s);
        return state == GoroutineState::Waiting ? waits_[facts_.waits.indexOf(trace, s)]
                                                : states_[static_cast<std::size_t>(state)];
    }

  private:
    const TraceFacts& facts_;
    std::array<Meaning, goroutineStateCount> states_{};
    std::vector<Meaning> waits_; ///< by wait class
};

// Time of a row in one meaning, by bin, in bins.
class Coverage {
  public:
    explicit Coverage(std::uint32_t bins) : partly_(bins), fullChange_(bins + 1), most_(bins) {}

    void beginRow() {
        std::ranges::fill(partly_, 0.0);
        std::ranges::fill(fullChange_, 0);
        std::ranges::fill(most_, 0.0);
    }
    void beginGoroutine() { settle(); }
    /// From and to in bins; rising within a goroutine.
    void add(double from, double to) {
        const double last = static_cast<double>(partly_.size());
        const auto firstBin = static_cast<std::uint32_t>(std::min(from, last - 1));
        to = std::min(to, last);                            // rounding may lead past it
        const auto endBin = static_cast<std::uint32_t>(to); // the one that `to` is in
        if (firstBin == endBin) {
            part(firstBin, to - from);
            return;
        }
        std::uint32_t firstFull = firstBin;
        if (from > firstBin)
            part(firstFull++, static_cast<double>(firstBin + 1) - from);
        if (endBin > firstFull) {
            ++fullChange_[firstFull];
            --fullChange_[endBin];
        }
        if (to > endBin)
            part(endBin, to - endBin);
    }
    void endRow() {
        settle();
        full_ = 0;
    }
    /// Of each bin in turn, after endRow: the sum over the goroutines, and the most that one has.
    struct Bin {
        double sum = 0;
        double most = 0;
    };
    [[nodiscard]] Bin next(std::uint32_t bin) {
        full_ += fullChange_[bin];
        return {partly_[bin] + full_, full_ > 0 ? 1.0 : most_[bin]};
    }

  private:
    void part(std::uint32_t bin, double amount) {
        if (bin != openBin_)
            settle();
        openBin_ = bin;
        open_ += amount;
        partly_[bin] += amount;
    }
    void settle() {
        if (openBin_ < most_.size())
            most_[openBin_] = std::max(most_[openBin_], std::min(open_, 1.0));
        openBin_ = std::numeric_limits<std::uint32_t>::max();
        open_ = 0;
    }

    std::vector<double> partly_;
    std::vector<std::int64_t> fullChange_;
    std::vector<double> most_;
    std::int64_t full_ = 0;
    std::uint32_t openBin_ = std::numeric_limits<std::uint32_t>::max();
    double open_ = 0; ///< of the goroutine at hand, in openBin_
};

} // namespace

TimeRange Grid::binRange(std::uint32_t bin) const {
    // Rounded up: the first nanosecond that lies in the bin. Exact for all traces shorter than a month.
    const auto edge = [&](std::uint64_t i) {
        const auto whole = static_cast<std::uint64_t>(range.length());
        return range.begin + static_cast<Time>(whole / bins * i + (whole % bins * i + bins - 1) / bins);
    };
    return {edge(bin), edge(bin + std::uint64_t{1})};
}

std::uint32_t Grid::binAt(Time t) const {
    const Time inside = std::clamp<Time>(t - range.begin, 0, range.length() - 1);
    auto bin = static_cast<std::uint32_t>(static_cast<double>(inside) * bins / static_cast<double>(range.length()));
    bin = std::min(bin, bins - 1);
    while (bin > 0 && binRange(bin).begin > range.begin + inside)
        --bin;
    while (bin + 1 < bins && binRange(bin).end <= range.begin + inside)
        ++bin;
    return bin;
}

Grid lifetimeGrid(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines, const GridOptions& options,
                  const std::stop_token& stop) {
    const Trace& trace = *facts.trace;
    Grid grid;
    grid.range = options.range.clippedTo(trace.wholeRange());
    grid.states = options.states;
    grid.bundling = options.bundling;
    if (goroutines.empty() || grid.range.empty() || options.bins == 0 || options.rows == 0)
        return grid;
    grid.bins = static_cast<std::uint32_t>(std::min<Time>(options.bins, grid.range.length()));
    const auto count = static_cast<std::uint32_t>(goroutines.size());
    grid.perRow = (count + options.rows - 1) / options.rows;
    grid.goroutines.assign(goroutines.begin(), goroutines.end());
    const std::uint32_t rowCount = (count + grid.perRow - 1) / grid.perRow;
    const std::size_t cells = static_cast<std::size_t>(rowCount) * grid.bins;
    grid.values.assign(cells, std::numeric_limits<float>::quiet_NaN());
    grid.alive.assign(cells, 0);
    grid.marks.assign(cells, 0);

    const Meanings meanings(facts, options.states);
    const double binsPerNanosecond = grid.bins / static_cast<double>(grid.range.length());
    const auto inBins = [&](Time t) { return static_cast<double>(t - grid.range.begin) * binsPerNanosecond; };
    Coverage inside(grid.bins);
    Coverage unknown(grid.bins);
    Coverage life(grid.bins);
    std::vector<std::int64_t> aliveChange(grid.bins + 1);

    for (std::uint32_t r = 0; r < rowCount; ++r) {
        if (stop.stop_requested())
            return {};
        GridRow row{.first = r * grid.perRow, .count = std::min(grid.perRow, count - r * grid.perRow)};
        inside.beginRow();
        unknown.beginRow();
        life.beginRow();
        std::ranges::fill(aliveChange, 0);
        for (const GoroutineIndex g : goroutines.subspan(row.first, row.count)) {
            row.preExisting += trace.preExisting(g);
            row.openAtEnd += trace.aliveAtEnd(g) && meanings.of(trace.lastSpan(g)) == Meaning::Inside;
            const TimeRange lives = trace.lifetime(g).clippedTo(grid.range);
            if (lives.empty())
                continue;
            ++aliveChange[grid.binAt(lives.begin)];
            --aliveChange[grid.binAt(lives.end - 1) + 1];
            inside.beginGoroutine();
            unknown.beginGoroutine();
            life.beginGoroutine();
            life.add(inBins(lives.begin), inBins(lives.end));
            const std::uint32_t end = trace.goroutines.spans(g).end;
            for (std::uint32_t s = trace.spanAt(g, lives.begin).value; s < end; ++s) {
                const TimeRange span = trace.spans.range({s}).clippedTo(grid.range);
                if (trace.spans.start({s}) >= grid.range.end)
                    break;
                ++grid.spansRead;
                if (span.empty())
                    continue;
                const Meaning meaning = meanings.of({s});
                if (meaning != Meaning::Outside)
                    (meaning == Meaning::Inside ? inside : unknown).add(inBins(span.begin), inBins(span.end));
            }
        }
        inside.endRow();
        unknown.endRow();
        life.endRow();
        std::int64_t alive = 0;
        for (std::uint32_t b = 0; b < grid.bins; ++b) {
            const Coverage::Bin in = inside.next(b);
            const Coverage::Bin notKnown = unknown.next(b);
            const Coverage::Bin lived = life.next(b);
            alive += aliveChange[b];
            const std::size_t cell = grid.cell(r, b);
            grid.alive[cell] = static_cast<std::uint32_t>(alive);
            if (alive == 0)
                continue;
            if (notKnown.sum * 2 > lived.sum) {
                grid.marks[cell] = StateUnknown;
                continue;
            }
            const double mean = std::clamp(in.sum / static_cast<double>(alive), 0.0, 1.0);
            grid.values[cell] = static_cast<float>(options.bundling == Bundling::Mean ? mean : in.most);
            if (in.most - mean > 0.5)
                grid.marks[cell] = StandsOut;
        }
        grid.rows.push_back(row);
    }
    return grid;
}

std::string rowLabel(const Trace& trace, const Grid& grid, std::uint32_t row) {
    const auto goroutines = grid.goroutinesOf(row);
    const std::string_view function = trace.function(goroutines.front());
    const std::string name(shortFunction(function));
    if (goroutines.size() == 1)
        return std::to_string(trace.goroutines.id(goroutines.front())) + " " + name;
    const bool same = std::ranges::all_of(goroutines, [&](GoroutineIndex g) { return trace.function(g) == function; });
    return countText(goroutines.size()) + " × " + name + (same ? "" : " and others");
}

std::string bundleText(const Grid& grid) {
    return "1 row = " + countText(grid.perRow) + (grid.perRow == 1 ? " goroutine" : " goroutines");
}

Occupants occupantsAt(const TraceFacts& facts, const Grid& grid, std::uint32_t row, Time t) {
    const Trace& trace = *facts.trace;
    const Meanings meanings(facts, grid.states);
    Occupants result{.goroutines = grid.rows[row].count};
    bool longestIsInside = false;
    for (const GoroutineIndex g : grid.goroutinesOf(row)) {
        const SpanIndex span = trace.spanAt(g, t);
        if (!span.known())
            continue;
        ++result.alive;
        const bool inside = meanings.of(span) == Meaning::Inside;
        result.inStates += inside;
        const bool longer = !result.span.known() || trace.spans.start(span) < trace.spans.start(result.span);
        if (inside > longestIsInside || (inside == longestIsInside && longer)) {
            result.longest = g;
            result.span = span;
            longestIsInside = inside;
        }
    }
    return result;
}

} // namespace waitscope
