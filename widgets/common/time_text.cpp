// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/time_text.h"

#include "model/report/range_text.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"

#include <QCoreApplication>

#include <algorithm>

namespace waitscope {

std::string nameOf(TimeFormat format) {
    return format == TimeFormat::SinceA ? "marker" : format == TimeFormat::WallClock ? "clock" : "";
}

TimeFormat timeFormatFrom(std::string_view name) {
    return name == "marker" ? TimeFormat::SinceA : name == "clock" ? TimeFormat::WallClock : TimeFormat::SinceStart;
}

TimeText::TimeText(const Trace& trace, TimeFormat format, std::optional<Time> a) {
    if (format == TimeFormat::SinceA)
        a_ = a;
    if (format == TimeFormat::WallClock && trace.wallClock)
        clockAtStart_ = trace.wallClock->unixNanosecondsAtStart;
    while (step_ * 10 <= std::min<Time>(trace.duration / 1000, 1'000'000))
        step_ *= 10;
}

// "12:00:10.25": with the decimals that the step needs.
std::string TimeText::clockText(Time time, Time step) const {
    std::string text = rfc3339(*clockAtStart_ + time).substr(11);
    text.pop_back(); // the Z
    std::size_t decimals = 9;
    for (; step % 10 == 0 && decimals > 0; step /= 10)
        --decimals;
    return text.substr(0, decimals == 0 ? 8 : 9 + decimals);
}

QString TimeText::text(Time time) const {
    if (clockAtStart_)
        return fromUtf8(clockText(time, step_));
    if (!a_)
        return fromUtf8(durationText(time));
    return (time < *a_ ? QStringLiteral("A-") : QStringLiteral("A+")) +
           fromUtf8(durationText(std::max(time, *a_) - std::min(time, *a_)));
}

QString TimeText::ends(TimeRange range) const {
    const auto fromStart = endsText(range);
    return a_ || clockAtStart_ ? text(range.begin) + QStringLiteral(" … ") + text(range.end)
                               : fromUtf8(fromStart.first + " … " + fromStart.second);
}

QString TimeText::exact(Time time) const {
    if (clockAtStart_)
        return fromUtf8(clockText(time, 1)) + QStringLiteral(" UTC");
    if (!a_)
        return fromUtf8(exactDurationText(time));
    return (time < *a_ ? QStringLiteral("A-") : QStringLiteral("A+")) +
           fromUtf8(exactDurationText(std::max(time, *a_) - std::min(time, *a_)));
}

QString TimeText::meaning() const {
    const auto tr = [](const char* text) { return QCoreApplication::translate("TimeText", text); };
    return clockAtStart_ ? tr("time of day, UTC")
           : a_          ? tr("time since marker A")
                         : tr("time since the start of the trace");
}

std::vector<Tick> TimeText::ticks(const TimeAxis& axis, double spacing) const {
    constexpr double clockIsLonger = 5.0 / 3;
    // Round seconds of the clock, not of the trace.
    constexpr Time day = 86'400'000'000'000;
    const Time origin = clockAtStart_ ? -(*clockAtStart_ % day) : a_.value_or(0);
    std::vector<Tick> ticks =
        ticksOf({.range = {axis.range.begin - origin, axis.range.end - origin}, .left = axis.left, .width = axis.width},
                clockAtStart_ ? spacing * clockIsLonger : spacing);
    const Time step = ticks.size() < 2 ? 1'000'000'000 : ticks[1].time - ticks[0].time;
    for (Tick& tick : ticks) {
        tick.time += origin;
        if (clockAtStart_)
            tick.label = clockText(tick.time, step);
    }
    return ticks;
}

} // namespace waitscope
