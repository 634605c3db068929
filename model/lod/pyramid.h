// SPDX-License-Identifier: GPL-3.0-or-later
// What dominates a stretch of a row that holds more spans than there are pixels?
//
// A row with many stretches (a busy goroutine, a processor) gets levels of buckets, each level with buckets twice as
// long as the one below. A bucket remembers the family that took most of it and how much of it that was. A frame reads
// the level whose buckets are just shorter than a pixel, so it costs pixels, whatever the number of stretches. The
// finest level has a bucket for four to eight stretches; closer than that the stretches themselves are few and are
// read. Memory: about a byte a stretch.
#pragma once

#include "model/trace/primitive.h"
#include "model/trace/time.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace waitscope {

/// A piece of a row in one state.
struct Stretch {
    TimeRange range;
    StateFamily family = StateFamily::Unknown;
};

class Pyramid {
  public:
    struct Bucket {
        StateFamily family = StateFamily::Unknown; ///< the one with the largest share
        std::uint8_t share = 0;                    ///< its share of the bucket's length, 255 is all
        std::uint8_t alive = 0;                    ///< the share of all families; 0: nothing is there
    };

    Pyramid() = default;
    /// `next` gives the stretches of the row in time order, and false at the end. O(stretches + buckets).
    Pyramid(TimeRange whole, std::size_t stretches, const std::function<bool(Stretch&)>& next);

    /// The coarsest level whose buckets are not longer than `length`; -1 if even the finest ones are.
    [[nodiscard]] int levelFor(Time length) const;
    [[nodiscard]] Time bucketLength(int level) const { return finest_ << level; }
    [[nodiscard]] std::span<const Bucket> buckets(int level) const { return levels_[static_cast<std::size_t>(level)]; }
    [[nodiscard]] bool empty() const { return levels_.empty(); }

  private:
    Time finest_ = 0;
    std::vector<std::vector<Bucket>> levels_;
};

} // namespace waitscope
