// SPDX-License-Identifier: GPL-3.0-or-later
// Does the stack panel say where a goroutine is blocked, who created it and who woke it, and why if it cannot?
#include "tests/support/story.h"
#include "widgets/common/view_state.h"
#include "widgets/stack/stack_panel.h"

#include <QApplication>
#include <QClipboard>
#include <QHelpEvent>
#include <QTest>
#include <QTextBlock>
#include <QToolTip>

using namespace waitscope;
using namespace waitscope::literals;
using waitscope::test::Story;

namespace {

std::shared_ptr<const TraceFacts> storyFacts(const char* format = "go 1.26 trace") {
    Story story;
    story.g(1)
        .createdBy(9, {"main.spawn", "main.main"})
        .runs(1_ms)
        .waitsOn("sync", {"sync.(*Mutex).Lock", "example.org/shop.(*Cart).Add", "main.serve"}, 3_ms)
        .wokenBy(9, {"sync.(*Mutex).Unlock", "main.put"})
        .runs(1_ms)
        .waitsOn("sleep", {"time.Sleep", "main.pause"}, 1_ms)
        .runs(1_ms)
        .ends();
    story.g(2)
        .createdBy(9, {"main.spawn"})
        .runs(2_ms)
        .waitsOn("chan receive", {"runtime.chanrecv1", "main.neverServed"}, 1_ms);
    story.g(3).existed().waitsOn("", {}, 1_ms);
    story.g(4).runs(2_ms).inSyscall({"syscall.read", "main.load"}, 2_ms).runs(1_ms).waitsOn("", {}, 1_ms);
    story.g(9).entry("main.holder").runs(20_ms);
    const auto told = std::const_pointer_cast<Trace>(story.told(20_ms)); // nobody else has it yet
    told->identity.format = format;
    return computeFacts(told);
}

struct Panel {
    ViewState view;
    StackPanel panel{&view};

    explicit Panel(std::shared_ptr<const TraceFacts> facts = storyFacts()) {
        panel.resize(600, 400);
        panel.show();
        view.show(std::move(facts));
    }
    [[nodiscard]] GoroutineIndex goroutine(std::int64_t id) const { return view.facts()->trace->findGoroutine(id); }
    void selectAt(std::int64_t id, Time t) {
        view.select(SpanSelection{goroutine(id), view.facts()->trace->spanAt(goroutine(id), t)});
    }
    [[nodiscard]] QStringList lines() const {
        QStringList lines = panel.toPlainText().split('\n');
        for (QString& line : lines)
            line = line.trimmed();
        return lines;
    }
    [[nodiscard]] QTextCursor cursorAt(const QString& text) const { return panel.document()->find(text); }
};

} // namespace

class StackPanelTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void withoutASelectionItSaysWhatToDo();
    void aFinishedWaitHasStackWakerAndCreator();
    void aSpanSaysExactlyWhenItWasAndByTheClockIfThereIsOne();
    void anOpenWaitSaysThatItIsOpen();
    void aTimerHasNoStackAndTheReasonIsSaid();
    void theVersionOfTheFormatExplainsAMissingStack();
    void aSystemCallAndACoroutineAreNamed();
    void runningAndReadySpansAreNamed();
    void aGoroutineIsDescribedByItsLastState();
    void aTaskTellsWhereItsTimeWentAndItsLongestWait();
    void aReadyGoroutineTellsWhichProcessorWasIdle();
    void aSiteShowsItsStacks();
    void libraryFramesAreDimmedAndTheSiteIsMarked();
    void framesOfTheLibraryAreFoldedAndCopiedWhole();
    void aClickOnAPlaceAsksForItsSource();
    void aLinkSelectsTheOtherGoroutine();
    void copyingGivesWholeNamesAndPaths();
    void copyingALineGivesThatLine();
    void copyingMarkedTextGivesThatText();
    void theToolTipHasTheWholePath();
    void coloursFollowThePalette();
};

void StackPanelTest::withoutASelectionItSaysWhatToDo() {
    Panel p(nullptr);
    QVERIFY(p.panel.toPlainText().contains("once a trace is open"));
    p.view.show(storyFacts());
    QVERIFY(p.panel.toPlainText().contains("Select a wait"));
    p.selectAt(1, 2_ms);
    QVERIFY(!p.panel.toPlainText().contains("Select a wait"));
    p.view.select(std::monostate{});
    QVERIFY(p.panel.toPlainText().contains("Select a wait"));
    QVERIFY(!p.panel.accessibleName().isEmpty());
}

void StackPanelTest::aFinishedWaitHasStackWakerAndCreator() {
    Panel p;
    p.selectAt(1, 2_ms);
    QCOMPARE(
        p.lines(),
        (QStringList{"goroutine 1 · main.work · waited 3 ms · mutex",
                     "From 1,000,000 ns to 4,000,000 ns, 3,000,000 ns long.", "Blocked at",
                     "sync.(*Mutex).Lock  main.go:10", "▸ shop.(*Cart).Add  main.go:11", "main.serve  main.go:12",
                     "Woken by goroutine 9 · main.holder", "sync.(*Mutex).Unlock  main.go:10", "▸ main.put  main.go:11",
                     "Created by goroutine 9 · main.holder", "▸ main.spawn  main.go:10", "main.main  main.go:11"}));
}

void StackPanelTest::aSpanSaysExactlyWhenItWasAndByTheClockIfThereIsOne() {
    Panel p;
    p.selectAt(3, 1_ms);
    QCOMPARE(p.lines().at(1), QString("From before the trace to the end of the trace, at least 20,000,000 ns long."));
    Story story;
    story.g(1).existed().runs(1_ms).waitsOn("chan receive", {"main.work"}, 5_ms).wokenBy(2).runs(1_ms);
    story.g(2).runs(20_ms);
    const auto told = std::const_pointer_cast<Trace>(story.told(20_ms));
    told->wallClock = WallClock{.unixNanosecondsAtStart = 1'795'521'610'000'000'000}; // 2026-11-24 12:00:10
    Panel clocked(computeFacts(told));
    clocked.selectAt(1, 2_ms);
    QCOMPARE(clocked.lines().mid(1, 2), (QStringList{"From 1,000,000 ns to 6,000,000 ns, 5,000,000 ns long.",
                                                     "It began at 2026-11-24T12:00:10.001000000Z."}));
}

void StackPanelTest::anOpenWaitSaysThatItIsOpen() {
    Panel p;
    p.selectAt(2, 10_ms);
    QCOMPARE(p.lines().first(), QString("goroutine 2 · main.work · waiting 18 ms, still open · chan receive"));
    QVERIFY(p.panel.toPlainText().contains("Still open when the trace ends"));
    QVERIFY(!p.panel.toPlainText().contains("Woken by"));
}

void StackPanelTest::aTimerHasNoStackAndTheReasonIsSaid() {
    Panel p;
    p.selectAt(1, 5500_us);
    QVERIFY(p.lines().first().endsWith("waited 1 ms · sleep"));
    QVERIFY(p.panel.toPlainText().contains("Woken by a timer: no goroutine did it, so there is no stack."));
}

void StackPanelTest::theVersionOfTheFormatExplainsAMissingStack() {
    Panel old(storyFacts("go 1.22 trace"));
    old.selectAt(3, 1_ms);
    QCOMPARE(old.lines().first(), QString("goroutine 3 · function not recorded · waiting at least 20 ms (since before "
                                          "the trace), still open · reason not recorded"));
    QVERIFY(
        old.panel.toPlainText().contains("This format (go 1.22 trace) does not record where; Go 1.23 and later do."));
    QVERIFY(old.panel.toPlainText().contains("Created before the trace"));
    Panel young;
    young.selectAt(3, 1_ms);
    QVERIFY(young.panel.toPlainText().contains("woken before Go wrote down where"));
}

void StackPanelTest::aSystemCallAndACoroutineAreNamed() {
    Panel p;
    p.selectAt(4, 3_ms);
    QCOMPARE(p.lines().first(), QString("goroutine 4 · main.work · in a system call 2 ms"));
    QVERIFY(p.lines().contains("System call entered at"));
    QVERIFY(p.lines().contains("▸ main.load  main.go:11"));
    p.selectAt(4, 19_ms);
    QVERIFY(p.lines().first().endsWith("still open · other (coroutine)"));
    QVERIFY(p.panel.toPlainText().contains("iter.Pull"));
    QVERIFY(p.panel.toPlainText().contains("No goroutine created it"));
}

void StackPanelTest::runningAndReadySpansAreNamed() {
    Panel p;
    p.selectAt(1, 500_us);
    QCOMPARE(p.lines().first(), QString("goroutine 1 · main.work · running 1 ms · P 0"));
    QVERIFY(p.panel.toPlainText().contains("Go records a stack when it stops"));
    p.selectAt(1, 4000500);
    QCOMPARE(p.lines().first(), QString("goroutine 1 · main.work · ready, waiting for a processor 1 µs"));
    QVERIFY(p.lines().contains("Made ready by goroutine 9 · main.holder"));
    QVERIFY(p.lines().contains("▸ main.put  main.go:11"));
}

void StackPanelTest::aGoroutineIsDescribedByItsLastState() {
    Panel p;
    p.view.select(GoroutineSelection{p.goroutine(1)});
    QVERIFY(p.lines().first().startsWith("goroutine 1 · main.work · ended at 7"));
    QVERIFY(p.lines().contains("Created by goroutine 9 · main.holder"));
    p.view.select(GoroutineSelection{p.goroutine(2)});
    QVERIFY(p.lines().first().endsWith("waiting 18 ms, still open · chan receive"));
    QVERIFY(p.lines().contains("▸ main.neverServed  main.go:11"));
}

void StackPanelTest::aTaskTellsWhereItsTimeWentAndItsLongestWait() {
    Story story;
    story.g(1)
        .existed()
        .runs(1_ms)
        .beginsTask(7, "request")
        .beginsRegion("answer")
        .waitsOn("chan receive", {"runtime.chanrecv1", "main.ask"}, 2_ms)
        .wokenBy(9, {"runtime.chansend1", "main.tell"})
        .runs(1_ms)
        .waitsOn("sync", {"sync.(*Mutex).Lock", "main.take"}, 5_ms)
        .wokenBy(9, {"sync.(*Mutex).Unlock", "main.put"})
        .runs(1_ms)
        .endsRegion("answer")
        .endsTask(7)
        .waitsOn("sync", {"sync.(*Mutex).Lock", "main.other"}, 1_ms); // behind the task, and longer
    story.g(9).entry("main.holder").runs(40_ms);
    Panel p(computeFacts(story.told(40_ms)));
    p.view.select(TaskSelection{{0}});
    QTRY_VERIFY2(p.lines().value(1).startsWith("waiting on mutex 5 ms · "), qPrintable(p.lines().join('|')));
    QVERIFY(p.lines()[1].contains("waiting on chan receive 2 ms"));
    QVERIFY(p.panel.toPlainText().contains("Longest wait, 5 ms of goroutine 1"));
    QVERIFY(p.lines().contains("▸ main.take  main.go:11"));
    QVERIFY2(p.lines().contains("Woken by goroutine 9 · main.holder"), qPrintable(p.panel.toPlainText()));
    QVERIFY(!p.panel.toPlainText().contains("main.other"));
    const SpanIndex wait = waitOf(*p.view.facts(), p.view.selection());
    QCOMPARE(p.view.facts()->trace->spans.range(wait).length(), 5_ms);
}

void StackPanelTest::aReadyGoroutineTellsWhichProcessorWasIdle() {
    Story story;
    story.g(1).existed().runs(1_us).isRunnable(4_ms).runs(1_ms);
    story.g(2).existed().runs(1_us).isRunnable(1_ms).runs(5_ms, 0);
    story.g(3).runs(1_ms, 1);
    story.processorIsIdle(1, {2_ms, 6_ms});
    Panel p(computeFacts(story.told(10_ms)));
    p.selectAt(1, 1_ms);
    QVERIFY2(p.lines().contains("Meanwhile processor 1 was idle for 2 ms of it."), qPrintable(p.lines().join('|')));
    p.selectAt(2, 500_us);
    QVERIFY(p.lines().contains("No processor was idle meanwhile."));
}

void StackPanelTest::aSiteShowsItsStacks() {
    Panel p;
    const TraceFacts& facts = *p.view.facts();
    const auto& classes = facts.waits.all();
    const auto lock = std::ranges::find(classes, Primitive::Mutex, &WaitClass::primitive);
    p.view.select(SiteSelection{Primitive::Mutex, lock->site});
    QCOMPARE(p.lines(),
             (QStringList{"mutex · main.go:11  shop.(*Cart).Add", "Blocked at", "sync.(*Mutex).Lock  main.go:10",
                          "▸ shop.(*Cart).Add  main.go:11", "main.serve  main.go:12"}));
    p.view.select(SiteSelection{Primitive::Unknown, FrameId{}});
    QVERIFY(p.panel.toPlainText().contains("no stack for these waits"));
}

void StackPanelTest::libraryFramesAreDimmedAndTheSiteIsMarked() {
    Panel p;
    p.selectAt(1, 2_ms);
    const auto formatAt = [&](const QString& text) { return p.cursorAt(text).charFormat(); };
    const QColor library = formatAt("sync.(*Mutex).Lock").foreground().color();
    const QColor own = formatAt("main.serve").foreground().color();
    QVERIFY(library != own);
    QCOMPARE(formatAt("shop.(*Cart).Add").fontWeight(), int(QFont::Bold));
    QCOMPARE(formatAt("main.serve").fontWeight(), int(QFont::Normal));
}

void StackPanelTest::framesOfTheLibraryAreFoldedAndCopiedWhole() {
    Story story;
    story.g(1).existed().waitsOn("chan receive", {"runtime.chanrecv1", "io.a", "io.b", "io.c", "main.serve"}, 1_ms);
    Panel p(computeFacts(story.told(20_ms)));
    p.selectAt(1, 2_ms);
    QCOMPARE(p.lines().mid(3, 3), (QStringList{"runtime.chanrecv1  main.go:10", "… 3 frames of Go's library: io",
                                               "▸ main.serve  main.go:14"}));
    p.panel.copyText();
    QVERIFY(QApplication::clipboard()->text().contains("io.b\n\t/src/main.go:12\n"));
    Q_EMIT p.panel.anchorClicked(QUrl("unfold:all"));
    QCOMPARE(p.lines().mid(4, 3), (QStringList{"io.a  main.go:11", "io.b  main.go:12", "io.c  main.go:13"}));
}

void StackPanelTest::aClickOnAPlaceAsksForItsSource() {
    Panel p;
    FrameId chosen;
    connect(&p.panel, &StackPanel::frameChosen, this, [&](FrameId frame) { chosen = frame; });
    FrameId site;
    connect(&p.panel, &StackPanel::siteChanged, this, [&](FrameId frame) { site = frame; });
    p.selectAt(1, 2_ms);
    QVERIFY(site.known());
    QTextCursor place = p.cursorAt("main.go:12");
    place.setPosition(place.selectionEnd());
    Q_EMIT p.panel.anchorClicked(QUrl(place.charFormat().anchorHref()));
    const Trace& trace = *p.view.facts()->trace;
    QCOMPARE(trace.text(trace.frame(chosen).function), std::string_view("main.serve"));
}

void StackPanelTest::aLinkSelectsTheOtherGoroutine() {
    Panel p;
    p.selectAt(1, 2_ms);
    QTextCursor link = p.cursorAt("goroutine 9");
    link.setPosition(link.position() - 3);
    QTest::mouseClick(p.panel.viewport(), Qt::LeftButton, {}, p.panel.cursorRect(link).center());
    // What it did when it woke the first.
    const Trace& trace = *p.view.facts()->trace;
    const SpanIndex wait = trace.spanAt(p.goroutine(1), 2_ms);
    QVERIFY(p.view.selection() ==
            Selection(SpanSelection{p.goroutine(9), trace.spanAt(p.goroutine(9), trace.spans.end(wait))}));
    QVERIFY(p.lines().first().startsWith("goroutine 9 · main.holder"));
}

void StackPanelTest::copyingGivesWholeNamesAndPaths() {
    Panel p;
    p.selectAt(1, 2_ms);
    QTest::keyClick(&p.panel, Qt::Key_C, Qt::ControlModifier);
    const QString text = QApplication::clipboard()->text();
    QVERIFY(text.startsWith("goroutine 1 · main.work · waited 3 ms · mutex\n"
                            "From 1,000,000 ns to 4,000,000 ns, 3,000,000 ns long.\n\nBlocked at:\n"));
    QVERIFY(text.contains("example.org/shop.(*Cart).Add\n\t/src/main.go:11\n"));
    QVERIFY(text.contains("\nWoken by goroutine 9 · main.holder:\n"));
}

void StackPanelTest::copyingALineGivesThatLine() {
    Panel p;
    p.selectAt(1, 2_ms);
    QTextCursor cursor = p.cursorAt("shop.(*Cart).Add");
    cursor.clearSelection();
    p.panel.setTextCursor(cursor);
    QTest::keyClick(&p.panel, Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
    QCOMPARE(QApplication::clipboard()->text(), QString("example.org/shop.(*Cart).Add\n\t/src/main.go:11"));
    p.panel.moveCursor(QTextCursor::Start);
    p.panel.copyLine();
    QCOMPARE(QApplication::clipboard()->text(), QString("goroutine 1 · main.work · waited 3 ms · mutex"));
}

void StackPanelTest::copyingMarkedTextGivesThatText() {
    Panel p;
    p.selectAt(1, 2_ms);
    p.panel.setTextCursor(p.cursorAt("(*Cart)"));
    QTest::keyClick(&p.panel, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QApplication::clipboard()->text(), QString("(*Cart)"));
}

void StackPanelTest::theToolTipHasTheWholePath() {
    Panel p;
    p.selectAt(1, 2_ms);
    QTextCursor cursor = p.cursorAt("shop.(*Cart).Add");
    const QPoint place = p.panel.cursorRect(cursor).center();
    QHelpEvent help(QEvent::ToolTip, place, p.panel.viewport()->mapToGlobal(place));
    QApplication::sendEvent(p.panel.viewport(), &help);
    QCOMPARE(QToolTip::text(), QString("example.org/shop.(*Cart).Add\n/src/main.go:11"));
}

void StackPanelTest::coloursFollowThePalette() {
    Panel p;
    p.selectAt(1, 2_ms);
    QPalette dark;
    dark.setColor(QPalette::Base, QColor(30, 30, 30));
    dark.setColor(QPalette::Text, QColor(220, 220, 220));
    p.panel.setPalette(dark);
    QCOMPARE(p.cursorAt("main.serve").charFormat().foreground().color(), QColor(220, 220, 220));
    QVERIFY(p.cursorAt("sync.(*Mutex)").charFormat().foreground().color().lightness() > 120);
}

QTEST_MAIN(StackPanelTest)
#include "tst_stack_panel.moc"
