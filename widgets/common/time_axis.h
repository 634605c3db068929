// SPDX-License-Identifier: GPL-3.0-or-later
// Where on the screen is an instant, and which instants get a label? Every canvas of a window uses the same axis with
// the same left edge, so that a vertical line through the window is one instant.
#pragma once

#include "model/trace/time.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

namespace waitscope {

// How far a key or a notch of the wheel goes, in every canvas.
constexpr double zoomStep = 0.8;       ///< of the visible range that is left
constexpr double panStep = 0.25;       ///< of the visible range
constexpr double wheelPanStep = 0.125; ///< of the visible range
constexpr double wheelNotch = 120;     ///< eighths of a degree

/// The nearest time, also where a wide zoom on a long trace gives more than a Time can hold.
[[nodiscard]] inline Time timeFromDouble(double ns) {
    constexpr double most = 9.2e18;
    return static_cast<Time>(std::clamp(ns, -most, most));
}

/// The affine map between times and logical pixels. A range of no length maps to `left`.
struct TimeAxis {
    TimeRange range;
    double left = 0;
    double width = 0;

    [[nodiscard]] double x(Time t) const {
        return range.empty()
                   ? left
                   : left + static_cast<double>(t - range.begin) / static_cast<double>(range.length()) * width;
    }
    /// Inside or outside of the range; `range.begin` if there is no width.
    [[nodiscard]] Time timeAt(double x) const {
        // Small differences are exact: the begin is added as an integer wherever it can be.
        const double offset = width <= 0 ? 0 : (x - left) / width * static_cast<double>(range.length());
        constexpr double large = 4e18;
        return std::abs(offset) < large && std::abs(range.begin) < static_cast<Time>(large)
                   ? range.begin + static_cast<Time>(offset)
                   : timeFromDouble(static_cast<double>(range.begin) + offset);
    }
    [[nodiscard]] double nanosecondsPerPixel() const {
        return width <= 0 ? 0 : static_cast<double>(range.length()) / width;
    }
    /// As long as so many pixels are wide.
    [[nodiscard]] Time timeOf(double pixels) const { return timeFromDouble(nanosecondsPerPixel() * pixels); }

    /// The range that results from zooming by `factor` (below 1: closer) around the instant under `x`, which stays
    /// where it is.
    [[nodiscard]] TimeRange zoomed(double factor, double x) const;
    /// The range moved by a share of its length; positive: later.
    [[nodiscard]] TimeRange moved(double share) const;
};

struct Tick {
    Time time = 0;
    std::string label;
};

/// Ticks at multiples of 1, 2 or 5 times a power of ten ns, at least `spacing` pixels apart. Labels have one unit.
/// Where a label in full would be longer than the distance between two (far from 0 and deeply zoomed in), the first
/// tick is written in full and the others as the difference to it, with a plus sign.
[[nodiscard]] std::vector<Tick> ticksOf(const TimeAxis& axis, double spacing = 90);

} // namespace waitscope
