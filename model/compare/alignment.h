// SPDX-License-Identifier: GPL-3.0-or-later
// Which time of one trace lies over which time of another. A nanosecond is as long in both: only the offset differs.
#pragma once

#include "model/trace/time.h"

namespace waitscope {

/// A time of A plus `shift` is the time of B that lies over it.
struct Alignment {
    Time shift = 0;
    friend bool operator==(const Alignment&, const Alignment&) = default;
};

/// The first moments of both lie over each other.
[[nodiscard]] Alignment alignedAtStart();
/// The last ones do.
[[nodiscard]] Alignment alignedAtEnd(Time durationA, Time durationB);
/// The left edges of two ranges do: what is seen side by side stays side by side.
[[nodiscard]] Alignment alignedAsSeen(TimeRange a, TimeRange b);

/// The same stretch of the other trace. It may reach beyond it.
[[nodiscard]] TimeRange rangeOfB(TimeRange a, Alignment alignment);
[[nodiscard]] TimeRange rangeOfA(TimeRange b, Alignment alignment);

} // namespace waitscope
