// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/headline_line.h"

#include <QStyle>
#include <QStyleOptionButton>
#include <QStylePainter>

namespace waitscope {

HeadlineLine::HeadlineLine(QWidget* parent) : QPushButton(parent) {
    setObjectName(QStringLiteral("headline"));
    setFlat(true);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    setCursor(Qt::PointingHandCursor);
    say({}, Qt::gray);
}

void HeadlineLine::say(const QString& sentence, const QColor& edge) {
    setText(sentence);
    setToolTip(sentence);
    setStyleSheet(QStringLiteral("#headline { text-align: left; font-weight: bold; padding: 6px 12px; border: none;"
                                 " border-left: 6px solid %1; }"
                                 "#headline:focus { text-decoration: underline; }")
                      .arg(edge.name()));
}

void HeadlineLine::paintEvent(QPaintEvent* /*event*/) {
    QStyleOptionButton option;
    initStyleOption(&option);
    const QRect inside = style()->subElementRect(QStyle::SE_PushButtonContents, &option, this);
    option.text = option.fontMetrics.elidedText(option.text, Qt::ElideRight, inside.width());
    QStylePainter(this).drawControl(QStyle::CE_PushButton, option);
}

} // namespace waitscope
