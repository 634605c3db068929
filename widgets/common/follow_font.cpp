// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/follow_font.h"

#include <QEvent>
#include <QWidget>

#include <utility>

namespace waitscope {

namespace {

class FontWatch : public QObject {
  public:
    FontWatch(QWidget* widget, std::function<void()> fit) : QObject(widget), fit_(std::move(fit)) {
        widget->installEventFilter(this);
    }
    bool eventFilter(QObject*, QEvent* event) override {
        if (event->type() == QEvent::FontChange)
            fit_();
        return false;
    }

  private:
    std::function<void()> fit_;
};

} // namespace

void followFont(QWidget* widget, std::function<void()> fit) {
    fit();
    new FontWatch(widget, std::move(fit)); // the widget owns it
}

} // namespace waitscope
