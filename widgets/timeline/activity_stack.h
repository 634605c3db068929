// SPDX-License-Identifier: GPL-3.0-or-later
// How many goroutines were in which state, as a stack of colours over time.
#pragma once

#include "model/lod/groups.h"

#include <QImage>
#include <QRect>

#include <cstddef>

namespace waitscope {

/// Draws into `box` (pixels of the image, clipped to it) what `activity` says of `shown`; where it says nothing,
/// nothing. What is rare still gets a pixel: one blocked goroutine of ten thousand is visible. Returns how many bins it
/// read.
std::size_t drawActivity(QImage& image, const QRect& box, const Activity& activity, TimeRange shown);

} // namespace waitscope
