// SPDX-License-Identifier: GPL-3.0-or-later
// What else holds goroutines up: do the pages say what the model counts, follow the range, and lead to the lines?
#include "tests/support/story.h"
#include "widgets/common/text_table.h"
#include "widgets/holdups/holdups_panel.h"
#include "widgets/holdups/parts_bar.h"
#include "widgets/holdups/utilization_graph.h"
#include "widgets/holdups/waker_picture.h"

#include <QAbstractItemModelTester>
#include <QLabel>
#include <QSignalSpy>
#include <QTest>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

namespace {

// Two functions that wait for each other, and a page that waits for one of them; one request, one region.
std::shared_ptr<const TraceFacts> scene() {
    Story story;
    story.g(1)
        .entry("main.put")
        .waitsOn("chan send", {"runtime.chansend1", "main.put"}, 10_ms)
        .wokenBy(2, {"runtime.chanrecv1", "main.take"})
        .runs(9_ms);
    story.g(2)
        .entry("main.take")
        .runs(11_ms)
        .waitsOn("chan receive", {"runtime.chanrecv1", "main.take"}, 6_ms)
        .wokenBy(1, {"runtime.chansend1", "main.put"})
        .runs(1_ms);
    story.g(3)
        .entry("main.page")
        .runs(1_ms)
        .beginsTask(7, "request")
        .beginsRegion("answer")
        .waitsOn("chan receive", {"runtime.chanrecv1", "main.page"}, 4_ms)
        .wokenBy(2, {"runtime.chansend1", "main.take"})
        .runs(1_ms)
        .endsRegion("answer")
        .endsTask(7)
        .runs(1_ms);
    return computeFacts(story.told(20_ms));
}

struct Panel {
    ViewState view;
    HoldupsPanel panel{&view};

    Panel() {
        panel.resize(700, 500);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
    }
    void open(HoldupsPanel::Page page) {
        panel.showPage(page);
        if (!view.facts())
            view.show(scene());
        settle();
    }
    void settle() { QTRY_VERIFY(!panel.busy()); }
    [[nodiscard]] TextTable* table() const { return panel.currentWidget()->findChild<TextTable*>(); }
    [[nodiscard]] QString cell(int row, int column) const {
        return table()->model()->index(row, column).data().toString();
    }
    [[nodiscard]] QString sentence() const { return panel.currentWidget()->findChild<QLabel*>()->text(); }
};

} // namespace

class TestHoldupsPanel : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void whoWaitsForWhomIsSaidDrawnAndListed() {
        Panel p;
        p.open(HoldupsPanel::Page::Wakers);
        QVERIFY2(p.sentence().startsWith("main.take and main.put wait for one another"), qPrintable(p.sentence()));
        QVERIFY(p.sentence().contains("others wait 4 ms for them"));
        QCOMPARE(p.table()->model()->rowCount(), 3);
        QCOMPARE(p.cell(0, 0), QString("10 ms"));
        QCOMPARE(p.cell(0, 3), QString("main.put"));
        QCOMPARE(p.cell(0, 4), QString("main.take"));
        QCOMPARE(p.cell(0, 7), QString("1"));
        QCOMPARE(p.cell(2, 7), QString()); // no part of the knot
        auto* const picture = p.panel.findChild<WakerPicture*>();
        // The knot stands in one column, right of who waits for it.
        const WakerGraph graph = wakerGraph(*p.view.facts(), p.view.visibleRange());
        const auto box = [&](const char* function) {
            for (std::uint32_t n = 0; n < graph.nodes.size(); ++n)
                if (p.view.facts()->trace->text(graph.nodes[n].function) == function)
                    return picture->boxOf(n);
            return QRectF();
        };
        QCOMPARE(box("main.put").left(), box("main.take").left());
        QVERIFY(box("main.page").right() < box("main.put").left());
        QVERIFY(!box("main.put").intersects(box("main.take")));
        QTest::mouseClick(picture, Qt::LeftButton, {}, box("main.page").center().toPoint());
        const auto* const group = std::get_if<GroupSelection>(&p.view.selection());
        QVERIFY(group != nullptr && group->members->size() == 1);
    }

    void aRowLeadsToItsWaitsAndToItsLine() {
        Panel p;
        p.open(HoldupsPanel::Page::Wakers);
        const QSignalSpy source(&p.panel, &HoldupsPanel::frameActivated);
        QTest::mouseClick(p.table()->viewport(), Qt::LeftButton, {},
                          p.table()->visualRect(p.table()->model()->index(0, 0)).center());
        const auto* const site = std::get_if<SiteSelection>(&p.view.selection());
        QVERIFY(site != nullptr);
        QCOMPARE(site->primitive, Primitive::ChanSend);
        QTest::keyClick(p.table(), Qt::Key_Return);
        QCOMPARE(source.size(), 1);
        QCOMPARE(source[0][0].value<FrameId>(), site->site);
    }

    void aRowLeadsToItsWorstMomentAndTheNumbersStay() {
        Panel p;
        const auto choose = [&](HoldupsPanel::Page page) {
            p.open(page);
            const TimeRange numbersOf = p.view.rangeOfInterest();
            const QString before = p.sentence();
            QTest::mouseClick(p.table()->viewport(), Qt::LeftButton, {},
                              p.table()->visualRect(p.table()->model()->index(0, 0)).center());
            QVERIFY(!p.panel.busy()); // what it shows is not asked for anew
            QCOMPARE(p.sentence(), before);
            p.view.choose({});
            p.settle();
            QCOMPARE(p.view.rangeOfInterest(), numbersOf);
        };
        const auto& trace = [&]() -> const Trace& { return *p.view.facts()->trace; };
        TimeRange chosen;
        connect(&p.view, &ViewState::chosenRangeChanged, this, [&](TimeRange range) {
            if (!range.empty())
                chosen = range;
        });
        choose(HoldupsPanel::Page::Tasks);
        QVERIFY(p.view.selection() == Selection(TaskSelection{{0}}));
        QCOMPARE(chosen, trace().tasks[0].range);
        choose(HoldupsPanel::Page::Regions);
        QVERIFY(p.view.selection() == Selection(GoroutineSelection{trace().regions[0].goroutine}));
        QCOMPARE(chosen, (TimeRange{trace().regions[0].begin, trace().regions[0].end}));
        choose(HoldupsPanel::Page::Processors);
        const auto* const span = std::get_if<SpanSelection>(&p.view.selection());
        QVERIFY(span != nullptr && trace().spans.state(span->span) == GoroutineState::Runnable);
    }

    void theQueueForProcessorsIsSplitByWhy() {
        Panel p;
        p.open(HoldupsPanel::Page::Processors);
        QVERIFY2(p.sentence().startsWith("Ready without a processor"), qPrintable(p.sentence()));
        auto* const bar = p.panel.findChild<PartsBar*>();
        Time sum = 0;
        for (const PartsBar::Part& part : bar->parts())
            sum += part.time;
        QCOMPARE(sum, schedulerLatency(*p.view.facts(), p.view.visibleRange()).total);
        QVERIFY(!bar->accessibleDescription().isEmpty());
        // A name leads to the goroutine that was held up most by that, and the numbers stay those of the whole.
        const SchedulerLatency latency = schedulerLatency(*p.view.facts(), p.view.visibleRange());
        QVERIFY(latency.mostSaturated.known());
        auto* const words = bar->findChild<QLabel*>();
        words->setFocus();
        QTest::keyClick(words, Qt::Key_Tab); // to the first link
        QTest::keyClick(words, Qt::Key_Return);
        const auto* const led = std::get_if<SpanSelection>(&p.view.selection());
        QVERIFY(led != nullptr && led->span == latency.mostSaturated);
        QVERIFY(p.table()->model()->rowCount() > 0);
    }

    void theCurveRisesToTheMeanOfTheWholeTrace() {
        UtilizationGraph graph;
        graph.resize(400, 150);
        const std::vector<UtilizationPoint> points{{10'000, 20}, {100'000, 40}, {1'000'000, 90}};
        graph.show(points);
        QVERIFY(graph.placeOf(points[0]).x() < graph.placeOf(points[1]).x());
        QVERIFY(graph.placeOf(points[0]).y() > graph.placeOf(points[2]).y());
        // A decade is as wide as the next.
        QVERIFY(std::abs((graph.placeOf(points[1]).x() - graph.placeOf(points[0]).x()) -
                         (graph.placeOf(points[2]).x() - graph.placeOf(points[1]).x())) < 0.01);
        const QPoint middle = ((graph.placeOf(points[0]) + graph.placeOf(points[1])) / 2).toPoint();
        const QImage with = graph.grab().toImage();
        graph.show({});
        QVERIFY(with.pixel(middle) != graph.grab().toImage().pixel(middle));
        QVERIFY(graph.accessibleDescription().isEmpty());
    }

    void functionsTasksAndRegionsHaveTheirTimes() {
        Panel p;
        p.open(HoldupsPanel::Page::Functions);
        QCOMPARE(p.table()->model()->rowCount(), 3);
        QCOMPARE(p.cell(0, 0), QString("main.page")); // it runs most
        p.open(HoldupsPanel::Page::Tasks);
        QCOMPARE(p.table()->model()->rowCount(), 1);
        QCOMPARE(p.cell(0, 0), QString("request"));
        p.open(HoldupsPanel::Page::Regions);
        QCOMPARE(p.cell(0, 0), QString("answer"));
        QVERIFY(p.sentence().startsWith("1 regions") || p.sentence().startsWith("1 region"));
        QCOMPARE(p.cell(0, 7), QString("4 ms")); // suspended
    }

    void pagesFollowTheRangeAndTheTrace() {
        Panel p;
        p.open(HoldupsPanel::Page::Wakers);
        p.view.choose({0, 2_ms});
        p.settle();
        QTRY_COMPARE(p.cell(0, 0), QString("2 ms"));
        p.view.show(nullptr);
        QCOMPARE(p.table()->model()->rowCount(), 0);
        QVERIFY(p.sentence().startsWith("Open a trace"));
    }

    void itsTablesKeepTheirPromises() {
        Panel p;
        std::vector<std::unique_ptr<QAbstractItemModelTester>> testers;
        for (TextTable* const table : p.panel.findChildren<TextTable*>())
            testers.push_back(std::make_unique<QAbstractItemModelTester>(
                table->model(), QAbstractItemModelTester::FailureReportingMode::QtTest));
        QCOMPARE(testers.size(), 6U);
        for (int page = 0; page < p.panel.count(); ++page)
            p.open(static_cast<HoldupsPanel::Page>(page));
        p.view.show(nullptr);
    }
};

QTEST_MAIN(TestHoldupsPanel)
#include "tst_holdups_panel.moc"
