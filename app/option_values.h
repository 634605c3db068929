// SPDX-License-Identifier: GPL-3.0-or-later
// What do the values of command line options mean: times, ranges, picture sizes?
#pragma once

#include "model/trace/time.h"

#include <optional>
#include <string>
#include <string_view>

namespace waitscope {

struct PictureSize {
    int width = 1600;
    int height = 900;
};

constexpr PictureSize smallestPicture{480, 320};
constexpr PictureSize largestPicture{16384, 16384};

/// "1.5s", "200ms", "17us", "17µs", "40ns", "2m" -> ns; nothing if it is not a time.
[[nodiscard]] std::optional<Time> timeFrom(std::string_view text);

/// "1.5s..2s", "200ms..", "..1s" -> a range inside a trace of this length; an error is a sentence in `problem`.
[[nodiscard]] std::optional<TimeRange> rangeFrom(std::string_view text, Time duration, std::string& problem);

/// "1600x900" within the limits; an error is a sentence in `problem`.
[[nodiscard]] std::optional<PictureSize> sizeFrom(std::string_view text, std::string& problem);

} // namespace waitscope
