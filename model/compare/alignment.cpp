// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/alignment.h"

namespace waitscope {

Alignment alignedAtStart() {
    return {};
}

Alignment alignedAtEnd(Time durationA, Time durationB) {
    return {durationB - durationA};
}

Alignment alignedAsSeen(TimeRange a, TimeRange b) {
    return {b.begin - a.begin};
}

TimeRange rangeOfB(TimeRange a, Alignment alignment) {
    return {a.begin + alignment.shift, a.end + alignment.shift};
}

TimeRange rangeOfA(TimeRange b, Alignment alignment) {
    return {b.begin - alignment.shift, b.end - alignment.shift};
}

} // namespace waitscope
