// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/alignment.h"

#include <algorithm>
#include <cmath>

namespace waitscope {
namespace {

// t · to / from, to the nearest; exact where nothing is stretched.
Time scaled(Time t, Time from, Time to) {
    if (from == to)
        return t;
    return static_cast<Time>(
        std::llround(static_cast<long double>(t) * static_cast<long double>(to) / static_cast<long double>(from)));
}

} // namespace

Alignment alignedAtStart() {
    return {};
}

Alignment alignedAtEnd(Time durationA, Time durationB) {
    return {.shift = durationB - durationA};
}

Alignment alignedAt(Time a, Time b, const Alignment& like) {
    Alignment alignment = like;
    alignment.shift = b - scaled(a, like.lengthA, like.lengthB);
    return alignment;
}

Alignment alignedAsSeen(TimeRange a, TimeRange b) {
    return alignedAt(a.begin, b.begin);
}

Alignment stretchedOver(TimeRange a, TimeRange b) {
    const Alignment lengths{.lengthA = std::max<Time>(1, a.length()), .lengthB = std::max<Time>(1, b.length())};
    return alignedAt(a.begin, b.begin, lengths);
}

Alignment swapped(const Alignment& alignment) {
    return {.shift = -scaled(alignment.shift, alignment.lengthB, alignment.lengthA),
            .lengthA = alignment.lengthB,
            .lengthB = alignment.lengthA};
}

Time timeOfB(Time a, const Alignment& alignment) {
    return scaled(a, alignment.lengthA, alignment.lengthB) + alignment.shift;
}

Time timeOfA(Time b, const Alignment& alignment) {
    return scaled(b - alignment.shift, alignment.lengthB, alignment.lengthA);
}

TimeRange rangeOfB(TimeRange a, const Alignment& alignment) {
    return {timeOfB(a.begin, alignment), timeOfB(a.end, alignment)};
}

TimeRange rangeOfA(TimeRange b, const Alignment& alignment) {
    return {timeOfA(b.begin, alignment), timeOfA(b.end, alignment)};
}

} // namespace waitscope
