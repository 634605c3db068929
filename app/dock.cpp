// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/dock.h"

#include <QCoreApplication>
#include <QKeyEvent>

namespace waitscope {

Dock::Dock(const QString& name, const QString& title, QWidget* content, QWidget* home)
    : QDockWidget(title, home), home_(home) {
    setObjectName(name);
    QSizePolicy policy = content->sizePolicy();
    policy.setRetainSizeWhenHidden(true); // a tab that comes to the front moves nothing
    content->setSizePolicy(policy);
    setWidget(content);
    connect(this, &QDockWidget::visibilityChanged, this, [this] { widget()->setVisible(isInFront()); });
}

// Qt keeps what is behind another tab at a place that no window has.
bool Dock::isInFront() const {
    return !isHidden() && (isFloating() || (geometry().right() >= 0 && geometry().bottom() >= 0));
}

void Dock::bring() {
    show();
    raise();
    widget()->setVisible(true); // the signal comes with the layout, and who asks may want to put the keys there now
}

void Dock::settle(bool hasTab) {
    const bool titled = titleBarWidget() == nullptr;
    if (titled == hasTab) {
        QWidget* const before = titleBarWidget();
        setTitleBarWidget(hasTab ? new QWidget : nullptr);
        delete before;
    }
    widget()->setVisible(isInFront());
}

// A window of its own would keep them: Escape takes back what was selected, wherever the keys are.
void Dock::keyPressEvent(QKeyEvent* event) {
    QDockWidget::keyPressEvent(event);
    if (!event->isAccepted() && isOutside())
        QCoreApplication::sendEvent(home_, event);
}

} // namespace waitscope
