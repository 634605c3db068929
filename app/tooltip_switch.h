// SPDX-License-Identifier: GPL-3.0-or-later
// Do the canvases explain what is under the mouse? Who knows them wants nothing to lie over them. Kept in the settings.
#pragma once

#include <QObject>

namespace waitscope {

[[nodiscard]] bool tooltipsAreShown();
void setTooltipsShown(bool shown);

/// Keeps tooltips from the widgets whose events it filters, while they are off.
class TooltipSwitch : public QObject {
    Q_OBJECT

  public:
    using QObject::QObject;
    bool eventFilter(QObject* watched, QEvent* event) override;
};

} // namespace waitscope
