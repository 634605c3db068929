// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/activity_stack.h"

#include "widgets/common/colours.h"
#include "widgets/common/time_axis.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace waitscope {

StateColours stateColours(const StateFamilies& lit, const QColor& background) {
    constexpr double kept = 0.18; // of the colour of a faded state: what is there stays visible
    StateColours colours{};
    for (std::size_t f = 0; f < stateFamilyCount; ++f) {
        const auto family = static_cast<StateFamily>(f);
        const QColor own = colourOf(family);
        const auto mixed = [&](int colour, int ground) { return qRound(colour * kept + ground * (1 - kept)); };
        colours[f] = lit.none() || lit[f]
                         ? own.rgb()
                         : qRgb(mixed(own.red(), background.red()), mixed(own.green(), background.green()),
                                mixed(own.blue(), background.blue()));
    }
    return colours;
}

std::size_t drawActivity(QImage& image, const QRect& box, const Activity& activity, TimeRange shown,
                         const StateColours& colours) {
    // From the bottom: what a program is stuck on first.
    constexpr std::array order{StateFamily::Lock,     StateFamily::Channel, StateFamily::GC,    StateFamily::Other,
                               StateFamily::Unknown,  StateFamily::Network, StateFamily::Sleep, StateFamily::Syscall,
                               StateFamily::Runnable, StateFamily::Running};
    const TimeAxis bins{.range = activity.range, .left = 0, .width = static_cast<double>(activity.bins.size())};
    const TimeAxis columns{.range = shown, .left = 0, .width = static_cast<double>(box.width())};
    std::size_t read = 0;
    for (int x = 0; x < box.width(); ++x) {
        ++read;
        const double bin = bins.x(columns.timeAt(x));
        if (bin < 0 || bin >= bins.width)
            continue;
        const Activity::Counts& counts = activity.bins[static_cast<std::size_t>(bin)];
        int bottom = box.top() + box.height();
        for (const StateFamily family : order) {
            const float count = counts[static_cast<std::size_t>(family)];
            if (count <= 0)
                continue;
            const int wanted = static_cast<int>(std::lround(count / activity.peak * static_cast<float>(box.height())));
            const int rows = std::min(std::max(wanted, 1), bottom - box.top());
            const QRgb colour = colours[static_cast<std::size_t>(family)];
            for (int y = std::max(bottom - rows, 0); y < std::min(bottom, image.height()); ++y)
                reinterpret_cast<QRgb*>(image.scanLine(y))[box.left() + x] = colour;
            bottom -= rows;
        }
    }
    return read;
}

} // namespace waitscope
