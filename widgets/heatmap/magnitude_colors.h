// SPDX-License-Identifier: GPL-3.0-or-later
// Which colour is a value? Maps whose lightness rises (or falls) all the way, so that they read in grey and with any
// colour vision. No rainbow, no red beside green.
#pragma once

#include <QColor>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace waitscope {

enum class ColourMap : std::uint8_t {
    Viridis,
    Cividis, ///< blue to yellow: the same to nearly every eye
    Grey,    ///< light to black, for printers without colour
};

/// Evenly spaced from 0 to 1; straight lines in RGB between them.
constexpr std::array<QRgb, 9> magnitudeStops{qRgb(0x44, 0x01, 0x54), qRgb(0x47, 0x2d, 0x7b), qRgb(0x3b, 0x52, 0x8b),
                                             qRgb(0x2c, 0x72, 0x8e), qRgb(0x21, 0x90, 0x8c), qRgb(0x27, 0xad, 0x81),
                                             qRgb(0x5d, 0xc8, 0x63), qRgb(0xaa, 0xdc, 0x32), qRgb(0xfd, 0xe7, 0x25)};
constexpr std::array<QRgb, 9> cividisStops{qRgb(0x00, 0x22, 0x4e), qRgb(0x1a, 0x38, 0x6f), qRgb(0x43, 0x4e, 0x6c),
                                           qRgb(0x61, 0x64, 0x6f), qRgb(0x7d, 0x7c, 0x78), qRgb(0x9b, 0x94, 0x76),
                                           qRgb(0xbb, 0xaf, 0x6d), qRgb(0xdd, 0xcb, 0x5b), qRgb(0xfe, 0xe8, 0x38)};
constexpr std::array<QRgb, 2> greyStops{qRgb(0xe4, 0xe4, 0xe4), qRgb(0x00, 0x00, 0x00)};

struct NamedColourMap {
    std::string_view name; ///< on the command line: `--palette cividis`
    std::span<const QRgb> stops;
};
constexpr std::array<NamedColourMap, 3> namedColourMaps{
    {{"viridis", magnitudeStops}, {"cividis", cividisStops}, {"grey", greyStops}}};
constexpr const NamedColourMap& namedOf(ColourMap map) {
    return namedColourMaps[static_cast<std::size_t>(map)];
}
[[nodiscard]] constexpr std::optional<ColourMap> findColourMap(std::string_view name) {
    for (std::size_t i = 0; i < namedColourMaps.size(); ++i)
        if (namedColourMaps[i].name == name)
            return static_cast<ColourMap>(i);
    return {};
}

/// Of a difference: less, the same, more. White in the middle and equally dark at both ends, so that a picture in grey
/// says how much; blue and orange, told apart by most eyes, say which way.
constexpr std::array<QRgb, 3> differenceStops{qRgb(0x00, 0x5a, 0xa8), qRgb(0xff, 0xff, 0xff), qRgb(0xc4, 0x53, 0x00)};
/// `position`: −1 … 1, clamped.
[[nodiscard]] QRgb differenceColour(double position);

/// Of the bands of a population: Okabe and Ito's, told apart by most eyes; bands carry numbers too.
constexpr std::array<QRgb, 8> groupColours{qRgb(0x00, 0x72, 0xb2), qRgb(0xe6, 0x9f, 0x00), qRgb(0x00, 0x9e, 0x73),
                                           qRgb(0xcc, 0x79, 0xa7), qRgb(0x56, 0xb4, 0xe9), qRgb(0xd5, 0x5e, 0x00),
                                           qRgb(0xf0, 0xe4, 0x42), qRgb(0xbb, 0xbb, 0xbb)};

} // namespace waitscope
