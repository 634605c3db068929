// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/html_text.h"

#include <array>
#include <cstdint>
#include <vector>

namespace waitscope {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

// How many bytes the character takes that begins here; 0 if no character of UTF-8 does. XML allows neither most control
// characters nor U+FFFE and U+FFFF.
std::size_t characterLength(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t first = byte(0);
    if (first < 0x80)
        return first >= 0x20 ? (first == 0x7f ? 0 : 1) : first == '\t' || first == '\n' || first == '\r' ? 1 : 0;
    const std::size_t length = first >= 0xc2 && first < 0xe0   ? 2
                               : first >= 0xe0 && first < 0xf0 ? 3
                               : first >= 0xf0 && first < 0xf5 ? 4
                                                               : 0;
    if (length == 0 || text.size() < length)
        return 0;
    std::uint32_t code = first & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80)
            return 0;
        code = code << 6U | (byte(i) & 0x3fU);
    }
    constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    const bool control = code >= 0x80 && code < 0xa0;
    return code < least[length] || code > 0x10ffff || surrogate || control || (code & 0xfffeU) == 0xfffe ? 0 : length;
}

std::string_view entityOf(char c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return {};
    }
}

} // namespace

std::string htmlText(std::string_view text) {
    std::string html;
    html.reserve(text.size() + text.size() / 8);
    while (!text.empty()) {
        const std::size_t length = characterLength(text);
        const std::string_view entity = length == 1 ? entityOf(text[0]) : std::string_view();
        html += length == 0 ? replacement : !entity.empty() ? entity : text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return html;
}

std::string shortenedInTheMiddle(std::string_view text, std::size_t longest) {
    if (text.size() <= longest)
        return std::string(text);
    std::vector<std::size_t> begins;
    for (std::size_t i = 0; i < text.size(); i += std::max<std::size_t>(1, characterLength(text.substr(i))))
        begins.push_back(i);
    if (begins.size() <= longest)
        return std::string(text);
    const std::size_t tail = longest > 0 ? (longest - 1) / 2 : 0;
    const std::size_t head = longest > 0 ? longest - 1 - tail : 0;
    const std::string_view end = tail == 0 ? std::string_view() : text.substr(begins[begins.size() - tail]);
    return std::string(text.substr(0, begins[head])) + "…" + std::string(end);
}

std::string htmlName(std::string_view name) {
    constexpr std::size_t longestName = 160;
    return "<bdi>" + htmlText(shortenedInTheMiddle(name, longestName)) + "</bdi>";
}

std::string dataUrl(std::string_view mediaType, std::string_view bytes) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string url = "data:" + std::string(mediaType) + ";base64,";
    url.reserve(url.size() + (bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::string_view three = bytes.substr(i, 3);
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k)
            bits = bits << 8U | (k < three.size() ? static_cast<std::uint8_t>(three[k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k)
            url += k <= three.size() ? digits[bits >> (18 - 6 * k) & 63U] : '=';
    }
    return url;
}

} // namespace waitscope
