// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/lod/group_activities.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>
#include <utility>

namespace waitscope {

namespace {

constexpr std::size_t fewestBuckets = 256;
constexpr std::size_t mostBuckets = 65536;

std::size_t spansOf(const Trace& trace, std::span<const GoroutineIndex> members) {
    return std::transform_reduce(members.begin(), members.end(), std::size_t{0}, std::plus{},
                                 [&](GoroutineIndex g) { return std::size_t{trace.goroutines.spans(g).size()}; });
}

ActivitySums sumsFor(const Trace& trace, const WaitClasses& waits, std::span<const GoroutineIndex> members,
                     const std::stop_token& stop) {
    const std::size_t spans = spansOf(trace, members);
    if (spans < GroupActivities::fewestSpans)
        return {};
    return {trace, waits, members,
            std::clamp(std::bit_floor(spans / GroupActivities::spansPerBucket), fewestBuckets, mostBuckets), stop};
}

} // namespace

ActivitySums::ActivitySums(const Trace& trace, const WaitClasses& waits, std::span<const GoroutineIndex> members,
                           std::size_t buckets, const std::stop_token& stop) {
    if (trace.duration == 0 || buckets == 0)
        return;
    bucketLength_ = static_cast<double>(trace.duration) / static_cast<double>(buckets);
    std::vector<Time> borders(buckets + 1); // as whole nanoseconds, so that times add up
    for (std::size_t i = 0; i <= buckets; ++i)
        borders[i] = i == buckets ? trace.duration : static_cast<Time>(bucketLength_ * static_cast<double>(i));
    const auto bucketOf = [&](Time t) {
        auto bucket = std::min(static_cast<std::size_t>(static_cast<double>(t) / bucketLength_), buckets - 1);
        while (borders[bucket] > t)
            --bucket;
        while (bucket + 1 < buckets && borders[bucket + 1] <= t)
            ++bucket;
        return bucket;
    };
    // A span adds to its first and its last bucket what it covers of them. How many cover a bucket wholly is kept as a
    // difference: +1 where that begins, -1 behind where it ends.
    std::vector<Times> times(buckets + 1);
    std::vector<std::array<std::int32_t, stateFamilyCount>> steps(buckets + 1);
    std::uint32_t sinceCheck = 0;
    for (const GoroutineIndex g : members) {
        if (++sinceCheck % 1024 == 0 && stop.stop_requested())
            return;
        const SpanRange own = trace.goroutines.spans(g);
        for (std::uint32_t s = own.begin; s < own.end; ++s) {
            const TimeRange part = trace.spans.range({s});
            if (part.empty())
                continue;
            const auto family = static_cast<std::size_t>(waits.familyOf(trace, {s}));
            const std::size_t first = bucketOf(part.begin);
            const std::size_t last = part.end <= borders[first + 1] ? first : bucketOf(part.end);
            if (first == last) {
                times[first][family] += part.length();
                continue;
            }
            times[first][family] += borders[first + 1] - part.begin;
            times[last][family] += part.end - borders[last];
            ++steps[first + 1][family];
            --steps[last][family];
        }
    }
    Times sum{};
    std::array<std::int64_t, stateFamilyCount> covering{};
    for (std::size_t i = 0; i <= buckets; ++i) {
        const Times own = std::exchange(times[i], sum);
        if (i == buckets)
            break;
        for (std::size_t f = 0; f < stateFamilyCount; ++f) {
            covering[f] += steps[i][f];
            sum[f] += own[f] + covering[f] * (borders[i + 1] - borders[i]);
        }
    }
    sums_ = std::move(times);
}

bool ActivitySums::reaches(TimeRange range, std::size_t bins) const {
    return !empty() && static_cast<double>(range.length()) >= bucketLength_ * static_cast<double>(bins);
}

std::array<double, stateFamilyCount> ActivitySums::at(double time) const {
    const double place = std::clamp(time / bucketLength_, 0.0, static_cast<double>(sums_.size() - 1));
    const auto bucket = std::min(static_cast<std::size_t>(place), sums_.size() - 2);
    const double inside = place - static_cast<double>(bucket);
    std::array<double, stateFamilyCount> sum{};
    for (std::size_t f = 0; f < stateFamilyCount; ++f) {
        const Time before = sums_[bucket][f];
        sum[f] = static_cast<double>(before) + static_cast<double>(sums_[bucket + 1][f] - before) * inside;
    }
    return sum;
}

Activity ActivitySums::activity(TimeRange range, std::size_t bins, StripWork& work) const {
    Activity activity{.range = range, .bins = {}};
    if (empty() || bins == 0 || range.empty())
        return activity;
    activity.bins.resize(bins);
    work.itemsRead += bins + 1;
    const double binLength = static_cast<double>(range.length()) / static_cast<double>(bins);
    auto before = at(static_cast<double>(range.begin));
    for (std::size_t i = 0; i < bins; ++i) {
        const auto behind = at(static_cast<double>(range.begin) + binLength * static_cast<double>(i + 1));
        Activity::Counts& counts = activity.bins[i];
        for (std::size_t f = 0; f < stateFamilyCount; ++f)
            counts[f] = static_cast<float>((behind[f] - before[f]) / binLength);
        activity.peak = std::max(activity.peak, std::accumulate(counts.begin(), counts.end(), 0.0F));
        before = behind;
    }
    return activity;
}

GroupActivities::GroupActivities(std::shared_ptr<const TraceFacts> facts, std::shared_ptr<const GoroutineGroups> groups,
                                 const std::stop_token& stop)
    : facts_(std::move(facts))
    , groups_(std::move(groups))
    , everyone_(goroutinesOf(*facts_->trace, facts_->waits, false))
    , sumsOfAll_(sumsFor(*facts_->trace, facts_->waits, everyone_, stop))
    , sums_(groups_->groups.size()) {
    for (std::size_t i = 0; i < sums_.size() && !stop.stop_requested(); ++i)
        sums_[i] = sumsFor(*facts_->trace, facts_->waits, groups_->groups[i].members, stop);
}

std::optional<Activity> GroupActivities::of(std::size_t group, TimeRange range, std::size_t bins,
                                            StripWork& work) const {
    const ActivitySums& sums = sumsOf(group);
    if (sums.reaches(range, bins))
        return sums.activity(range, bins, work);
    if (!sums.empty())
        return {};
    work.itemsRead += spansOf(*facts_->trace, membersOf(group));
    return activityOf(*facts_->trace, facts_->waits, membersOf(group), range, bins);
}

Activity GroupActivities::coarse(std::size_t group, TimeRange range, std::size_t bins, StripWork& work) const {
    return sumsOf(group).activity(range, bins, work);
}

std::span<const GoroutineIndex> GroupActivities::membersOf(std::size_t group) const {
    return group == everyGroup ? everyone_ : groups_->groups[group].members;
}

std::size_t GroupActivities::bytes() const {
    return std::transform_reduce(sums_.begin(), sums_.end(), sumsOfAll_.bytes(), std::plus{},
                                 [](const ActivitySums& sums) { return sums.bytes(); });
}

const ActivitySums& GroupActivities::sumsOf(std::size_t group) const {
    return group == everyGroup ? sumsOfAll_ : sums_[group];
}

} // namespace waitscope
