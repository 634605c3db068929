// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/text_style.h"

#include "widgets/common/colours.h"

#include <QApplication>
#include <QFontDatabase>
#include <QPainter>

namespace waitscope {

namespace {

QPixmap familyPatch(StateFamily family, qreal devicePixelRatio) {
    constexpr int side = 14; // logical pixels
    QPixmap patch(QSize(side, side) * devicePixelRatio);
    patch.setDevicePixelRatio(devicePixelRatio);
    const QColor colour = colourOf(family);
    patch.fill(colour);
    QPainter painter(&patch);
    QFont font = painter.font();
    font.setPixelSize(side - 4);
    font.setBold(true);
    painter.setFont(font);
    painter.setPen(readableOn(colour));
    if (const QChar letter = letterOf(family); !letter.isNull())
        painter.drawText(QRect(0, 0, side, side), Qt::AlignCenter, QString(letter));
    return patch;
}

} // namespace

QFont figuresFont(const QFont& words) {
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    if (words.pointSizeF() > 0)
        font.setPointSizeF(words.pointSizeF());
    else
        font.setPixelSize(words.pixelSize());
    return font;
}

QVariant lookOf(int role, bool figure, bool muted) {
    switch (role) {
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter | (figure ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::FontRole:
        return figure ? QVariant(figuresFont(QApplication::font("QTableView"))) : QVariant();
    case Qt::ForegroundRole:
        return muted ? QVariant(mutedText(QApplication::palette("QTableView"))) : QVariant();
    default:
        return {};
    }
}

QColor mutedText(const QPalette& palette) {
    const QColor text = palette.color(QPalette::Text);
    const QColor base = palette.color(QPalette::Base);
    const auto mix = [](int a, int b) { return (a * 62 + b * 38) / 100; };
    return {mix(text.red(), base.red()), mix(text.green(), base.green()), mix(text.blue(), base.blue())};
}

QIcon familyIcon(StateFamily family) {
    QIcon icon;
    for (const qreal ratio : {1.0, 2.0, 3.0})
        for (const QIcon::Mode mode : {QIcon::Normal, QIcon::Selected}) // a selected row must not tint the colour
            icon.addPixmap(familyPatch(family, ratio), mode);
    return icon;
}

} // namespace waitscope
