// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/heatmap/row_cells.h"

#include "model/build/side_by_side.h"
#include "model/heatmap/meanings.h"
#include "model/heatmap/row_sums.h"

#include <atomic>
#include <cmath>

namespace waitscope {

namespace {

struct Source {
    const TraceFacts& facts;
    const Meanings& meanings;
    const RowItems& items;
    const ResidencesOfGoroutines* residences;
};

// Calls `visit(range, since, meaning)` for what fills a life inside the range; the spans read.
template <class Visit>
std::uint64_t eachStretch(const Source& source, const Grid& grid, const RowItem& item, const Visit& visit) {
    const TimeRange lives = item.life.clippedTo(grid.range);
    if (grid.metric.measure == Measure::Residence || grid.metric.measure == Measure::ResidenceTime) {
        if (!source.residences) {
            visit(lives, item.life.begin, Meaning::Inside);
            return 1;
        }
        const auto& first = source.residences->first;
        for (std::uint32_t i = first[item.goroutine.value]; i < first[item.goroutine.value + 1]; ++i)
            if (const TimeRange r = source.residences->ranges[i].clippedTo(lives); !r.empty())
                visit(r, source.residences->ranges[i].begin, Meaning::Inside);
        return first[item.goroutine.value + 1] - first[item.goroutine.value];
    }
    const Trace& trace = *source.facts.trace;
    const std::uint32_t end = trace.goroutines.spans(item.goroutine).end;
    std::uint64_t read = 0;
    const SpanIndex at = trace.spanAt(item.goroutine, lives.begin);
    for (std::uint32_t s = at.known() ? at.value : end; s < end; ++s) {
        const Time begin = trace.spans.start({s});
        if (begin >= lives.end)
            break;
        ++read;
        const TimeRange span = trace.spans.range({s}).clippedTo(lives);
        if (span.empty())
            continue;
        const Meaning meaning = source.meanings.of({s});
        if (meaning != Meaning::Outside)
            visit(span, begin, meaning);
    }
    return read;
}

// Some rows after each other; `Inside` is ShareOfRow or AgeOfRow, `unit` what 1 of its values is in the grid's unit.
template <class Inside> class Rows {
  public:
    Rows(const Source& source, Grid& grid, double unit)
        : source_(source)
        , grid_(grid)
        , unit_(unit)
        , perNanosecond_(grid.binsPerNanosecond())
        , inside_(grid.bins)
        , unknown_(grid.bins)
        , life_(grid.bins)
        , aliveChange_(grid.bins + 1) {}

    std::uint64_t fill(std::uint32_t row) {
        inside_.clear();
        unknown_.clear();
        life_.clear();
        std::ranges::fill(aliveChange_, 0);
        std::uint64_t read = 0;
        const GridRow& bundle = grid_.rows[row];
        for (std::uint32_t place = bundle.first; place < bundle.first + bundle.count; ++place) {
            const RowItem item = source_.items(place);
            const TimeRange lives = item.life.clippedTo(grid_.range);
            if (lives.empty())
                continue;
            ++aliveChange_[grid_.binAt(lives.begin)];
            --aliveChange_[grid_.binAt(lives.end - 1) + 1];
            life_.add(inBins(lives.begin), inBins(lives.end));
            inside_.nextGoroutine();
            read += eachStretch(source_, grid_, item, [&](TimeRange r, Time since, Meaning meaning) {
                if (meaning == Meaning::Inside)
                    inside_.add(inBins(r.begin), inBins(r.end), inBins(since));
                else
                    unknown_.add(inBins(r.begin), inBins(r.end));
            });
        }
        const std::size_t first = grid_.cell(row, 0);
        std::int64_t alive = 0;
        for (std::uint32_t b = 0; b < grid_.bins; ++b) {
            alive += aliveChange_[b];
            grid_.alive[first + b] = static_cast<std::uint32_t>(alive);
        }
        inside_.each([&](std::uint32_t b, BinOfRow in) { write(first + b, in); });
        markUnknown(first);
        return read;
    }

  private:
    [[nodiscard]] double inBins(Time t) const { return static_cast<double>(t - grid_.range.begin) * perNanosecond_; }

    void write(std::size_t cell, BinOfRow in) {
        const std::uint32_t alive = grid_.alive[cell];
        if (alive == 0)
            return;
        const double mean = std::max(0.0, in.sum / alive) * unit_;
        const double most = in.most * unit_;
        grid_.values[cell] = static_cast<float>(grid_.bundling == Bundling::Mean ? mean : most);
        if (grid_.metric.measure == Measure::WaitAge) {
            const auto stuck = static_cast<double>(grid_.stuckAge);
            if (most >= stuck && mean < stuck / 2)
                grid_.marks[cell] = StandsOut;
        } else if (most - mean > unit_ / 2) {
            grid_.marks[cell] = StandsOut;
        }
    }
    void markUnknown(std::size_t first) {
        std::vector<double>& lived = lived_;
        lived.resize(grid_.bins);
        life_.each([&](std::uint32_t b, double sum) { lived[b] = sum; });
        unknown_.each([&](std::uint32_t b, double sum) {
            if (sum * 2 > lived[b] && grid_.alive[first + b] > 0) {
                grid_.values[first + b] = std::numeric_limits<float>::quiet_NaN();
                grid_.marks[first + b] = StateUnknown;
            }
        });
    }

    const Source& source_;
    Grid& grid_;
    double unit_;
    double perNanosecond_;
    Inside inside_;
    TimeSums unknown_;
    TimeSums life_;
    std::vector<std::int64_t> aliveChange_;
    std::vector<double> lived_;
};

template <class Inside>
std::uint64_t fillAll(const Source& source, Grid& grid, double unit, const std::stop_token& stop) {
    // Large enough that what a worker needs for itself does not matter, small enough that all cores have some to the
    // end.
    constexpr std::size_t together = 16;
    const std::size_t chunks = (grid.rows.size() + together - 1) / together;
    std::atomic<std::uint64_t> read{0};
    sideBySide(chunks, threadsByDefault(), [&](std::size_t chunk) {
        Rows<Inside> rows(source, grid, unit);
        std::uint64_t mine = 0;
        const std::size_t end = std::min((chunk + 1) * together, grid.rows.size());
        for (std::size_t r = chunk * together; r < end && !stop.stop_requested(); ++r)
            mine += rows.fill(static_cast<std::uint32_t>(r));
        read += mine;
    });
    return read;
}

} // namespace

ResidencesOfGoroutines residencesByGoroutine(const TraceFacts& facts, std::span<const ResidenceArm> arms) {
    std::vector<Residence> all;
    for (const ResidenceArm& arm : arms)
        all.insert(all.end(), arm.residences.begin(), arm.residences.end());
    std::ranges::sort(all, {}, [](const Residence& r) { return std::pair(r.goroutine.value, r.range.begin); });
    ResidencesOfGoroutines result;
    result.first.assign(facts.trace->goroutines.size() + 1, 0);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const bool same = i > 0 && all[i].goroutine == all[i - 1].goroutine;
        if (same && all[i].range.begin <= result.ranges.back().end) {
            result.ranges.back().end = std::max(result.ranges.back().end, all[i].range.end);
        } else {
            result.ranges.push_back(all[i].range);
            ++result.first[all[i].goroutine.value + 1];
        }
    }
    for (std::size_t g = 1; g < result.first.size(); ++g)
        result.first[g] += result.first[g - 1];
    return result;
}

std::uint64_t fillRows(const TraceFacts& facts, const RowItems& items, const ResidencesOfGoroutines* residences,
                       Grid& grid, const std::stop_token& stop) {
    const Meanings meanings(facts, grid.metric.states);
    const Source source{facts, meanings, items, residences};
    const double bin = static_cast<double>(grid.range.length()) / grid.bins;
    switch (grid.metric.measure) {
    case Measure::WaitAge:
        return fillAll<AgeOfRow>(source, grid, bin, stop);
    case Measure::ResidenceTime:
        return fillAll<ShareOfRow>(source, grid, bin, stop);
    case Measure::States:
    case Measure::Residence:
        break;
    }
    return fillAll<ShareOfRow>(source, grid, 1, stop);
}

} // namespace waitscope
