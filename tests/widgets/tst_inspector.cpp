// SPDX-License-Identifier: GPL-3.0-or-later
// The inspector: do its lists say what the model counts, and stay while one row after the other is looked at?
#include "tests/support/story.h"
#include "widgets/common/text_table.h"
#include "widgets/inspector/inspector_panel.h"
#include "widgets/inspector/length_histogram_view.h"
#include "widgets/inspector/lives_panel.h"
#include "widgets/inspector/works_panel.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLineEdit>
#include <QTest>

#include <algorithm>
#include <numeric>

using namespace waitscope;
using namespace waitscope::literals;
using namespace waitscope::test;

namespace {

// Ten that wait for a lock, each longer than the one before; one that is older than the trace.
std::shared_ptr<const TraceFacts> scene() {
    Story story;
    story.g(1).entry("main.main").existed().runs(100_ms);
    for (int i = 1; i <= 10; ++i)
        story.g(10 + i)
            .entry("main.worker")
            .createdBy(1)
            .runs(1_ms)
            .waitsOn("sync", {"sync.(*Mutex).Lock", "main.take"}, i * 2_ms)
            .wokenBy(1)
            .runs(1_ms)
            .ends();
    return computeFacts(story.told(100_ms));
}

template <class Widget> struct Shown {
    ViewState view;
    Widget widget{&view};

    Shown() {
        widget.resize(700, 500);
        widget.show();
        view.show(scene());
    }
    [[nodiscard]] TextTable* table(const QString& name) const {
        for (TextTable* const table : widget.template findChildren<TextTable*>())
            if (table->accessibleName() == name)
                return table;
        return nullptr;
    }
    void click(TextTable* table, int row) {
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                          table->visualRect(table->model()->index(row, 0)).center());
    }
};

} // namespace

class TestInspector : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theLongestWaitsSayOnWhatAndStayWhileTheyAreLookedAt() {
        Shown<InspectorPanel> s;
        s.widget.setCurrentIndex(2);
        TextTable* const waits = s.table("Longest waits");
        QTRY_COMPARE(waits->model()->rowCount(), 10);
        const auto cell = [&](int row, int column) { return waits->model()->index(row, column).data().toString(); };
        QCOMPARE(cell(0, 0), QString("20 ms"));
        QCOMPARE(cell(0, 2), QString("g20"));
        QCOMPARE(cell(0, 3), QString("mutex · main.go:11  main.take"));
        s.click(waits, 1);
        QCOMPARE(s.view.facts()->trace->goroutines.id(selectedGoroutine(s.view.selection())), 19);
        QTest::qWait(200); // longer than it waits before it asks
        QCOMPARE(waits->model()->rowCount(), 10);
        s.view.select(GoroutineSelection{s.view.facts()->trace->findGoroutine(12)}); // elsewhere: it follows
        QTRY_COMPARE(waits->model()->rowCount(), 1);
    }

    void aRowOfWaitsHasItsOwnLongestWaitsAndHistogram() {
        Shown<InspectorPanel> s;
        s.widget.setCurrentIndex(2);
        Story story;
        for (int i = 1; i <= 4; ++i)
            story.g(i)
                .existed()
                .runs(1_ms)
                .waitsOn("sync", {"sync.(*Mutex).Lock", i == 4 ? "main.other" : "main.take"}, i * 2_ms)
                .wokenBy(9)
                .runs(1_ms)
                .waitsOn("chan receive", {"runtime.chanrecv1", "main.take"}, 50_ms)
                .wokenBy(9)
                .runs(1_ms);
        story.g(9).existed().runs(100_ms);
        s.view.show(computeFacts(story.told(100_ms)));
        TextTable* const waits = s.table("Longest waits");
        QTRY_COMPARE(waits->model()->rowCount(), 8);
        const TraceFacts& facts = *s.view.facts();
        const auto take = std::ranges::find_if(facts.waits.all(), [&](const WaitClass& wait) {
            return wait.primitive == Primitive::Mutex &&
                   facts.trace->text(facts.trace->frame(wait.site).function) == "main.take";
        });
        s.view.select(SiteSelection{Primitive::Mutex, take->site});
        QTRY_COMPARE(waits->model()->rowCount(), 3);
        QCOMPARE(waits->model()->index(0, 0).data().toString(), QString("6 ms"));
        const auto& counts = s.widget.times().lengths.counts;
        QCOMPARE(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), std::uint64_t{3});
        QCOMPARE(s.widget.times().goroutines, std::size_t{3});
    }

    void aRowUnderTheMouseShowsItsInstantEverywhere() {
        Shown<InspectorPanel> s;
        s.widget.setCurrentIndex(2);
        TextTable* const waits = s.table("Longest waits");
        QTRY_COMPARE(waits->model()->rowCount(), 10);
        QTest::mouseMove(waits->viewport(), waits->visualRect(waits->model()->index(3, 0)).center());
        QTRY_VERIFY(s.view.hoverTime() >= 0);
        const Trace& trace = *s.view.facts()->trace;
        const GoroutineIndex g = trace.findGoroutine(17); // the fourth longest
        QCOMPARE(s.view.hoverTime(), trace.spans.start({trace.firstSpan(g).value + 2}));
        QEvent leave(QEvent::Leave);
        QApplication::sendEvent(waits->viewport(), &leave);
        QCOMPARE(s.view.hoverTime(), -1);
    }

    void goroutinesAreListedSortedAndStay() {
        Shown<LivesPanel> s;
        QAbstractItemModelTester tester(const_cast<LivesModel*>(&s.widget.lives()),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QTRY_COMPARE(s.widget.lives().rowCount(), 11);
        const auto cell = [&](int row, LivesModel::Column column) {
            return s.widget.lives().index(row, column).data().toString();
        };
        QCOMPARE(cell(0, LivesModel::Goroutine), QString("1")); // the longest life first
        QCOMPARE(cell(1, LivesModel::Function), QString("main.worker"));
        QCOMPARE(cell(0, LivesModel::Created), QString("before"));
        QCOMPARE(cell(0, LivesModel::Lived), QString("≥ 100 ms"));
        QCOMPARE(cell(1, LivesModel::Waiting), QString("20 ms"));
        QCOMPARE(cell(1, LivesModel::AtEnd), QString("ended"));
        TextTable* const table = s.table("Goroutines");
        table->sortByColumn(LivesModel::Waiting, Qt::AscendingOrder);
        QCOMPARE(cell(1, LivesModel::Goroutine), QString("11"));
        s.click(table, 1);
        QCOMPARE(s.view.facts()->trace->goroutines.id(selectedGoroutine(s.view.selection())), 11);
        QTest::qWait(200);
        QCOMPARE(s.widget.lives().rowCount(), 11);
        s.view.choose({0, 1_ms}); // all live there, but none waits
        QTRY_COMPARE(cell(0, LivesModel::Waiting), QString());
        s.view.show(nullptr);
        QCOMPARE(s.widget.lives().rowCount(), 0);
    }

    void aDragOverTheHistogramListsGoroutinesOfThatAge() {
        Shown<LivesPanel> s;
        QTRY_COMPARE(s.widget.lives().rowCount(), 11);
        auto* const histogram = s.widget.findChild<LengthHistogramView*>();
        const int right = histogram->width() - 10;
        QTest::mousePress(histogram, Qt::LeftButton, {}, {right, 20});
        QTest::mouseMove(histogram, {right - 5, 20});
        QTest::mouseRelease(histogram, Qt::LeftButton, {}, {right - 5, 20});
        QTRY_COMPARE(s.widget.lives().rowCount(), 1);
        QTest::mouseClick(histogram, Qt::LeftButton, {}, {right, 20});
        QTRY_COMPARE(s.widget.lives().rowCount(), 11);
    }

    void tasksAndRegionsAreListedByLengthAndShown() {
        Shown<WorksPanel> s;
        Story story;
        for (std::uint64_t task = 1; task <= 3; ++task)
            story.g(static_cast<std::int64_t>(task))
                .existed()
                .runs(1_ms)
                .beginsTask(task, "request")
                .beginsRegion(task == 3 ? "load" : "answer")
                .runs(static_cast<Time>(task) * 5_ms)
                .endsRegion(task == 3 ? "load" : "answer")
                .endsTask(task)
                .runs(1_ms);
        s.view.show(computeFacts(story.told(30_ms)));
        QAbstractItemModelTester tester(const_cast<WorksModel*>(&s.widget.works()),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QTRY_COMPARE(s.widget.works().rowCount(), 3);
        const auto cell = [&](int row, WorksModel::Column column) {
            return s.widget.works().index(row, column).data().toString();
        };
        QCOMPARE(cell(0, WorksModel::Number), QString("#3"));
        QCOMPARE(cell(0, WorksModel::Running), QString("15 ms"));
        s.click(s.table("Tasks and regions"), 1);
        const auto* const task = std::get_if<TaskSelection>(&s.view.selection());
        QVERIFY(task != nullptr);
        QCOMPARE(s.view.facts()->trace->tasks[task->task.value].id, std::uint64_t{2});
        QCOMPARE(s.view.chosenRange(), s.view.facts()->trace->tasks[task->task.value].range);
        QTest::qWait(200);
        QCOMPARE(s.widget.works().rowCount(), 3); // the list stays
        s.view.choose({});
        auto* const kind = s.widget.findChild<QComboBox*>();
        kind->setCurrentIndex(1);
        Q_EMIT kind->activated(1);
        QTRY_COMPARE(cell(0, WorksModel::Name), QString("load"));
        s.widget.findChild<QLineEdit*>()->setText("ans");
        QTRY_COMPARE(s.widget.works().rowCount(), 2);
        QCOMPARE(cell(0, WorksModel::Number), QString("g2"));
    }
};

QTEST_MAIN(TestInspector)
#include "tst_inspector.moc"
