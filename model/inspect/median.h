// SPDX-License-Identifier: GPL-3.0-or-later
// The median of many lengths, exactly, in memory that does not grow with their number: few are kept as they are; of
// many it is counted how many are about how long, and the same lengths are gone through again for the stretch in which
// the median lies, until it is one nanosecond wide.
#pragma once

#include "model/trace/time.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace waitscope {

class Median {
  public:
    static constexpr std::size_t mostHeld = 4096; ///< lengths or counts

    /// A length, at least 0; in every pass the same ones in any order. O(1).
    void add(Time length);
    /// After a pass: whether one more is needed. At most six passes are.
    [[nodiscard]] bool needsAnotherPass();
    /// Once no pass is needed; of an even number the lower one. 0 of none.
    [[nodiscard]] Time value() const { return low_; }
    [[nodiscard]] std::uint64_t count() const { return count_; }
    /// The work: 8 bytes each.
    [[nodiscard]] std::size_t held() const { return kept_.capacity() + counts_.capacity(); }

  private:
    [[nodiscard]] std::size_t bucketOf(Time length) const;
    [[nodiscard]] Time beginOf(std::size_t bucket) const;

    bool isFirst_ = true; ///< pass: the stretch is everything, and its buckets grow with the lengths
    bool isDone_ = false;
    Time low_ = 0;                      ///< the stretch in which the median lies
    Time high_ = INT64_MAX;             ///< behind it
    Time width_ = 1;                    ///< of a bucket in a later pass
    std::uint64_t rank_ = 0;            ///< of the median among those in the stretch
    std::uint64_t count_ = 0;           ///< of all
    std::vector<Time> kept_;            ///< those in the stretch, while they are few
    std::vector<std::uint64_t> counts_; ///< by bucket, when they are many
};

} // namespace waitscope
