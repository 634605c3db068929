// SPDX-License-Identifier: GPL-3.0-or-later
// Times and ranges as a person types them, on the command line and in the window.
#pragma once

#include "model/trace/time.h"

#include <optional>
#include <string>
#include <string_view>

namespace waitscope {

/// "1.5s", "200ms", "17us", "17µs", "40ns", "2m" -> ns; nothing if it is not a time.
[[nodiscard]] std::optional<Time> timeFrom(std::string_view text);

/// "1.5s..2s", "200ms..", "..1s" -> a range inside a trace of this length; an error is a sentence in `problem`.
[[nodiscard]] std::optional<TimeRange> rangeFrom(std::string_view text, Time duration, std::string& problem);

} // namespace waitscope
