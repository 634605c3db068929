// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heatmap/magnitude_colors.h"

#include <algorithm>
#include <cmath>

namespace waitscope {

QRgb differenceColour(double position) {
    const QColor end(differenceStops[position < 0 ? 0 : 2]), middle(differenceStops[1]);
    const double share = std::min(1.0, std::abs(position));
    const auto mixed = [&](int from, int to) { return static_cast<int>(std::lround(from + (to - from) * share)); };
    return qRgb(mixed(middle.red(), end.red()), mixed(middle.green(), end.green()), mixed(middle.blue(), end.blue()));
}

} // namespace waitscope
