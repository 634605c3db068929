// SPDX-License-Identifier: GPL-3.0-or-later
// Differences as a person writes them, with their sign: "−93.6", "+1.2 ms", "−99.9 %". The window and the reports use
// these.
#pragma once

#include <optional>
#include <string>

namespace waitscope {

/// "−98.7 %", "+1,234 %", "±0 %"; so many digits that what is left of −99.98 % is not lost.
[[nodiscard]] std::string signedPercentText(double percent);
/// "−93.6 points".
[[nodiscard]] std::string signedPointsText(double points);
/// "−982", "+0.12".
[[nodiscard]] std::string signedMeanText(double mean);
/// "−1.29 s"; of a duration in ns.
[[nodiscard]] std::string signedDurationText(double nanoseconds);
/// "0.003", "<0.0001".
[[nodiscard]] std::string probabilityText(double p);

} // namespace waitscope
