// SPDX-License-Identifier: GPL-3.0-or-later
// A heatmap of a small story, shown, with a mouse and keys; and what colours mean there.
#pragma once

#include "tests/support/story.h"
#include "widgets/heatmap/heatmap_view.h"
#include "widgets/heatmap/magnitude_colors.h"

#include <QWheelEvent>
#include <QtTest>

namespace waitscope::test {

using namespace waitscope::literals;

inline const StackText lock{"sync.(*Mutex).Lock", "main.get"};
inline const StackText receive{"runtime.chanrecv1", "main.serve"};

// 1, main.get, waits for a lock from 2 to 6 ms of 8. 2 is born at 4 ms and waits for a channel from 5 ms on.
inline std::shared_ptr<const TraceFacts> two() {
    Story story;
    story.g(1).existed().runs(2_ms).waitsOn("sync", lock, 4_ms).wokenByRuntime().runs(1_ms);
    story.g(2).bornAt(4_ms).entry("main.second").runs(1_ms).waitsOn("chan receive", receive, 1_ms);
    return computeFacts(story.told(8_ms));
}

// Many: main.busy, of which number 700 waits all the time.
inline std::shared_ptr<const TraceFacts> thousand() {
    Story story;
    for (int id = 1; id <= 1000; ++id) {
        if (id == 700)
            story.g(id).existed().waitsOn("sync", lock, 8_ms);
        else
            story.g(id).existed().entry("main.busy").runs(8_ms);
    }
    return computeFacts(story.told(8_ms));
}

inline int distance(QRgb a, QRgb b) {
    return std::max({std::abs(qRed(a) - qRed(b)), std::abs(qGreen(a) - qGreen(b)), std::abs(qBlue(a) - qBlue(b))});
}
inline bool isMost(QRgb c) {
    return distance(c, magnitudeStops.back()) <= 3;
}
inline bool isLeast(QRgb c) {
    return distance(c, magnitudeStops.front()) <= 3;
}

class Shown {
  public:
    explicit Shown(std::shared_ptr<const TraceFacts> facts, QSize size = {800, 400}) : view(&state) {
        state.show(std::move(facts));
        view.resize(size);
        view.show();
        ready();
    }
    void ready() {
        QTRY_VERIFY(!view.isComputing());
        QCoreApplication::processEvents();
    }
    /// A point of the canvas by its shares across and down.
    [[nodiscard]] QPoint at(double across, double down) const {
        const QRect c = view.canvas();
        return {c.left() + static_cast<int>(c.width() * across), c.top() + static_cast<int>(c.height() * down)};
    }
    [[nodiscard]] QRgb colourAt(double across, double down) {
        const QImage image = view.grab().toImage();
        const double dpr = image.devicePixelRatio();
        const QPoint p = at(across, down);
        return image.pixel(static_cast<int>(p.x() * dpr), static_cast<int>(p.y() * dpr));
    }
    [[nodiscard]] QWidget* field() const { return view.overlay(); }
    [[nodiscard]] QPoint inField(QPoint p) const { return field()->mapFrom(&view, p); }
    void wheel(QPoint p, int delta, Qt::KeyboardModifiers keys = Qt::NoModifier) {
        QWheelEvent event(inField(p), field()->mapToGlobal(inField(p)), {}, {0, delta}, Qt::NoButton, keys,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(field(), &event);
    }
    void move(QPoint p) {
        QTest::mouseMove(view.windowHandle(), p + QPoint(3, 3)); // a move to where the mouse is already is none
        QTest::mouseMove(view.windowHandle(), p);
    }
    void click(QPoint p) { QTest::mouseClick(field(), Qt::LeftButton, {}, inField(p)); }
    void key(Qt::Key k) { QTest::keyClick(field(), k); }

    [[nodiscard]] QImage picture(QSize size, int scale) const {
        return renderHeatmap(state.facts(), view.pictureOptions(size, scale));
    }

    ViewState state;
    HeatmapView view;
};

} // namespace waitscope::test
