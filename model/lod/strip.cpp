// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/lod/strip.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <utility>

namespace waitscope {

namespace {

// The stretches of a row by number, in time order.
class GoroutineRow {
  public:
    GoroutineRow(const Trace& trace, const WaitClasses& waits, GoroutineIndex g)
        : trace_(trace), waits_(waits), own_(trace.goroutines.spans(g)) {}
    [[nodiscard]] std::size_t size() const { return own_.size(); }
    [[nodiscard]] Stretch operator[](std::size_t i) const {
        const SpanIndex s{own_.begin + static_cast<std::uint32_t>(i)};
        return {trace_.spans.range(s), waits_.familyOf(trace_, s)};
    }

  private:
    const Trace& trace_;
    const WaitClasses& waits_;
    SpanRange own_;
};

class ProcessorRow {
  public:
    ProcessorRow(const Trace& trace, ProcIndex p) : trace_(trace), runs_(trace.processors[p.value].runs) {}
    [[nodiscard]] std::size_t size() const { return runs_.size(); }
    [[nodiscard]] Stretch operator[](std::size_t i) const {
        return {trace_.spans.range(runs_[i]), StateFamily::Running};
    }

  private:
    const Trace& trace_;
    const NarrowColumn<SpanIndex>& runs_;
};

template <class Row> std::size_t firstEndingAfter(const Row& row, Time t, StripWork& work) {
    std::size_t low = 0;
    std::size_t high = row.size();
    while (low < high) {
        ++work.itemsRead;
        const std::size_t middle = low + (high - low) / 2;
        (row[middle].range.end <= t ? low : high) = row[middle].range.end <= t ? middle + 1 : middle;
    }
    return low;
}

// Times at which cell i begins, without drift.
Time cellBegin(TimeRange range, std::size_t cells, std::size_t i) {
    return range.begin +
           static_cast<Time>(static_cast<double>(range.length()) * static_cast<double>(i) / static_cast<double>(cells));
}

template <class Row> void readStretches(const Row& row, TimeRange range, std::span<StripCell> cells, StripWork& work) {
    std::size_t next = firstEndingAfter(row, range.begin, work);
    if (next == row.size())
        return;
    Stretch now = row[next];
    ++work.itemsRead;
    Time begin = range.begin;
    Time behind = begin; // where the next cell begins; a cell is a nanosecond at least
    for (std::size_t i = 0; i < cells.size() && next < row.size(); ++i, begin = behind) {
        behind = cellBegin(range, cells.size(), i + 1);
        const Time end = std::max(behind, begin + 1);
        if (now.range.begin >= end)
            continue; // nothing is here
        if (now.range.begin <= begin && now.range.end >= end) {
            // Most cells of a row that is seen closely lie in one stretch, which then fills many of them.
            const StripCell whole{.family = now.family, .alive = true, .merged = false, .share = 255};
            for (cells[i] = whole; i + 1 < cells.size(); ++i) {
                const Time after = cellBegin(range, cells.size(), i + 2);
                if (std::max(after, behind + 1) > now.range.end)
                    break;
                cells[i + 1] = whole;
                behind = after;
            }
            continue;
        }
        std::array<Time, stateFamilyCount> times{};
        std::size_t count = 0;
        while (now.range.begin < end) {
            const Time shared = now.range.clippedTo({begin, end}).length();
            times[static_cast<std::size_t>(now.family)] += shared;
            count += shared > 0 || now.range.empty() ? 1 : 0;
            if (now.range.end > end || ++next == row.size())
                break; // it goes on in the next cell, or was the last one
            now = row[next];
            ++work.itemsRead;
        }
        const auto most = std::ranges::max_element(times);
        const Time alive = std::accumulate(times.begin(), times.end(), Time{0});
        cells[i] = {.family = static_cast<StateFamily>(most - times.begin()),
                    .alive = alive > 0,
                    .merged = count > 1,
                    .share =
                        static_cast<std::uint8_t>(static_cast<double>(alive) * 255 / static_cast<double>(end - begin))};
    }
}

// One cell of several buckets: at most three, unless a bucket is a nanosecond.
StripCell joined(std::span<const Pyramid::Bucket> buckets, std::size_t asked) {
    std::array<unsigned, stateFamilyCount> shares{};
    unsigned alive = 0;
    for (const Pyramid::Bucket& bucket : buckets) {
        shares[static_cast<std::size_t>(bucket.family)] += bucket.share;
        alive += bucket.alive;
    }
    const auto most = std::ranges::max_element(shares);
    return {.family = static_cast<StateFamily>(most - shares.begin()),
            .alive = alive > 0,
            .merged = true,
            .share = static_cast<std::uint8_t>(alive / asked)};
}

void readBuckets(const Pyramid& pyramid, int level, TimeRange range, std::span<StripCell> cells, StripWork& work) {
    const auto buckets = pyramid.buckets(level);
    const int shift = std::countr_zero(static_cast<std::uint64_t>(pyramid.bucketLength(level)));
    const double cellLength = static_cast<double>(range.length()) / static_cast<double>(cells.size());
    Time begin = range.begin;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const Time end = range.begin + static_cast<Time>(cellLength * static_cast<double>(i + 1));
        const Time from = std::max<Time>(std::exchange(begin, end), 0);
        if (end <= 0)
            continue; // before the trace
        const auto first = static_cast<std::size_t>(from >> shift);
        const auto last = std::max(first, static_cast<std::size_t>((end - 1) >> shift));
        if (first >= buckets.size())
            break; // and nothing is in the others
        const std::size_t count = std::min(last + 1, buckets.size()) - first;
        work.itemsRead += count;
        const Pyramid::Bucket& bucket = buckets[first];
        if (count == 1 && last == first)
            cells[i] = {.family = bucket.family, .alive = bucket.alive > 0, .merged = true, .share = bucket.alive};
        else
            cells[i] = joined(buckets.subspan(first, count), last - first + 1);
    }
}

template <class Row>
void fill(const Row& row, const Pyramid* pyramid, TimeRange range, std::span<StripCell> cells, StripWork& work) {
    std::ranges::fill(cells, StripCell{});
    if (cells.empty() || range.empty())
        return;
    const Time cell = range.length() / static_cast<Time>(cells.size());
    const int level = pyramid == nullptr ? -1 : pyramid->levelFor(cell);
    if (level >= 0)
        readBuckets(*pyramid, level, range, cells, work);
    else
        readStretches(row, range, cells, work);
}

template <class Row> Pyramid pyramidOf(const Row& row, TimeRange whole) {
    std::size_t i = 0;
    return Pyramid(whole, row.size(), [&](Stretch& stretch) {
        if (i == row.size())
            return false;
        stretch = row[i++];
        return true;
    });
}

} // namespace

Pyramids::Pyramids(const Trace& trace, const WaitClasses& waits) {
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g)
        if (trace.goroutines.spans({g}).size() >= fewestStretches)
            goroutines_.emplace(g, pyramidOf(GoroutineRow(trace, waits, {g}), trace.wholeRange()));
    processors_.resize(trace.processors.size());
    for (std::uint32_t p = 0; p < trace.processors.size(); ++p)
        if (trace.processors[p].runs.size() >= fewestStretches)
            processors_[p] = pyramidOf(ProcessorRow(trace, {p}), trace.wholeRange());
}

const Pyramid* Pyramids::of(GoroutineIndex g) const {
    const auto found = goroutines_.find(g.value);
    return found == goroutines_.end() ? nullptr : &found->second;
}

const Pyramid* Pyramids::of(ProcIndex p) const {
    return p.value < processors_.size() && !processors_[p.value].empty() ? &processors_[p.value] : nullptr;
}

SpanIndex longestSpanIn(const Trace& trace, GoroutineIndex g, TimeRange range) {
    constexpr std::uint32_t most = 1024;
    const TimeRange alive = trace.lifetime(g).clippedTo({range.begin, std::max(range.end, range.begin + 1)});
    if (alive.empty())
        return {};
    const SpanRange own = trace.goroutines.spans(g);
    const SpanIndex first = trace.spanAt(g, alive.begin);
    SpanIndex longest = first;
    Time length = -1;
    for (std::uint32_t s = first.value; s < std::min(own.end, first.value + most); ++s) {
        if (trace.spans.start({s}) >= alive.end)
            break;
        const Time part = trace.spans.range({s}).clippedTo(alive).length();
        if (part > length) {
            longest = {s};
            length = part;
        }
    }
    return longest;
}

void stripOf(const Trace& trace, const WaitClasses& waits, const Pyramids& pyramids, GoroutineIndex g, TimeRange range,
             std::span<StripCell> cells, StripWork& work) {
    fill(GoroutineRow(trace, waits, g), pyramids.of(g), range, cells, work);
}

void stripOf(const Trace& trace, const Pyramids& pyramids, ProcIndex p, TimeRange range, std::span<StripCell> cells,
             StripWork& work) {
    fill(ProcessorRow(trace, p), pyramids.of(p), range, cells, work);
}

SpanIndex runAt(const Trace& trace, ProcIndex p, Time begin, Time end) {
    const auto& runs = trace.processors[p.value].runs;
    StripWork work;
    std::size_t next = firstEndingAfter(ProcessorRow(trace, p), begin, work);
    if (next == runs.size() || trace.spans.start(runs[next]) >= end) {
        if (next == 0)
            return {};
        --next;
    }
    return runs[next];
}

} // namespace waitscope
