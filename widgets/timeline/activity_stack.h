// SPDX-License-Identifier: GPL-3.0-or-later
// How many goroutines were in which state, as a stack of colours over time.
#pragma once

#include "model/lod/groups.h"
#include "widgets/common/colours.h"

#include <QImage>
#include <QRect>

#include <array>
#include <cstddef>

namespace waitscope {

using StateColours = std::array<QRgb, stateFamilyCount>;
/// The colours of all states; those of `lit` keep their colour and the others fade into the background; none: all do.
[[nodiscard]] StateColours stateColours(const StateFamilies& lit = {}, const QColor& background = {});

/// Draws into `box` (pixels of the image, clipped to it) what `activity` says of `shown`; where it says nothing,
/// nothing. What is rare still gets a pixel: one blocked goroutine of ten thousand is visible. Returns how many bins it
/// read.
std::size_t drawActivity(QImage& image, const QRect& box, const Activity& activity, TimeRange shown,
                         const StateColours& colours = stateColours());

} // namespace waitscope
