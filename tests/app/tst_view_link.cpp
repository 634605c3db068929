// SPDX-License-Identifier: GPL-3.0-or-later
// Does a colleague who opens a link see the same? Range, rows, filter, selection, and goroutines that are looked at
// alone.
#include "app/goroutine_list.h"
#include "app/main_window.h"
#include "app/session.h"
#include "app/timeline_commands.h"
#include "app/trace_view.h"
#include "app/view_link.h"
#include "tests/support/own_settings.h"
#include "widgets/heatmap/heatmap_view.h"
#include "widgets/timeline/timeline_view.h"
#include "widgets/waits/wait_rows_model.h"

#include <QFile>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace waitscope;

namespace {

const QString small = QStringLiteral(WAITSCOPE_TEST_DATA "/small-go1.26.trace");

bool sameGoroutines(std::vector<GoroutineIndex> a, std::vector<GoroutineIndex> b) {
    std::ranges::sort(a, {}, &GoroutineIndex::value);
    std::ranges::sort(b, {}, &GoroutineIndex::value);
    return a == b;
}

} // namespace

class TestViewLink : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { test::keepSettingsIn(folder_.path()); }
    void init() { openWindow({}); }
    void cleanup() { window_.reset(); }

    void aGoroutineThatIsNamedTwiceIsThereOnce() {
        const TraceFacts& facts = *window_->state()->facts();
        const auto id = [&](std::uint32_t g) { return "g" + std::to_string(facts.trace->goroutines.id({g})); };
        const auto once = goroutinesFrom(facts, id(3) + "," + id(5));
        QCOMPARE(once.size(), 2U);
        QVERIFY(goroutinesFrom(facts, id(3) + "," + id(5) + "," + id(3) + "," + id(5) + ".." + id(5)) == once);
    }
    void aLinkOpensTheSameView() {
        auto* const timeline = window_->view()->findChild<TimelineView*>();
        const Trace& trace = *window_->state()->facts()->trace;
        QSignalSpy rows(timeline, &TimelineView::rowsChanged);
        timeline->setChoice({.grouping = Grouping::Creator,
                             .order = GroupOrder::TotalWait,
                             .filter = QStringLiteral("main -g1"),
                             .hidden = {GoroutineIndex{3}}});
        QTRY_COMPARE(rows.count(), 1);
        timeline->setPinned({GoroutineIndex{4}});
        timeline->setLook({.thin = true});
        window_->state()->setVisibleRange({1'000'000, 3'000'000});
        window_->state()->select(SpanSelection{{5}, trace.lastSpan({5})});
        window_->state()->choose({1'500'000, 2'000'000});
        const ViewOptions options = commands()->options();
        const QString link = commands()->link();
        QVERIFY(commands()->link().startsWith(QStringLiteral("waitscope ") + small +
                                              QStringLiteral(" --range 1000000ns..")));
        QVERIFY(commands()->link().contains(QStringLiteral("--filter 'main -g1'")));
        QVERIFY(commands()->link().contains(QStringLiteral("--row-height thin")));

        const Selection selection = window_->state()->selection();
        const TimeRange range = window_->state()->visibleRange();
        openWindow(options);
        QCOMPARE(window_->state()->visibleRange(), range);
        QVERIFY(window_->state()->selection() == selection);
        QCOMPARE(window_->state()->chosenRange(), (TimeRange{1'500'000, 2'000'000}));
        QVERIFY(window_->view()->timeline()->look().thin);
        QTRY_COMPARE(commands()->link(), link);
    }

    void whatIsFoldedScrolledAndMarkedIsInLinksToo() {
        TimelineView* const timeline = window_->view()->timeline();
        const std::string group = timeline->rows().groups().front().name;
        TimelineContents contents = timeline->contents();
        QVERIFY(contents.rows == RowsState());
        contents.look.words = false;
        contents.rows = {.folded = {"processors", group}, .unfolded = {"all", "graphs"}, .first = "graphs"};
        contents.marks = {{1'000'000, QStringLiteral("it's here")}, {2'000'000, {}}};
        contents.a = 1'500'000;
        QSignalSpy rows(timeline, &TimelineView::rowsChanged);
        timeline->setContents(contents);
        QTRY_COMPARE(rows.count(), 1);
        const auto isFolded = [](const TimelineRows& shown, std::size_t i) { return shown.isFolded(i); };
        QVERIFY(isFolded(timeline->rows(), 0));
        QVERIFY(timeline->rows().isFolded(TimelineSection::Processors));
        QVERIFY(!timeline->rows().isFolded(TimelineSection::Graphs));
        for (std::size_t i = 1; i < timeline->rows().groups().size(); ++i)
            QCOMPARE(isFolded(timeline->rows(), i), timeline->rows().isSingle(i));
        const TimelineRow processors = timeline->rows().rowOf(TimelineSection::Processors);
        timeline->verticalScrollBar()->setValue(processors.top - timeline->rows().stickyHeight());
        const ViewOptions options = commands()->options();
        QCOMPARE(options.first, std::string("processors"));
        QVERIFY(commands()->link().contains(QStringLiteral("--span-words none")));
        QCOMPARE(options.marks.size(), 3U);
        const QString link = commands()->link();
        window_->state()->marks().clear();
        openWindow(options);
        QTRY_COMPARE(commands()->link(), link);
        QCOMPARE(window_->state()->marks().marks().front().note, QStringLiteral("it's here"));
    }

    void thePictureOfTheWindowIsThatOfItsCommand() {
        TimelineView* const timeline = window_->view()->timeline();
        TimelineContents contents;
        contents.choice = {
            .grouping = Grouping::State, .filter = QStringLiteral("main"), .hidden = {GoroutineIndex{3}}};
        contents.pinned = {GoroutineIndex{4},        ProcIndex{0},      ThreadIndex{1},
                           std::string("main.main"), GoroutineIndex{2}, GoroutineIndex{5}};
        contents.stacked = {GoroutineIndex{4}};
        contents.look.thin = true;
        contents.times = TimeFormat::WallClock;
        contents.lit.set(static_cast<std::size_t>(StateFamily::Channel))
            .set(static_cast<std::size_t>(StateFamily::Lock));
        contents.rows.folded = {"all"};
        contents.marks = {{1'000'000, QStringLiteral("here")}};
        contents.selection = GoroutineSelection{{5}};
        QSignalSpy rows(timeline, &TimelineView::rowsChanged);
        timeline->setContents(contents);
        QTRY_COMPARE(rows.count(), 1);
        const auto facts = window_->state()->facts();
        const TimelinePictureOptions shown = commands()->picture();
        std::string problem;
        const auto again = contentsFrom(facts, optionsFor(*facts, shown.contents), problem);
        QVERIFY2(again.has_value(), problem.c_str());
        const QImage picture = renderTimeline(facts, shown);
        const QImage same = renderTimeline(facts, {.range = shown.range, .contents = *again, .command = shown.command});
        QCOMPARE(picture, same);
        QVERIFY(picture.text(QStringLiteral("Command")).startsWith(QStringLiteral("waitscope timeline ")));
        QVERIFY(picture.text(QStringLiteral("Command")).contains(QStringLiteral("--group state --filter main")));
        QVERIFY(picture != renderTimeline(facts, {}));
        TimelineContents plain = shown.contents;
        plain.stacked.clear();
        QVERIFY(picture != renderTimeline(facts, {.range = shown.range, .contents = plain, .command = shown.command}));
        plain = shown.contents;
        plain.look = {};
        QVERIFY(picture != renderTimeline(facts, {.range = shown.range, .contents = plain, .command = shown.command}));
        plain = shown.contents;
        plain.lit = {};
        QVERIFY(picture != renderTimeline(facts, {.range = shown.range, .contents = plain, .command = shown.command}));
        QVERIFY(
            picture.text(QStringLiteral("Rows")).contains(QStringLiteral("only in colour: lock wait, channel wait")));
        QVERIFY(!contentsFrom(facts, {.light = "no state"}, problem));
        QVERIFY(picture.text(QStringLiteral("Rows")).contains(QStringLiteral("1 hidden")));
    }

    void aPictureDoesNotDependOnHowLargeTheWindowsWordsAre() {
        const auto facts = window_->state()->facts();
        const QImage before = renderTimeline(facts, commands()->picture());
        const QFont usual = QApplication::font();
        QFont large = usual;
        large.setPointSizeF(usual.pointSizeF() * 2);
        QApplication::setFont(large);
        const QImage after = renderTimeline(facts, commands()->picture());
        QApplication::setFont(usual);
        QCOMPARE(after, before);
        QCOMPARE(after.text(QStringLiteral("Command")), before.text(QStringLiteral("Command")));
    }

    void aSessionOpensTheTraceAsItWasLookedAt() {
        TimelineView* const timeline = window_->view()->timeline();
        TimelineContents contents = timeline->contents();
        contents.choice.order = GroupOrder::Name;
        contents.rows.folded = {"processors", "all"};
        contents.marks = {{1'000'000, QStringLiteral("=here, \"there\"")}};
        QSignalSpy rows(timeline, &TimelineView::rowsChanged);
        timeline->setContents(contents);
        QTRY_COMPARE(rows.count(), 1);
        window_->state()->setVisibleRange({1'000'000, 3'000'000});
        const QString link = commands()->link();
        const QString path = folder_.filePath(QStringLiteral("night.waitscope"));
        window_->saveSession(path);
        window_->state()->marks().clear();
        window_ = std::make_unique<MainWindow>();
        window_->show();
        window_->openFile(path);
        QTRY_VERIFY_WITH_TIMEOUT(window_->state()->facts() && !window_->loader()->isLoading(), 30'000);
        QTRY_COMPARE(commands()->link(), link);
    }

    void aSessionOfAnOlderVersionKeepsItsPinnedGoroutines() {
        QString problem;
        const auto session = sessionFrom(R"({"waitscope": "0.1.0", "traces": ["a.trace"], "view": {"pin": "g1,g2"}})",
                                         folder_.path(), problem);
        QVERIFY2(session.has_value(), qPrintable(problem));
        QCOMPARE(session->view.pins, std::vector<std::string>{"g1,g2"});
    }

    void whatIsNoSessionIsSaidToBeNone() {
        const QString path = folder_.filePath(QStringLiteral("lunch.waitscope"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"soup\": true}");
        file.close();
        const auto before = window_->state()->facts();
        window_->openFile(path);
        QVERIFY(window_->messageBar()->isVisible());
        QVERIFY(window_->messageBar()->message().contains(QStringLiteral("lunch.waitscope")));
        QVERIFY(window_->state()->facts() == before); // what was open stays open
    }

    void rowsOfAllKindsStayPinnedInALink() {
        const auto facts = window_->state()->facts();
        TimelineContents contents;
        contents.pinned = {ThreadIndex{1}, GoroutineIndex{4},        GoroutineIndex{2},
                           ProcIndex{0},   std::string("main.main"), TaskIndex{0}};
        const ViewOptions options = optionsFor(*facts, contents);
        QCOMPARE(options.pins.size(), std::size_t{5}); // the goroutines together
        std::string problem;
        const auto again = contentsFrom(facts, options, problem);
        QVERIFY2(again.has_value(), problem.c_str());
        QVERIFY(again->pinned == contents.pinned);
    }

    void groupsProcessorsTasksAndPlacesAreInLinksToo() {
        const auto facts = window_->state()->facts();
        const GoroutineGroup& group = facts->groups.groups.front();
        for (const Selection& selection :
             {Selection(ProcessorSelection{{0}}), Selection(ThreadSelection{{1}}), Selection(TaskSelection{{0}}),
              Selection(GoroutineSelection{{2}}),
              Selection(
                  GroupSelection{group.name, std::make_shared<const std::vector<GoroutineIndex>>(group.members)})})
            QVERIFY2(selectionFrom(facts, selectedAs(*facts, selection)) == selection,
                     selectedAs(*facts, selection).c_str());
        for (const WaitClass& wait : facts->waits.all()) {
            const std::string text = selectedAs(*facts, SiteSelection{wait.primitive, wait.site});
            QCOMPARE(selectedAs(*facts, selectionFrom(facts, text)), text);
        }
        QVERIFY(selectedAs(*facts, {}).empty());
        QVERIFY(std::holds_alternative<std::monostate>(selectionFrom(facts, "P999")));
    }

    void brushedRowsAreInLinksAndGoOnToTheWaits() {
        HeatmapView* const heatmap = window_->view()->heatmap();
        const auto* const waits = window_->view()->findChild<WaitRowsModel*>();
        const auto facts = window_->state()->facts();
        QTRY_VERIFY(heatmap->grid() && !heatmap->isComputing());
        QTRY_VERIFY(waits->rowCount() > 0);
        const Time all = waits->table().goroutineTime;
        brushLowerRows(*heatmap);

        QVERIFY(window_->state()->only());
        const std::vector<GoroutineIndex> brushed = *window_->state()->only()->members;
        QVERIFY(brushed.size() > 1 && brushed.size() < heatmap->grid()->goroutines.size());
        const WaitTable expected =
            computeWaitTable(*facts, {.range = facts->trace->wholeRange(), .only = brushed, .distributions = false});
        QVERIFY(expected.goroutineTime < all);
        QTRY_COMPARE(waits->table().goroutineTime, expected.goroutineTime);
        QCOMPARE(waits->table().waits(), expected.waits());
        const ViewOptions options = commands()->options();
        QVERIFY(commands()->link().contains(QStringLiteral(" --only g")));

        commands()->history().back(); // brushing was one step
        QVERIFY(!window_->state()->only());
        QTRY_COMPARE(waits->table().goroutineTime, all);

        openWindow(options);
        QVERIFY(window_->state()->only());
        QVERIFY(sameGoroutines(*window_->state()->only()->members, brushed));
        QVERIFY(commands()->options() == options);
        QTRY_COMPARE(window_->view()->timeline()->rows().goroutinesShown(), brushed.size());
    }

    void goroutinesAreNamedInStretches() {
        const TraceFacts& facts = *window_->state()->facts();
        std::vector<GoroutineIndex> own;
        for (std::uint32_t g = 0; g < facts.trace->goroutines.size(); ++g)
            if (!facts.waits.isRuntime({g}))
                own.push_back({g});
        const std::string all = setText(facts, own);
        QCOMPARE(std::ranges::count(all, ','), 0); // one stretch, whatever the runtime's ids are between
        QVERIFY(sameGoroutines(goroutinesFrom(facts, all), own));
        own.erase(own.begin() + static_cast<std::ptrdiff_t>(own.size() / 2));
        QVERIFY(sameGoroutines(goroutinesFrom(facts, setText(facts, own)), own));
        const std::vector<GoroutineIndex> pinned{own[3], own[1], own[2]};
        QCOMPARE(goroutinesFrom(facts, goroutinesText(facts, pinned)), pinned); // in their order
        QVERIFY(goroutinesFrom(facts, "g5..,..g5,g9..g2,lunch,").empty());
        QVERIFY(!togetherFrom(facts, "g999999..g9999999"));
    }

    void aLinkToGoroutinesOfAnotherTraceSaysSo() {
        QVERIFY(commands()->apply({.only = "g999999..g9999999"}).contains(QStringLiteral("no such goroutines")));
        QVERIFY(!window_->state()->only());
    }

  private:
    TimelineCommands* commands() { return window_->view()->commands(); }

    void openWindow(const ViewOptions& options) {
        window_ = std::make_unique<MainWindow>();
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        window_->showViewWhenLoaded(options);
        QSignalSpy loaded(window_->loader(), &Loader::loaded);
        window_->openFile(small);
        QTRY_COMPARE(loaded.count(), 1);
    }

    static void brushLowerRows(const HeatmapView& heatmap) {
        const QRect canvas = heatmap.canvas();
        QWidget* const field = heatmap.overlay();
        const int x = canvas.left() - 20;
        const QPoint from = field->mapFrom(&heatmap, QPoint(x, canvas.top() + canvas.height() / 4));
        const QPoint to = field->mapFrom(&heatmap, QPoint(x, canvas.bottom() - 2));
        QTest::mousePress(field, Qt::LeftButton, {}, from);
        QTest::mouseMove(field, to);
        QTest::mouseRelease(field, Qt::LeftButton, {}, to);
    }

    QTemporaryDir folder_;
    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestViewLink)
#include "tst_view_link.moc"
