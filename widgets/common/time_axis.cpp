// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/time_axis.h"

#include <array>
#include <cmath>

namespace waitscope {

namespace {

struct Unit {
    Time length;
    const char* name;
};

// The largest unit that a step is at least a hundredth of.
Unit unitFor(Time step) {
    constexpr std::array<Unit, 4> units{{{1'000'000'000, " s"}, {1'000'000, " ms"}, {1'000, " µs"}, {1, " ns"}}};
    for (const Unit& unit : units)
        if (step * 100 >= unit.length)
            return unit;
    return units.back();
}

// The smallest of 1, 2, 5 times a power of ten that is at least `least`.
Time niceStep(double least) {
    constexpr Time largest = 1'000'000'000'000'000'000;
    for (Time decade = 1; decade < largest; decade *= 10)
        for (const Time step : {decade, 2 * decade, 5 * decade})
            if (static_cast<double>(step) >= least)
                return step;
    return largest;
}

// `time` in `unit` with as many decimals as `step` needs; no floating point, so no 0.30000000000000004.
std::string inUnit(Time time, Time step, const Unit& unit) {
    if (time < 0)
        return "-" + inUnit(-time, step, unit);
    std::string text = std::to_string(time / unit.length);
    if (step < unit.length) {
        std::string fraction = std::to_string(time % unit.length + unit.length).substr(1);
        std::size_t decimals = fraction.size();
        for (Time s = step; s % 10 == 0 && decimals > 0; s /= 10)
            --decimals;
        if (decimals > 0)
            text += "." + fraction.substr(0, decimals);
    }
    return text + unit.name;
}

} // namespace

TimeRange TimeAxis::zoomed(double factor, double x) const {
    const double share = width <= 0 ? 0.5 : (x - left) / width;
    const double length = static_cast<double>(range.length());
    const double begin = static_cast<double>(range.begin) + share * length * (1 - factor);
    return {timeFromDouble(begin), timeFromDouble(begin + length * factor)};
}

TimeRange TimeAxis::moved(double share) const {
    const Time by = timeFromDouble(share * static_cast<double>(range.length()));
    return {range.begin + by, range.end + by};
}

std::vector<Tick> ticksOf(const TimeAxis& axis, double spacing) {
    if (axis.range.empty() || axis.width <= 0)
        return {};
    const Time step = niceStep(axis.nanosecondsPerPixel() * spacing);
    const Time behind = axis.range.begin % step; // negative for times before the origin
    const Time first = axis.range.begin - behind + (behind > 0 ? step : 0);
    const Unit unit = unitFor(step);
    constexpr std::size_t longestLabel = 11; // characters that fit between two ticks
    const bool relative = inUnit(axis.range.end, step, unit).size() > longestLabel;
    std::vector<Tick> ticks;
    for (Time t = first; t <= axis.range.end; t += step) {
        const bool full = !relative || t == first;
        ticks.push_back(
            {t, full ? inUnit(t, step, full && relative ? unitFor(t) : unit) : "+" + inUnit(t - first, step, unit)});
    }
    return ticks;
}

} // namespace waitscope
