// SPDX-License-Identifier: GPL-3.0-or-later
// How does the window write an instant? From the start of the trace, from marker A, or as the clock said, which is how
// the logs of the service have it. Every ruler, table and tooltip of a window writes it the same way.
#pragma once

#include "model/trace/trace.h"
#include "widgets/common/time_axis.h"

#include <QString>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waitscope {

/// What times count from.
enum class TimeFormat : std::uint8_t {
    SinceStart,
    SinceA,    ///< from marker A; from the start while there is none
    WallClock, ///< UTC; from the start if the trace does not say when it began
};

/// On a command line: "marker", "clock"; empty: from the start.
[[nodiscard]] std::string nameOf(TimeFormat format);
[[nodiscard]] TimeFormat timeFormatFrom(std::string_view name);

class TimeText {
  public:
    TimeText() = default; ///< from the start of the trace
    TimeText(const Trace& trace, TimeFormat format, std::optional<Time> a);

    /// "1.20 s", "A+1.20 s", "12:00:10.250": as exact as a person reads it.
    [[nodiscard]] QString text(Time time) const;
    /// "0.74 s … 2.6 s", as exact as it takes to tell them apart.
    [[nodiscard]] QString ends(TimeRange range) const;
    /// To the nanosecond: "1,200,000,000 ns", "A-17 ns", "12:00:10.250000000 UTC".
    [[nodiscard]] QString exact(Time time) const;
    /// What its labels say is counted from: for an axis.
    [[nodiscard]] QString meaning() const;
    /// As waitscope::ticksOf; of a clock further apart, as its labels are longer.
    [[nodiscard]] std::vector<Tick> ticks(const TimeAxis& axis, double spacing) const;

    friend bool operator==(const TimeText&, const TimeText&) = default;

  private:
    [[nodiscard]] std::string clockText(Time time, Time step) const;

    std::optional<Time> a_;
    std::optional<std::int64_t> clockAtStart_; ///< unix nanoseconds
    Time step_ = 1;                            ///< of `text` by the clock: a thousandth of the trace or less
};

} // namespace waitscope
