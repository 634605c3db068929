// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/picture_file.h"

#include <QBuffer>

namespace waitscope {

QByteArray pngOf(const QImage& picture) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    return picture.save(&buffer, "PNG") ? bytes : QByteArray();
}

} // namespace waitscope
