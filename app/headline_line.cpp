// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/headline_line.h"

namespace waitscope {

HeadlineLine::HeadlineLine(QWidget* parent) : ElidedButton(parent) {
    setObjectName(QStringLiteral("headline"));
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

} // namespace waitscope
