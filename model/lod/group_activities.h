// SPDX-License-Identifier: GPL-3.0-or-later
// How did the goroutines of a group spend their time, at any zoom? A group of many spans is summed up once: how much
// time its goroutines had spent in each family of states by the begin of each of many equal buckets. What they did in a
// bin is the difference of two such sums, so a frame costs pixels, whatever the number of goroutines and spans.
#pragma once

#include "model/facts.h"

#include <memory>
#include <optional>
#include <vector>

namespace waitscope {

/// The time that some goroutines spent in each family of states, up to any instant.
class ActivitySums {
  public:
    using Times = std::array<Time, stateFamilyCount>;

    ActivitySums() = default;
    /// Of `members` from the trace's start to its end, in `buckets` equal buckets. Empty if stopped.
    /// O(spans of the members + buckets).
    ActivitySums(const Trace& trace, const WaitClasses& waits, std::span<const GoroutineIndex> members,
                 std::size_t buckets, const std::stop_token& stop = {});

    [[nodiscard]] bool empty() const { return sums_.empty(); }
    [[nodiscard]] std::size_t bytes() const { return sums_.capacity() * sizeof(Times); }
    /// Bins of this range are not finer than what was summed up: what `activity` says of them is exact but for the
    /// buckets that their borders divide.
    [[nodiscard]] bool reaches(TimeRange range, std::size_t bins) const;
    /// O(bins); counts them into `work`.
    [[nodiscard]] Activity activity(TimeRange range, std::size_t bins, StripWork& work) const;

  private:
    [[nodiscard]] std::array<double, stateFamilyCount> at(double time) const;

    double bucketLength_ = 1;
    std::vector<Times> sums_; ///< by bucket, at its begin; and one more
};

/// In the place of a group: all goroutines of the program.
constexpr std::size_t everyGroup = SIZE_MAX;

/// The activity of all groups of a timeline, and of the program as a whole.
class GroupActivities {
  public:
    /// Groups with fewer spans are read directly.
    static constexpr std::size_t fewestSpans = 2048;
    /// Spans for each bucket: 80 bytes of sums for 64 spans.
    static constexpr std::size_t spansPerBucket = 64;

    /// Incomplete if stopped. O(spans).
    GroupActivities(std::shared_ptr<const TraceFacts> facts, std::shared_ptr<const GoroutineGroups> groups,
                    const std::stop_token& stop = {});

    /// What a frame can show of a group at once, exact or from its sums; nothing if the range is so close that the
    /// spans themselves have to be read (`activityOf`), of which there may be many. O(bins), or O(fewestSpans).
    [[nodiscard]] std::optional<Activity> of(std::size_t group, TimeRange range, std::size_t bins,
                                             StripWork& work) const;
    /// The same as far as the sums go, for the time until the spans have been read. O(bins).
    [[nodiscard]] Activity coarse(std::size_t group, TimeRange range, std::size_t bins, StripWork& work) const;
    [[nodiscard]] std::span<const GoroutineIndex> membersOf(std::size_t group) const;
    [[nodiscard]] std::size_t bytes() const;

  private:
    [[nodiscard]] const ActivitySums& sumsOf(std::size_t group) const;

    std::shared_ptr<const TraceFacts> facts_;
    std::shared_ptr<const GoroutineGroups> groups_;
    std::vector<GoroutineIndex> everyone_;
    ActivitySums sumsOfAll_;
    std::vector<ActivitySums> sums_; ///< by group; empty: read directly
};

} // namespace waitscope
