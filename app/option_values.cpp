// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/option_values.h"

#include <charconv>

namespace waitscope {

namespace {

template <class Number> std::optional<Number> numberFrom(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

} // namespace

std::optional<PictureSize> sizeFrom(std::string_view text, std::string& problem) {
    const std::size_t cross = text.find('x');
    const auto width = cross == std::string_view::npos ? std::nullopt : numberFrom<int>(text.substr(0, cross));
    const auto height = cross == std::string_view::npos ? std::nullopt : numberFrom<int>(text.substr(cross + 1));
    if (width && height && *width >= smallestPicture.width && *height >= smallestPicture.height &&
        *width <= largestPicture.width && *height <= largestPicture.height)
        return PictureSize{*width, *height};
    problem = "--size " + std::string(text) + ": give WIDTHxHEIGHT between 480x320 and 16384x16384, such as 1600x900.";
    return {};
}

} // namespace waitscope
