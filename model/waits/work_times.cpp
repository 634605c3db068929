// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/work_times.h"

#include "model/waits/rank.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace waitscope {

namespace {

/// A task or a region.
struct Work {
    StringId type;
    FrameId site;
    TimeRange range;
    GoroutineIndex goroutine;
    std::uint32_t place = 0; ///< among the tasks or regions
    bool open = false;
    bool beforeTrace = false;
};

class Adding {
  public:
    Adding(const TraceFacts& facts, TimeRange range) : facts_(facts), trace_(*facts.trace), range_(range) {}

    void add(const Work& work, FrameId row) {
        if (work.range.begin >= range_.end || work.range.end < range_.begin)
            return;
        const auto [found, isNew] = rows_.try_emplace({work.type, row}, all_.size());
        if (isNew) {
            all_.push_back({.type = work.type, .site = work.site});
            lengths_.emplace_back();
            most_.push_back(-1);
        }
        WorkTimes& times = all_[found->second];
        ++times.count;
        times.open += work.open ? 1 : 0;
        times.beforeTrace += work.beforeTrace ? 1 : 0;
        if (!work.open && !work.beforeTrace)
            lengths_[found->second].push_back(work.range.length());
        const TimeRange part = work.range.clippedTo(range_);
        times.total += part.length();
        if (part.length() > most_[found->second]) {
            most_[found->second] = part.length();
            times.longest = work.place;
        }
        times.elsewhere += part.length() - addStates(times, work.goroutine, part);
    }

    std::vector<WorkTimes> done() {
        for (std::size_t i = 0; i < all_.size(); ++i) {
            all_[i].p50 = rankOf(lengths_[i], 50);
            all_[i].p95 = rankOf(lengths_[i], 95);
            all_[i].max = rankOf(lengths_[i], 100);
        }
        std::ranges::stable_sort(all_, [&](const WorkTimes& a, const WorkTimes& b) {
            if (a.total != b.total)
                return a.total > b.total;
            return trace_.text(a.type) < trace_.text(b.type);
        });
        return std::move(all_);
    }

  private:
    /// Returns how much of `part` the goroutine lived.
    Time addStates(WorkTimes& times, GoroutineIndex g, TimeRange part) const {
        if (!g.known() || part.empty())
            return 0;
        Time lived = 0;
        const SpanRange inside = trace_.spansIn(g, part);
        for (std::uint32_t s = inside.begin; s < inside.end; ++s) {
            const Time time = trace_.spans.range({s}).clippedTo(part).length();
            times.states[static_cast<std::size_t>(facts_.waits.familyOf(trace_, {s}))] += time;
            lived += time;
        }
        return lived;
    }

    const TraceFacts& facts_;
    const Trace& trace_;
    TimeRange range_;
    std::map<std::pair<StringId, FrameId>, std::size_t> rows_;
    std::vector<WorkTimes> all_;
    std::vector<std::vector<Time>> lengths_; ///< by row: of those seen whole
    std::vector<Time> most_;                 ///< by row: of one, inside the range
};

} // namespace

std::vector<WorkTimes> taskTimes(const TraceFacts& facts, TimeRange range) {
    Adding adding(facts, range);
    std::uint32_t place = 0;
    for (const Task& task : facts.trace->tasks)
        adding.add({.type = task.type,
                    .site = facts.waits.siteOf(task.stack),
                    .range = task.range,
                    .goroutine = task.beganOn,
                    .place = place++,
                    .open = !task.ended,
                    .beforeTrace = !task.begun},
                   {});
    return adding.done();
}

std::vector<WorkTimes> regionTimes(const TraceFacts& facts, TimeRange range) {
    Adding adding(facts, range);
    std::uint32_t place = 0;
    for (const Region& region : facts.trace->regions) {
        const FrameId site = facts.waits.siteOf(region.stack);
        adding.add({.type = region.type,
                    .site = site,
                    .range = region.range(),
                    .goroutine = region.goroutine,
                    .place = place++,
                    .open = region.open,
                    .beforeTrace = region.beforeTrace},
                   site);
    }
    return adding.done();
}

} // namespace waitscope
