// SPDX-License-Identifier: GPL-3.0-or-later
// Times and ranges as a person types them, on the command line and in the window.
#pragma once

#include "model/trace/trace.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace waitscope {

/// "1.5s", "200ms", "17us", "17µs", "40ns", "2m" -> ns; nothing if it is not a time.
[[nodiscard]] std::optional<Time> timeFrom(std::string_view text);

/// "1.5s..2s", "200ms..", "..1s" -> a range inside a trace of this length; an error is a sentence in `problem`.
[[nodiscard]] std::optional<TimeRange> rangeFrom(std::string_view text, Time duration, std::string& problem);

/// `--range` of a trace: the whole of it if the text is empty. The text means times of the file, the result those of
/// the trace, which count from elsewhere if only a part of the file was read (LoadReport::part).
[[nodiscard]] std::optional<TimeRange> rangeFrom(std::string_view text, const Trace& trace, std::string& problem);
/// The other way: "1500000ns..2000000ns".
[[nodiscard]] std::string rangeOption(TimeRange range, const Trace& trace);

/// Begin and end of a range in one unit, as exact as it takes to tell them apart: "0.74 s" and "2.6 s", "2756.193 ms"
/// and "2756.21 ms".
[[nodiscard]] std::pair<std::string, std::string> endsText(TimeRange range);

/// `--range` before there is a trace; without an end, to the latest time there is. Nothing if it is no range.
[[nodiscard]] std::optional<TimeRange> askedRange(std::string_view text);

} // namespace waitscope
