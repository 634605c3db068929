// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/build/slice.h"

#include <algorithm>

namespace waitscope {

std::int64_t Slice::settled(std::int64_t time, std::int64_t notBefore) const {
    const auto after = std::ranges::upper_bound(earlyTimes, time);
    const auto place = std::max<std::int64_t>(after - earlyTimes.begin(), 1) - 1;
    return std::max(time, notBefore + place);
}

} // namespace waitscope
