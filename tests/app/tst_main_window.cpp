// SPDX-License-Identifier: GPL-3.0-or-later
// The window as a user meets it: opening, failing, cancelling, one selection in all views.
#include "app/elided_button.h"
#include "app/timeline_commands.h"
#include "app/trace_view.h"
#include "model/reader/load.h"
#include "model/reader/wire.h"
#include "tests/app/shown_window.h"
#include "tests/support/recordings.h"
#include "tests/support/trace_writer.h"
#include "widgets/findings/findings_panel.h"
#include "widgets/heatmap/heatmap_view.h"
#include "widgets/inspector/inspector_panel.h"
#include "widgets/stack/stack_panel.h"
#include "widgets/timeline/timeline_view.h"
#include "widgets/waits/waits_panel.h"

#include <QClipboard>
#include <QDragEnterEvent>
#include <QFile>
#include <QInputDialog>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QTemporaryFile>
#include <QTextBrowser>
#include <QThreadPool>
#include <QTimer>

#include <cstdlib>

using namespace waitscope;

using test::small;

class TestMainWindow : public test::ShownWindow {
    Q_OBJECT

  private Q_SLOTS:
    void init() { showWindow(); }
    void cleanup() { window_.reset(); }

    void nothingOpenOffersAButtonAndTheSample() {
        QStringList buttons;
        for (const QPushButton* button : window_->findChildren<QPushButton*>())
            if (button->isVisible())
                buttons << button->text();
        QVERIFY(buttons.contains(QStringLiteral("Open a trace…")));
        QVERIFY(buttons.contains(QStringLiteral("Open the sample")));
    }

    void aRecentFileShowsWhatWasFoundInIt() {
        QTemporaryDir folder;
        const QString trace = folder.filePath(QStringLiteral("burst.trace"));
        QVERIFY(QFile::copy(QStringLiteral(":/samples/lru-burst-mutex.trace.zst"), trace));
        open([&] { window_->openFile(trace); });
        QTRY_VERIFY(window_->view()->verdictText().contains(QStringLiteral("HIGH")));
        MainWindow next;
        next.show();
        std::vector<const ElidedButton*> buttons;
        for (const ElidedButton* button : next.findChildren<ElidedButton*>())
            if (button->isVisible() && button->text().startsWith(QStringLiteral("burst.trace ")))
                buttons.push_back(button);
        QCOMPARE(buttons.size(), std::size_t{1});
        QVERIFY(buttons.front()->text().contains(QStringLiteral("● HIGH")));
        // What has no room ends with an ellipsis, and is read out as a whole.
        QVERIFY(buttons.front()->accessibleName().contains(QStringLiteral("contention")));
        next.resize(640, 480);
        QTRY_VERIFY(buttons.front()->shownText().endsWith(u'…'));
        QVERIFY(buttons.front()->text().contains(QStringLiteral("contention")));
    }

    void theSampleNamesTheLockBeforeAnyClick() {
        open([&] { window_->openSample(QStringLiteral("mutex")); });
        QCOMPARE(window_->state()->facts()->trace->identity.fileName, std::string("lru-burst-mutex.trace.zst"));
        QTRY_VERIFY(window_->view()->verdictText().contains(QStringLiteral("mutex")));
        QVERIFY(window_->view()->verdictText().contains(QStringLiteral("FeatureCache")));
    }

    void theVerdictIsTheFirstFindingAndLeadsToItInEveryView() {
        open([&] { window_->openSample(QStringLiteral("mutex")); });
        QTRY_VERIFY(window_->view()->verdictText().contains(QStringLiteral("HIGH")));
        QVERIFY(window_->view()->verdictText().contains(QStringLiteral("contention")));
        auto* const panel = window_->view()->findChild<FindingsPanel*>();
        QVERIFY(!panel->isVisible());
        QTest::mouseClick(window_->view()->findChild<QPushButton*>(QStringLiteral("verdict")), Qt::LeftButton);
        QVERIFY(panel->isVisible());
        QVERIFY(!std::holds_alternative<std::monostate>(window_->state()->selection()));
        QVERIFY(window_->state()->onset() >= 0);
        auto* const text = panel->findChild<QTextBrowser*>();
        QVERIFY(text->toPlainText().contains(QStringLiteral("Several locks can share this line")));
        QVERIFY(text->toPlainText().contains(QStringLiteral("Advice:")));
        // Escape takes the selection back from the tables too.
        auto* const table = panel->findChild<QTableView*>();
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Escape);
        QVERIFY(std::holds_alternative<std::monostate>(window_->state()->selection()));
    }

    void aGoroutineThatIsNoFindingIsToldWhy() {
        open([&] { window_->openSample(QStringLiteral("mutex")); });
        QTRY_VERIFY(window_->view()->verdictText().contains(QStringLiteral("HIGH")));
        window_->view()->findChild<QPushButton*>(QStringLiteral("verdict"))->click();
        const Trace& trace = *window_->state()->facts()->trace;
        GoroutineIndex ended{0};
        while (trace.aliveAtEnd(ended))
            ++ended.value;
        window_->state()->select(GoroutineSelection{ended});
        auto* const why = window_->view()->findChild<QLabel*>(QStringLiteral("why"));
        QVERIFY(why->isVisible());
        QVERIFY(why->text().contains(QStringLiteral("it ended at")));
    }

    void aDismissalIsKeptBesideTheTraceAndHoldsNextTime() {
        QTemporaryDir folder;
        const QString trace = folder.filePath(QStringLiteral("burst.trace"));
        QVERIFY(QFile::copy(QStringLiteral(":/samples/lru-burst-mutex.trace.zst"), trace));
        open([&] { window_->openFile(trace); });
        QTRY_VERIFY(window_->view()->verdictText().contains(QStringLiteral("HIGH")));
        window_->view()->findChild<QPushButton*>(QStringLiteral("verdict"))->click();
        QTimer::singleShot(0, this, [] {
            auto* const dialog = qobject_cast<QInputDialog*>(QApplication::activeModalWidget());
            QVERIFY(dialog != nullptr);
            dialog->setTextValue(QStringLiteral("known"));
            dialog->accept();
        });
        for (QPushButton* const button : window_->view()->findChild<FindingsPanel*>()->findChildren<QPushButton*>())
            if (button->text() == QStringLiteral("Dismiss…")) {
                button->click();
                break;
            }
        QTRY_VERIFY(!window_->view()->verdictText().contains(QStringLiteral("contention")) &&
                    !window_->view()->verdictText().contains(QStringLiteral("HIGH")));
        QVERIFY(QFile::exists(folder.filePath(QStringLiteral("waitscope-rules.json"))));
        open([&] { window_->openFile(trace); });
        QTRY_VERIFY(window_->view()->verdictText().contains(QStringLiteral("Nothing found")));
    }

    void aFileWithoutItsEndSaysWhatItsEndWouldTell() {
        test::TraceWriter writer(26);
        writer.generation();
        const std::uint64_t receive = writer.string("chan receive");
        const std::uint64_t create = writer.stack({"main.serve", "main.main"});
        const std::uint64_t entry = writer.stack({"main.handle"});
        const std::uint64_t waits = writer.stack({"runtime.chanrecv1", "main.handle"});
        test::ThreadWriter& creates = writer.thread(1, 1000);
        test::ThreadWriter& runs = writer.thread(2, 1002);
        creates.event(wire::ProcStatus, {0, wire::ProcRunning}).event(wire::GoStatus, {1, 1, wire::GoRunning});
        runs.event(wire::ProcStatus, {1, wire::ProcRunning}, 2);
        constexpr std::uint64_t each = 500'000; // ticks of 64 ns
        for (std::uint64_t id = 1000; id < 1100; ++id) {
            creates.event(wire::GoCreate, {id, entry, create}, each);
            runs.event(wire::GoStart, {id, 1}, each - 1).event(wire::GoBlock, {receive, waits});
        }
        // The next generation is cut; the names of this one came with its end.
        writer.generation();
        writer.thread(1, 102 * each)
            .event(wire::ProcStatus, {0, wire::ProcRunning})
            .event(wire::GoStatus, {1, 1, wire::GoRunning});
        const std::vector<std::byte> whole = writer.bytes();
        const auto verdictOf = [&](std::size_t size) {
            QTemporaryFile file;
            [&] { QVERIFY(file.open()); }();
            file.write(reinterpret_cast<const char*>(whole.data()), static_cast<qint64>(size));
            file.close();
            open([&] { window_->openFile(file.fileName()); });
            const auto* const view = window_->view();
            [&] { QTRY_VERIFY(view->findings()); }(); // before them the line tells of the longest wait
            return view->verdictText();
        };
        const QString cut = verdictOf(whole.size() - 4);
        QVERIFY2(cut.contains(QStringLiteral("Not sure without the end of the file: ")), qPrintable(cut));
        const QString all = verdictOf(whole.size());
        QVERIFY2(!all.contains(QStringLiteral("Not sure")) && all.contains(QStringLiteral("never woken")),
                 qPrintable(all));
    }

    void theVerdictLineLeadsToTheStackInOneClick() {
        open([&] { window_->openFile(small); });
        QTRY_VERIFY(window_->view()->verdictText().contains(QStringLiteral("still waiting")));
        QTest::mouseClick(window_->view()->findChild<QPushButton*>(QStringLiteral("verdict")), Qt::LeftButton);
        QVERIFY(std::holds_alternative<SiteSelection>(window_->state()->selection()));
    }

    void oneSelectionIsSeenInEveryView() {
        open([&] { window_->openFile(small); });
        const Trace& trace = *window_->state()->facts()->trace;
        GoroutineIndex stuck;
        for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g)
            if (trace.function({g}) == "main.waitsOnMutex")
                stuck = {g};
        QVERIFY(stuck.known());
        window_->state()->select(SpanSelection{stuck, trace.lastSpan(stuck)});
        QVERIFY(window_->view()->findChild<TimelineView*>()->accessibleDescription().contains(QStringLiteral("mutex")));
        QTRY_VERIFY(window_->view()->findChild<StackPanel*>()->findChildren<QWidget*>().size() > 0);
        // The waits panel marks the row of the site.
        const auto tables = window_->view()->findChild<WaitsPanel*>()->findChildren<QTableView*>();
        QTRY_VERIFY(std::ranges::any_of(
            tables, [](const QTableView* table) { return table->selectionModel()->hasSelection(); }));
    }

    void oneVisibleRangeIsSharedByAllViews() {
        open([&] { window_->openSample(QStringLiteral("mutex")); });
        auto* const timeline = window_->view()->findChild<TimelineView*>();
        timeline->setFocus();
        const TimeRange whole = window_->state()->visibleRange();
        QTest::keyClick(timeline, Qt::Key_W);
        QVERIFY(window_->state()->visibleRange().length() < whole.length());
        auto* const heatmap = window_->view()->findChild<HeatmapView*>();
        QTRY_VERIFY(heatmap->grid() && heatmap->grid()->range == window_->state()->visibleRange());
    }

    void whatCannotBeOpenedLeavesWhatWasOpenAndStaysSaid() {
        open([&] { window_->openFile(small); });
        const auto before = window_->state()->facts();
        QSignalSpy failed(window_->loader(), &Loader::failed);
        window_->openFile(QStringLiteral("/no/such/file.trace"));
        QTRY_COMPARE(failed.count(), 1);
        QCOMPARE(window_->state()->facts(), before);
        QVERIFY(window_->messageBar()->isVisible());
        QVERIFY(window_->messageBar()->message().contains(QStringLiteral("/no/such/file.trace")));
        QVERIFY(window_->messageBar()->message().contains(QStringLiteral("stays open")));
    }

    void damageIsSaidInTheBarWithDetails() {
        const auto bytes = test::bytesOf(small.toStdString());
        const QString cut = folder_.filePath(QStringLiteral("cut.trace"));
        QFile file(cut);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()) - 300);
        file.close();
        open([&] { window_->openFile(cut); });
        QVERIFY(window_->messageBar()->isVisible());
        QVERIFY(!window_->messageBar()->details().isEmpty());
        open([&] { window_->openFile(small); });
        QVERIFY(!window_->messageBar()->isVisible());
    }

    void aCancelledLoadIsDroppedAtOnce() {
        QSignalSpy loaded(window_->loader(), &Loader::loaded);
        QSignalSpy cancelled(window_->loader(), &Loader::cancelled);
        window_->openSample(QStringLiteral("mutex"));
        window_->loader()->cancel();
        QCOMPARE(cancelled.count(), 1);
        QVERIFY(!window_->loader()->isLoading());
        QTest::qWait(300);
        QCOMPARE(loaded.count(), 0);
        QVERIFY(!window_->state()->facts());
    }

    void ofTwoLoadsTheLaterOneWins() {
        QSignalSpy loaded(window_->loader(), &Loader::loaded);
        window_->openSample(QStringLiteral("mutex"));
        window_->openFile(small);
        QTRY_COMPARE(loaded.count(), 1);
        QTest::qWait(200);
        QCOMPARE(loaded.count(), 1);
        QCOMPARE(window_->state()->facts()->trace->identity.fileName, std::string("small-go1.26.trace"));
    }

    void aDroppedFileOpens() {
        QSignalSpy loaded(window_->loader(), &Loader::loaded);
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(small)});
        QDragEnterEvent enter({100, 100}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(window_.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop({100, 100}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(window_.get(), &drop);
        QTRY_COMPARE(loaded.count(), 1);
    }

    void anOpenedFileIsOfferedAgain() {
        open([&] { window_->openFile(small); });
        QTest::keySequence(window_.get(), QKeySequence::Close);
        QVERIFY(!window_->state()->facts());
        QVERIFY(std::ranges::any_of(window_->findChildren<QPushButton*>(), [](const QPushButton* button) {
            return button->isVisible() && button->text().startsWith(QStringLiteral("small-go1.26.trace"));
        }));
    }

    void aNumberKeyGivesOneViewTheWindowAndGivesItBack() {
        open([&] { window_->openFile(small); });
        auto* const timeline = window_->view()->findChild<TimelineView*>();
        auto* const waits = window_->view()->findChild<WaitsPanel*>();
        timeline->setFocus();
        QTest::keyClick(timeline, Qt::Key_2);
        QVERIFY(timeline->isVisible() && !waits->isVisible());
        QTest::keyClick(timeline, Qt::Key_2);
        QVERIFY(timeline->isVisible() && waits->isVisible());
    }

    void aTraceOpenedAfterACancelledLoadKeepsNothingOfIt() {
        const QString path = writeLongTrace();
        QSignalSpy cancelled(window_->loader(), &Loader::cancelled);
        connect(window_->loader(), &Loader::grown, window_.get(), [&] {
            window_->state()->select(GoroutineSelection{{3}});
            window_->loader()->cancel();
        });
        window_->openFile(path);
        QTRY_COMPARE(cancelled.count(), 1);
        QVERIFY(window_->view()->isGrowing());
        open([&] { window_->openFile(small); });
        QVERIFY(!window_->view()->isGrowing());
        QVERIFY(!(window_->state()->selection() == Selection(GoroutineSelection{{3}})));
    }

    void whatWasFoundInTheTraceBeforeIsNotSaidOfOneThatGrows() {
        open([&] { window_->openFile(small); });
        std::shared_ptr<const Trace> part;
        LoadOptions options;
        options.publish = [&](std::shared_ptr<const Trace> trace) { part = std::move(trace); };
        options.publishAfter = {};
        options.sliceBytes = 20'000;
        const std::vector<std::byte> bytes = test::generatedTrace(200'000);
        QVERIFY(loadTrace(bytes, "long", options).trace);
        QVERIFY(part);
        TraceView* const view = window_->view();
        view->showTrace(view->state()->facts(), view->source()); // begins to look for what is wrong
        view->showTrace(computeFacts(part), QStringLiteral("long.trace"));
        QThreadPool::globalInstance()->waitForDone();
        QCoreApplication::processEvents();
        QVERIFY2(view->verdictText().contains(QStringLiteral("Still loading")), qPrintable(view->verdictText()));
    }

    void aLongLoadIsSeenWhileItGrows() {
        const QString path = writeLongTrace();
        std::vector<Time> lengths;
        QString verdict;
        connect(window_->loader(), &Loader::grown, window_.get(), [&] {
            lengths.push_back(window_->state()->facts()->trace->duration);
            verdict = window_->view()->verdictText();
            QCOMPARE(window_->state()->visibleRange(), window_->state()->facts()->trace->wholeRange());
            if (lengths.size() == 1)
                window_->state()->select(GoroutineSelection{{3}});
        });
        open([&] { window_->openFile(path); });
        QVERIFY(!lengths.empty());
        QVERIFY(std::ranges::is_sorted(lengths, std::less<>()));
        QVERIFY2(verdict.contains(QStringLiteral("Still loading")), qPrintable(verdict));
        const Trace& whole = *window_->state()->facts()->trace;
        QVERIFY(!whole.report.growing && lengths.back() < whole.duration);
        QCOMPARE(window_->state()->visibleRange(), whole.wholeRange());
        QVERIFY(window_->state()->selection() == Selection(GoroutineSelection{{3}}));
    }

    void whatWasFoldedAndFilteredStaysSoWhileTheTraceGrows() {
        const QString path = writeLongTrace();
        std::string group; // the first one that begins folded
        bool grewOn = false;
        connect(window_->loader(), &Loader::grown, window_.get(), [&] {
            grewOn = !group.empty();
            const TimelineRows& rows = window_->view()->timeline()->rows();
            for (std::size_t i = 0; group.empty() && i < rows.groups().size(); ++i)
                if (rows.isFolded(i) && !rows.isSingle(i) && rows.groups()[i].name.starts_with("main."))
                    group = rows.groups()[i].name;
            if (group.empty() || grewOn)
                return;
            TimelineChoice choice = window_->view()->timeline()->choice();
            choice.filter = QStringLiteral("main");
            window_->view()->timeline()->setChoice(choice);
            window_->view()->timeline()->foldAll(false);
        });
        open([&] { window_->openFile(path); });
        QVERIFY(grewOn);
        QCOMPARE(window_->view()->timeline()->choice().filter, QStringLiteral("main"));
        const auto unfolded = [&] {
            const TimelineRows& rows = window_->view()->timeline()->rows();
            for (std::size_t i = 0; i < rows.groups().size(); ++i)
                if (rows.groups()[i].name == group)
                    return !rows.isFolded(i);
            return false;
        };
        QTRY_VERIFY(unfolded());
    }

    void reloadedATraceIsLookedAtAsBefore() {
        const QString path = folder_.filePath(QStringLiteral("again.trace"));
        QVERIFY(QFile::copy(small, path));
        open([&] { window_->openFile(path); });
        TimelineView& timeline = *window_->view()->timeline();
        TimelineChoice choice = timeline.choice();
        choice.grouping = Grouping::Creator;
        choice.order = GroupOrder::Name;
        choice.filter = QStringLiteral("main");
        timeline.setChoice(choice);
        QTRY_VERIFY(timeline.rows().goroutinesShown() < window_->state()->facts()->trace->goroutines.size());
        timeline.foldAll(true);
        const Trace& trace = *window_->state()->facts()->trace;
        const GoroutineIndex g{3};
        window_->state()->select(SpanSelection{g, trace.lastSpan(g)});
        window_->state()->choose({1'000'000, 2'000'000});
        window_->state()->setVisibleRange({500'000, 3'000'000});
        TimelineCommands& commands = *window_->view()->commands();
        const ViewOptions before = commands.options();
        const auto facts = window_->state()->facts();
        open([&] { QTest::keyClick(window_.get(), Qt::Key_F5); });
        QVERIFY(window_->state()->facts() != facts);
        QTRY_VERIFY(commands.options() == before);

        // What is no longer there is let go; the rest stays.
        QVERIFY(QFile::remove(path) && QFile::copy(QStringLiteral(":/samples/lru-burst-mutex.trace.zst"), path));
        window_->state()->select(GoroutineSelection{g});
        const std::int64_t id = window_->state()->facts()->trace->goroutines.id(g);
        open([&] { QTest::keyClick(window_.get(), Qt::Key_R, Qt::ControlModifier); });
        QCOMPARE(timeline.choice().filter, QStringLiteral("main"));
        QCOMPARE(timeline.choice().grouping, Grouping::Creator);
        QCOMPARE(window_->state()->visibleRange(), (TimeRange{500'000, 3'000'000}));
        const GoroutineIndex now = selectedGoroutine(window_->state()->selection());
        QVERIFY(now.known() == window_->state()->facts()->trace->findGoroutine(id).known());
        QVERIFY(!now.known() || window_->state()->facts()->trace->goroutines.id(now) == id);
    }

    void aReloadThatFailsLeavesWhatWasOpen() {
        const QString path = folder_.filePath(QStringLiteral("gone.trace"));
        QVERIFY(QFile::copy(small, path));
        open([&] { window_->openFile(path); });
        window_->state()->setVisibleRange({500'000, 3'000'000});
        const auto facts = window_->state()->facts();
        QVERIFY(QFile::remove(path));
        QSignalSpy failed(window_->loader(), &Loader::failed);
        QTest::keyClick(window_.get(), Qt::Key_F5);
        QTRY_COMPARE(failed.count(), 1);
        QCOMPARE(window_->state()->facts(), facts);
        QCOMPARE(window_->state()->visibleRange(), (TimeRange{500'000, 3'000'000}));
        open([&] { window_->openFile(small); }); // another trace begins anew
        QCOMPARE(window_->state()->visibleRange(), window_->state()->facts()->trace->wholeRange());
    }

    void theInspectorListsWhatHappenedInTheSelection() {
        open([&] { window_->openFile(small); });
        auto* const inspector = window_->view()->findChild<InspectorPanel*>();
        QTest::keyClick(window_.get(), Qt::Key_6);
        QVERIFY(inspector->isVisible());
        inspector->setCurrentIndex(0); // events
        const Trace& trace = *window_->state()->facts()->trace;
        GoroutineIndex pingPong;
        for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g)
            if (trace.function({g}) == "main.pingPong")
                pingPong = {g};
        window_->state()->select(GoroutineSelection{pingPong});
        QTRY_VERIFY(inspector->events().rowCount() > 5);
        const int all = inspector->events().rowCount();
        QCOMPARE(inspector->times().lifetime, trace.lifetime(pingPong).length());
        inspector->setEventKinds(bitOf(EventKind::Unblock));
        QTRY_VERIFY(inspector->events().rowCount() < all);
        QCOMPARE(inspector->events().rowCount(), 3); // woken three times by main.main
        QVERIFY(inspector->events().index(0, EventsModel::By).data().toString().contains(QStringLiteral("main.main")));
        window_->state()->choose({0, 1});
        QTRY_COMPARE(inspector->times().range.end, 1);
    }

    void marksAndNotesComeBackWithTheTrace() {
        open([&] { window_->openFile(small); });
        window_->state()->marks().toggle(5000, QStringLiteral("it begins here"));
        window_->state()->marks().setA(7000);
        const QString copy = folder_.filePath(QStringLiteral("another-name.trace"));
        QVERIFY(QFile::copy(small, copy));
        window_->view()->closeTrace();
        QVERIFY(window_->state()->marks().marks().empty());
        open([&] { window_->openFile(copy); });
        QCOMPARE(window_->state()->marks().marks().size(), std::size_t{1});
        QCOMPARE(window_->state()->marks().marks().front().note, QStringLiteral("it begins here"));
        QCOMPARE(window_->state()->marks().a(), std::optional<Time>(7000));
        window_->state()->marks().toggle(5000);
        window_->state()->marks().setA({});
        open([&] { window_->openFile(small); });
        QVERIFY(window_->state()->marks().marks().empty() && !window_->state()->marks().a());
    }

    void picturesOfWhatIsSeenAreWritten() {
        open([&] { window_->openFile(small); });
        const QString heatmap = folder_.filePath(QStringLiteral("heatmap.png"));
        const QString timeline = folder_.filePath(QStringLiteral("timeline.png"));
        window_->view()->exportHeatmap(heatmap);
        QTRY_VERIFY(!window_->view()->isExporting());
        window_->view()->exportTimeline(timeline);
        QTRY_VERIFY(!window_->view()->isExporting());
        QCOMPARE(QImage(heatmap).size(), QSize(1600, 900));
        QCOMPARE(QImage(timeline).size(), QSize(1600, 900));
        const QString drawing = folder_.filePath(QStringLiteral("timeline.svg"));
        window_->view()->exportTimeline(drawing);
        QVERIFY(!QFile::exists(drawing)); // it is made in the background
        QTRY_VERIFY(!window_->view()->isExporting());
        QFile drawn(drawing);
        QVERIFY(drawn.open(QIODevice::ReadOnly) && drawn.readAll().contains("<svg"));
        window_->view()->copyHeatmap();
        QTRY_VERIFY(!window_->view()->isExporting());
        const QMimeData* const copied = QApplication::clipboard()->mimeData();
        QFile file(heatmap);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(copied->data(QStringLiteral("image/png")), file.readAll()); // byte for byte
        window_->view()->copyHeatmapCommand();
        QVERIFY(QApplication::clipboard()->text().startsWith(QStringLiteral("waitscope heatmap ")));
        window_->view()->exportHeatmap(QStringLiteral("/no/such/folder/x.png"));
        QTRY_VERIFY(!window_->view()->isExporting());
        QVERIFY(window_->messageBar()->isVisible());
    }

  private:
    /// Long enough to be seen growing. From now on a load shows what it has at once.
    QString writeLongTrace() {
        const std::vector<std::byte> bytes = test::generatedTrace(900'000);
        QFile file(folder_.filePath(QStringLiteral("long.trace")));
        const auto size = static_cast<qint64>(bytes.size());
        if (!file.open(QIODevice::WriteOnly) || file.write(reinterpret_cast<const char*>(bytes.data()), size) != size)
            qFatal("no room for a trace in the temporary folder");
        window_->loader()->setPublishAfter(std::chrono::milliseconds(0));
        return file.fileName();
    }

    template <class Begin> void open(Begin begin) {
        QSignalSpy loaded(window_->loader(), &Loader::loaded);
        begin();
        QTRY_COMPARE(loaded.count(), 1);
    }
};

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
