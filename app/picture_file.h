// SPDX-License-Identifier: GPL-3.0-or-later
// A picture as the bytes of a PNG file, with the text it carries.
#pragma once

#include <QByteArray>
#include <QImage>

namespace waitscope {

/// Deterministic: the same picture gives the same bytes. Empty if it could not be encoded.
[[nodiscard]] QByteArray pngOf(const QImage& picture);

} // namespace waitscope
