// SPDX-License-Identifier: GPL-3.0-or-later
// What do the values of command line options mean: picture sizes, and the times and ranges of range_text.h?
#pragma once

#include "model/report/range_text.h"

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

/// "1600x900" within the limits; an error is a sentence in `problem`.
[[nodiscard]] std::optional<PictureSize> sizeFrom(std::string_view text, std::string& problem);

} // namespace waitscope
