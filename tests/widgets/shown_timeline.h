// SPDX-License-Identifier: GPL-3.0-or-later
// The timeline of a small scene, shown, with the places of its rows and the colours that it paints.
#pragma once

#include "tests/support/story.h"
#include "widgets/timeline/timeline_view.h"

#include <QScrollBar>
#include <QTest>
#include <QWheelEvent>

#include <memory>

namespace waitscope::test {

using namespace waitscope::literals;

inline const StackText lockStack{"sync.(*Mutex).Lock", "main.get", "main.handler"};

inline std::shared_ptr<const TraceFacts> scene(int handlers = 20) {
    Story story;
    story.g(1).entry("main.main").existed().runs(100_ms);
    for (int i = 0; i < handlers; ++i)
        story.g(10 + i).entry("main.handler").bornAt(10_ms).createdBy(1).runs(10_ms).waitsOn("sync", lockStack, 1_ms);
    story.g(5).entry("main.woken").runs(10_ms).waitsOn("sync", lockStack, 40_ms).wokenBy(1).runs(10_ms).ends();
    return computeFacts(story.told(100_ms));
}

inline void turnWheel(QWidget* widget, const QPoint& at, int eighths, Qt::KeyboardModifiers modifiers) {
    QWheelEvent event(at, widget->mapToGlobal(at), {}, {0, eighths}, Qt::NoButton, modifiers, Qt::NoScrollPhase, false);
    QApplication::sendEvent(widget, &event);
}

class ShownTimeline : public QObject {
  protected:
    void show() {
        state_ = std::make_unique<ViewState>();
        view_ = std::make_unique<TimelineView>(state_.get());
        view_->resize(1220 + canvasRight + view_->verticalScrollBar()->sizeHint().width(), 500);
        state_->show(scene());
        view_->show();
        QVERIFY(QTest::qWaitForWindowExposed(view_.get()));
        view_->setFocus();
    }

    [[nodiscard]] GoroutineIndex goroutine(std::int64_t id) const { return state_->facts()->trace->findGoroutine(id); }
    [[nodiscard]] TimelineRow rowOfKind(TimelineRow::Kind kind) const {
        TimelineRow row = view_->rows().rowAt(0);
        while (row.kind != kind && row.kind != TimelineRow::Kind::None)
            row = view_->rows().rowBelow(row);
        return row;
    }
    [[nodiscard]] QPoint pointOf(const TimelineRow& row, Time t) const {
        const TimeAxis axis{.range = state_->visibleRange(),
                            .left = canvasLeft,
                            .width = static_cast<double>(view_->viewport()->width() - canvasLeft - canvasRight)};
        return {static_cast<int>(axis.x(t)),
                view_->rows().sizes().ruler + row.top - view_->verticalScrollBar()->value() + row.height / 2};
    }
    // A pixel of the bar that no text or arrow covers: a little below its top.
    [[nodiscard]] QRgb colourAt(const QImage& image, const TimelineRow& row, Time t) const {
        const QPoint at = pointOf(row, t);
        return image.pixel(at.x(), at.y() - row.height / 2 + 3);
    }
    [[nodiscard]] bool hasColour(const QImage& image, const TimelineRow& row, Time t, QRgb colour) const {
        const QPoint at = pointOf(row, t);
        for (int y = at.y() - row.height / 2; y < at.y() + row.height / 2; ++y)
            if (image.pixel(at.x(), y) == colour)
                return true;
        return false;
    }
    [[nodiscard]] GoroutineState stateOfSelection() const {
        const auto* selected = std::get_if<SpanSelection>(&state_->selection());
        return selected == nullptr ? GoroutineState::Unknown : state_->facts()->trace->spans.state(selected->span);
    }
    // A drag whose button is still down.
    void take(Qt::MouseButton button, const QPoint& from, const QPoint& to) const {
        QTest::mousePress(view_->viewport(), button, {}, from);
        QTest::mouseMove(view_->viewport(), (from + to) / 2);
        QTest::mouseMove(view_->viewport(), to);
    }
    void drag(const QPoint& from, const QPoint& to) const {
        take(Qt::LeftButton, from, to);
        QTest::mouseRelease(view_->viewport(), Qt::LeftButton, {}, to);
    }

    std::unique_ptr<ViewState> state_;
    std::unique_ptr<TimelineView> view_;
};

} // namespace waitscope::test
