// SPDX-License-Identifier: GPL-3.0-or-later
// Which time of one trace lies over which time of another? A nanosecond is as long in both, and only the offset
// differs, unless one is stretched: then so many nanoseconds of the one are as long as so many of the other.
#pragma once

#include "model/trace/time.h"

namespace waitscope {

/// Time 0 of A lies over `shift` of B, and `lengthA` of A is as long as `lengthB` of B.
struct Alignment {
    Time shift = 0;
    Time lengthA = 1; ///< > 0
    Time lengthB = 1; ///< > 0
    /// A pixel is not the same time in both.
    [[nodiscard]] bool isStretched() const { return lengthA != lengthB; }
    friend bool operator==(const Alignment&, const Alignment&) = default;
};

/// The first moments of both lie over each other.
[[nodiscard]] Alignment alignedAtStart();
/// The last ones do.
[[nodiscard]] Alignment alignedAtEnd(Time durationA, Time durationB);
/// Two instants do; everything else about `like` stays.
[[nodiscard]] Alignment alignedAt(Time a, Time b, const Alignment& like = {});
/// The left edges of two ranges do: what is seen side by side stays side by side.
[[nodiscard]] Alignment alignedAsSeen(TimeRange a, TimeRange b);
/// Two ranges lie over each other from edge to edge, whatever their lengths. An empty one counts as 1 ns.
[[nodiscard]] Alignment stretchedOver(TimeRange a, TimeRange b);
/// The same with A and B the other way round.
[[nodiscard]] Alignment swapped(const Alignment& alignment);

/// The instant of the other trace; rounded to the nearest nanosecond where one is stretched. It may lie outside of it.
[[nodiscard]] Time timeOfB(Time a, const Alignment& alignment);
[[nodiscard]] Time timeOfA(Time b, const Alignment& alignment);
/// The same stretch of the other trace. It may reach beyond it.
[[nodiscard]] TimeRange rangeOfB(TimeRange a, const Alignment& alignment);
[[nodiscard]] TimeRange rangeOfA(TimeRange b, const Alignment& alignment);

} // namespace waitscope
