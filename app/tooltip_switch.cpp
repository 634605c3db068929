// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/tooltip_switch.h"

#include <QEvent>
#include <QSettings>
#include <QToolTip>

namespace waitscope {

namespace {

const QString settingName = QStringLiteral("tooltips");

} // namespace

bool tooltipsAreShown() {
    return QSettings().value(settingName, true).toBool();
}

void setTooltipsShown(bool shown) {
    QSettings().setValue(settingName, shown);
    if (!shown)
        QToolTip::hideText();
}

bool TooltipSwitch::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::ToolTip && !tooltipsAreShown())
        return true;
    return QObject::eventFilter(watched, event);
}

} // namespace waitscope
