// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/elided_button.h"

#include <QStyle>
#include <QStyleOptionButton>
#include <QStylePainter>

namespace waitscope {

ElidedButton::ElidedButton(QWidget* parent) : QPushButton(parent) {
    setFlat(true);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    setCursor(Qt::PointingHandCursor);
}

QString ElidedButton::shownText() const {
    QStyleOptionButton option;
    initStyleOption(&option);
    const QRect inside = style()->subElementRect(QStyle::SE_PushButtonContents, &option, this);
    return option.fontMetrics.elidedText(option.text, Qt::ElideRight, inside.width(), Qt::TextShowMnemonic);
}

void ElidedButton::paintEvent(QPaintEvent* /*event*/) {
    QStyleOptionButton option;
    initStyleOption(&option);
    option.text = shownText();
    QStylePainter(this).drawControl(QStyle::CE_PushButton, option);
}

} // namespace waitscope
