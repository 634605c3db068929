// SPDX-License-Identifier: GPL-3.0-or-later
// Flame graph and histogram under a real mouse and real keys.
#include "tests/support/story.h"
#include "widgets/flame/flame_panel.h"
#include "widgets/inspector/length_histogram_view.h"

#include <QSignalSpy>
#include <QTest>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

namespace {

std::shared_ptr<const TraceFacts> scene() {
    Story story;
    story.g(1)
        .entry("main.handler")
        .existed()
        .runs(10_ms)
        .waitsOn("sync", {"sync.(*Mutex).Lock", "main.get", "main.handler"}, 60_ms);
    story.g(2)
        .entry("main.handler")
        .existed()
        .runs(70_ms)
        .waitsOn("sync", {"sync.(*Mutex).Lock", "main.put", "main.handler"}, 30_ms);
    return computeFacts(story.told(100_ms));
}

} // namespace

class TestFlame : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        state_ = std::make_unique<ViewState>();
        state_->show(scene());
        panel_ = std::make_unique<FlamePanel>(state_.get());
        panel_->resize(800, 300);
        panel_->show();
        QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
        QTRY_COMPARE(panel_->callees()->tree().total(), 120_ms);
    }

    void barsAreAsWideAsTheirShareAndAClickZooms() {
        FlameView& view = *panel_->callees();
        const std::uint32_t get = nodeOf("main.get");
        QVERIFY(qAbs(view.barOf(get).width() - view.width() * 0.75) < 2);
        QTest::mouseClick(&view, Qt::LeftButton, {}, view.barOf(get).center().toPoint());
        QCOMPARE(view.zoomedTo(), get);
        QVERIFY(qAbs(view.barOf(get).width() - view.width()) < 2);
        QTest::keyClick(&view, Qt::Key_Escape);
        QCOMPARE(view.zoomedTo(), 0U);
    }

    void keysGoFromBarToBar() {
        FlameView& view = *panel_->callees();
        QTest::keyClick(&view, Qt::Key_Down);
        QTest::keyClick(&view, Qt::Key_Down);
        QCOMPARE(view.zoomedTo(), nodeOf("main.get"));
        QTest::keyClick(&view, Qt::Key_Right);
        QCOMPARE(view.zoomedTo(), nodeOf("main.put"));
        QVERIFY(view.accessibleDescription().startsWith(QStringLiteral("main.put")));
        QTest::keyClick(&view, Qt::Key_Up);
        QCOMPARE(view.zoomedTo(), nodeOf("main.handler"));
    }

    void whatIsSearchedForIsMarked() {
        FlameView& view = *panel_->callees();
        const QPoint at = view.barOf(nodeOf("main.put")).center().toPoint() + QPoint(60, 7);
        const QImage before = view.grab().toImage();
        view.mark(QStringLiteral("PUT"));
        QVERIFY(view.grab().toImage().pixel(at) != before.pixel(at));
    }

    void aroundAFunctionItsCallersAreAbove() {
        panel_->showAround(QStringLiteral("main.get"));
        QTRY_COMPARE(panel_->callees()->tree().total(), 90_ms);
        QTRY_VERIFY(panel_->callers()->isVisible());
        QCOMPARE(panel_->callers()->tree().total(), 90_ms);
        panel_->showAround({});
        QTRY_COMPARE(panel_->callees()->tree().total(), 120_ms);
    }

    void itFollowsTheSelectionAndTheChosenRange() {
        state_->select(GoroutineSelection{{0}});
        QTRY_COMPARE(panel_->callees()->tree().total(), 90_ms);
        state_->choose({0, 20_ms});
        QTRY_COMPARE(panel_->callees()->tree().total(), 10_ms);
        state_->show(nullptr);
        (void)panel_->grab();
    }

    void aDragOverTheHistogramChoosesLengths() {
        LengthHistogramView view(QStringLiteral("waits"));
        view.resize(400, view.height());
        LengthHistogram histogram;
        histogram.counts.resize(LengthHistogram::binCount);
        histogram.counts[static_cast<std::size_t>(LengthHistogram::binOf(1_us))] = 1'000'000;
        histogram.counts[static_cast<std::size_t>(LengthHistogram::binOf(1_s))] = 1;
        view.show(histogram);
        QSignalSpy chosen(&view, &LengthHistogramView::chosenChanged);
        QTest::mousePress(&view, Qt::LeftButton, {}, {200, 20});
        QTest::mouseMove(&view, {395, 20});
        QTest::mouseRelease(&view, Qt::LeftButton, {}, {395, 20});
        QVERIFY(chosen.count() > 0);
        QVERIFY(view.chosen().contains(1_s) && !view.chosen().contains(1_us));
        // The one long wait beside a million short ones is a bar.
        QVERIFY(view.grab().toImage().pixel(388, view.height() - 17) != view.grab().toImage().pixel(200, 10));
        QTest::mouseClick(&view, Qt::LeftButton, {}, {50, 20});
        QVERIFY(view.chosen().contains(1_us));
    }

  private:
    [[nodiscard]] std::uint32_t nodeOf(std::string_view function) const {
        const FlameTree& tree = panel_->callees()->tree();
        for (std::uint32_t i = 0; i < tree.nodes.size(); ++i)
            if (state_->facts()->trace->text(tree.nodes[i].function) == function)
                return i;
        return nowhere;
    }

    std::unique_ptr<ViewState> state_;
    std::unique_ptr<FlamePanel> panel_;
};

QTEST_MAIN(TestFlame)
#include "tst_flame.moc"
