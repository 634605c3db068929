// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/change_text.h"

#include "model/report/text.h"

#include <array>
#include <charconv>
#include <cmath>

namespace waitscope {

namespace {

std::string withSign(double value, const std::string& magnitude) {
    return (value < 0 ? "\xe2\x88\x92" : value > 0 ? "+" : "±") + magnitude;
}

std::string fixed(double value, int digits) {
    std::array<char, 64> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, digits);
    return {text.data(), end.ptr};
}

} // namespace

std::string signedPercentText(double percent) {
    const double size = std::abs(percent);
    if (size == 0)
        return "±0 %";
    if (size >= 1000)
        return withSign(percent, size < 1e15 ? countText(static_cast<std::uint64_t>(std::llround(size))) + " %"
                                             : std::string("many %"));
    if (percent <= -100 && size < 100.05)
        return withSign(percent, "100 %");
    int digits = 1;
    while (percent < 0 && size < 100 && digits < 4 && fixed(size, digits) == fixed(100, digits))
        ++digits;
    return size < 0.05 ? withSign(percent, "<0.1 %") : withSign(percent, fixed(size, digits) + " %");
}

std::string signedPointsText(double points) {
    const double size = std::abs(points);
    return withSign(points, size == 0 ? "0 points" : size < 0.05 ? "<0.1 points" : fixed(size, 1) + " points");
}

std::string signedMeanText(double mean) {
    return withSign(mean, meanText(std::abs(mean)));
}

std::string signedDurationText(double nanoseconds) {
    const double size = std::min(std::abs(nanoseconds), 9e18);
    return withSign(nanoseconds, size > 0 && size < 1 ? std::string("<1 ns") : durationText(std::llround(size)));
}

std::string probabilityText(double p) {
    return p < 0.0001 ? "<0.0001" : fixed(p, p < 0.01 ? 4 : p < 0.1 ? 3 : 2);
}

} // namespace waitscope
