// SPDX-License-Identifier: GPL-3.0-or-later
// What can be done by keys, by the palette and by menus?
#include "app/quick_choice.h"
#include "app/timeline_commands.h"
#include "app/trace_view.h"
#include "model/report/text.h"
#include "tests/app/shown_window.h"
#include "widgets/heatmap/heatmap_view.h"
#include "widgets/timeline/timeline_view.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QDialog>
#include <QHelpEvent>
#include <QLineEdit>
#include <QMenu>
#include <QSettings>
#include <QSignalSpy>
#include <QTextBrowser>
#include <QTimer>
#include <QToolTip>

#include <cstdlib>

using namespace waitscope;

using test::small;

class TestCommands : public test::ShownWindow {
    Q_OBJECT

  private Q_SLOTS:
    void init() { showWindow(); }
    void cleanup() { window_.reset(); }

    void theKeySheetListsEveryCommandThatHasAKey() {
        QString sheet;
        QTimer::singleShot(200, this, [&] {
            if (auto* const dialog = qobject_cast<QDialog*>(QApplication::activeModalWidget())) {
                sheet = dialog->findChild<QTextBrowser*>()->toPlainText();
                dialog->reject();
            }
        });
        QTest::keyClick(window_.get(), Qt::Key_Question);
        QTRY_VERIFY(!sheet.isEmpty());
        for (const QAction* action : window_->actions())
            if (!action->shortcut().isEmpty())
                QVERIFY2(sheet.contains(action->shortcut().toString(QKeySequence::NativeText)),
                         qPrintable(action->text()));
        QVERIFY(!sheet.contains(u'&'));
    }

    void thePaletteRunsACommandByAPartOfItsName() {
        open([&] { window_->openFile(small); });
        window_->state()->setVisibleRange({0, 1'000'000});
        QTimer::singleShot(200, this, [&] {
            if (auto* const palette = qobject_cast<QDialog*>(QApplication::activeModalWidget())) {
                auto* const text = palette->findChild<QLineEdit*>();
                QTest::keyClicks(text, QStringLiteral("whole trace"));
                QTest::keyClick(text, Qt::Key_Return);
            }
        });
        QTest::keyClick(window_.get(), Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_COMPARE(window_->state()->visibleRange(), window_->state()->facts()->trace->wholeRange());
    }

    void navigationIsTakenBackByKey() {
        open([&] { window_->openFile(small); });
        auto* const timeline = window_->view()->findChild<TimelineView*>();
        const TimeRange whole = window_->state()->visibleRange();
        QTest::keyClick(timeline, Qt::Key_W);
        QVERIFY(window_->state()->visibleRange() != whole);
        QTest::keyClick(timeline, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(window_->state()->visibleRange(), whole);
        QTest::keyClick(timeline, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(window_->state()->visibleRange() != whole);
    }

    void gGoesToAGoroutineATimeARangeATaskOrAProcessor() {
        open([&] { window_->openFile(small); });
        auto* const commands = window_->view()->findChild<TimelineCommands*>();
        const Trace& trace = *window_->state()->facts()->trace;
        const std::int64_t id = trace.goroutines.id({5});
        QVERIFY(commands->goTo(QStringLiteral("g%1").arg(id)));
        QCOMPARE(trace.goroutines.id(selectedGoroutine(window_->state()->selection())), id);
        QVERIFY(commands->goTo(QStringLiteral("2ms")));
        QVERIFY(window_->state()->visibleRange().contains(2'000'000));
        QVERIFY(commands->goTo(QStringLiteral("1ms..2.5ms")));
        QCOMPARE(window_->state()->chosenRange(), (TimeRange{1'000'000, 2'500'000}));
        QCOMPARE(window_->state()->visibleRange(), window_->state()->chosenRange());
        QVERIFY(commands->goTo(QStringLiteral("2ms..")));
        QCOMPARE(window_->state()->chosenRange(), (TimeRange{2'000'000, trace.duration}));
        QVERIFY(!commands->goTo(QStringLiteral("2..lunch")));
        QVERIFY(commands->goTo(QStringLiteral("#%1").arg(trace.tasks[0].id)));
        QCOMPARE(window_->state()->chosenRange(), trace.tasks[0].range);
        QVERIFY(commands->goTo(QStringLiteral("P%1").arg(trace.processors[0].id)));
        QVERIFY(std::holds_alternative<SpanSelection>(window_->state()->selection()));
        QVERIFY(!commands->goTo(QStringLiteral("g999999")));
        QVERIFY(!commands->goTo(QStringLiteral("lunch")));
    }

    void gGoesToATimeOfALog() {
        open([&] { window_->openFile(small); });
        auto* const commands = window_->view()->findChild<TimelineCommands*>();
        const Trace& trace = *window_->state()->facts()->trace;
        QVERIFY(trace.wallClock);
        constexpr Time then = 3'000'000;
        const QString clock = QString::fromStdString(rfc3339(trace.wallClock->unixNanosecondsAtStart + then));
        for (const QString& text : {clock, clock.mid(11), clock.mid(11, 12), clock.left(23)}) {
            window_->state()->setVisibleRange(trace.wholeRange());
            QVERIFY2(commands->goTo(text), qPrintable(text));
            const TimeRange visible = window_->state()->visibleRange();
            QVERIFY(visible != trace.wholeRange());
            QVERIFY(std::abs(visible.begin + visible.length() / 2 - then) <= 1'000'000); // a millisecond
        }
        QVERIFY(!commands->goTo(QStringLiteral("2001-01-01T00:00:00Z")));
        QVERIFY(!commands->goTo(QStringLiteral("12:lunch")));
    }

    void aRangeIsChosenByKeys() {
        open([&] { window_->openFile(small); });
        auto* const timeline = window_->view()->timeline();
        ViewState& state = *window_->state();
        const Trace& trace = *state.facts()->trace;
        const auto choose = [&](const Selection& selection) {
            state.select(selection);
            QTest::keyClick(timeline, Qt::Key_R);
            return state.chosenRange();
        };
        QVERIFY(choose({}).empty());
        state.setVisibleRange({1'000'000, 2'000'000});
        QTest::keyClick(timeline, Qt::Key_R, Qt::ShiftModifier);
        QCOMPARE(state.chosenRange(), (TimeRange{1'000'000, 2'000'000}));
        const GoroutineIndex g{5};
        QCOMPARE(choose(GoroutineSelection{g}), trace.lifetime(g));
        const SpanIndex span = trace.lastSpan(g);
        QCOMPARE(choose(SpanSelection{g, span}), trace.spans.range(span));
        QCOMPARE(choose(TaskSelection{{0}}), trace.tasks[0].range);
        QCOMPARE(choose({}), trace.tasks[0].range); // nothing else is there to choose
    }

    void aGoroutineOrAFunctionIsFoundByAFewLetters() {
        open([&] { window_->openFile(small); });
        ViewState& state = *window_->state();
        const auto found = placesFor(state, QStringLiteral("ping"));
        QVERIFY(!found.empty());
        QVERIFY(found.front().text.contains(QStringLiteral("main.pingPong")));
        found.front().take();
        QVERIFY(!std::holds_alternative<std::monostate>(state.selection()));
        const QString id = QString::number(state.facts()->trace->goroutines.id({0}));
        QVERIFY(placesFor(state, u'g' + id).front().text.contains(QStringLiteral("goroutine ") + id));
        QVERIFY(placesFor(state, QStringLiteral("no such function")).empty());
    }

    void everythingIsMadeLargerAndSmallerByKeys() {
        open([&] { window_->openFile(small); });
        TimelineView* const timeline = window_->view()->timeline();
        const double usual = QApplication::font().pointSizeF();
        const int row = timeline->rows().sizes().row;
        QTest::keyClick(timeline, Qt::Key_Plus, Qt::ControlModifier);
        QTest::keyClick(timeline, Qt::Key_Equal, Qt::ControlModifier);
        QVERIFY(QApplication::font().pointSizeF() > usual * 1.2);
        QTRY_VERIFY(timeline->rows().sizes().row > row);
        QTRY_COMPARE(window_->view()->heatmap()->canvas().left(),
                     CanvasSizes(timeline->font()).left(timeline->viewport()->width()));
        const int kept = QSettings().value(QStringLiteral("fontScale")).toInt();
        QCOMPARE(kept, 125);
        QTest::keyClick(timeline, Qt::Key_Minus, Qt::ControlModifier);
        QTest::keyClick(timeline, Qt::Key_Minus, Qt::ControlModifier);
        QTest::keyClick(timeline, Qt::Key_Minus, Qt::ControlModifier);
        QVERIFY(QApplication::font().pointSizeF() < usual);
        QTest::keyClick(timeline, Qt::Key_0, Qt::ControlModifier | Qt::AltModifier);
        QCOMPARE(QApplication::font().pointSizeF(), usual);
        QTRY_COMPARE(timeline->rows().sizes().row, row);
    }

    void thinRowsAndWordsAreSwitchedByKeysAndRemembered() {
        open([&] { window_->openFile(small); });
        TimelineView* const timeline = window_->view()->timeline();
        const auto action = [&](const QString& name) {
            for (QAction* const one : window_->findChildren<QAction*>())
                if (QString(one->text()).remove(u'&') == name)
                    return one;
            return static_cast<QAction*>(nullptr);
        };
        QAction* const thin = action(QStringLiteral("Thin rows without words"));
        QAction* const words = action(QStringLiteral("Words on spans"));
        QVERIFY(thin && words && !thin->isChecked() && words->isChecked());
        QTest::keyClick(timeline, Qt::Key_C, Qt::ShiftModifier);
        QTest::keyClick(timeline, Qt::Key_X);
        QVERIFY(timeline->look() == (TimelineLook{.thin = true, .words = false}));
        QVERIFY(thin->isChecked() && !words->isChecked());
        {
            const MainWindow another;
            QVERIFY(another.view()->timeline()->look() == timeline->look());
        }
        QTest::keyClick(timeline, Qt::Key_C, Qt::ShiftModifier);
        QTest::keyClick(timeline, Qt::Key_X);
        QVERIFY(timeline->look() == TimelineLook() && !thin->isChecked() && words->isChecked());
    }

    void tKeepsTooltipsFromTheCanvases() {
        open([&] { window_->openFile(small); });
        QWidget* const canvas = window_->view()->timeline()->viewport();
        const auto tooltipAt = [&](QPoint at) {
            QToolTip::hideText(); // which takes its time
            [[maybe_unused]] const bool hidden = QTest::qWaitFor([] { return !QToolTip::isVisible(); });
            QHelpEvent help(QEvent::ToolTip, at, canvas->mapToGlobal(at));
            QCoreApplication::sendEvent(canvas, &help);
            return QToolTip::text();
        };
        const QPoint name(60, 60);
        QVERIFY(!tooltipAt(name).isEmpty());
        QTest::keyClick(window_->view()->timeline(), Qt::Key_T);
        QVERIFY(tooltipAt(name).isEmpty());
        QTest::keyClick(window_->view()->timeline(), Qt::Key_T);
        QVERIFY(!tooltipAt(name).isEmpty());
        QToolTip::hideText();
    }

    void theMenuOfTheRightButtonMarksWhereTheMouseWas() {
        open([&] { window_->openFile(small); });
        TimelineView* const timeline = window_->view()->timeline();
        const QPoint at(timeline->viewport()->width() / 2, 60);
        QTest::mouseMove(timeline->viewport(), at);
        const Time there = window_->state()->hoverTime();
        QVERIFY(there > 0);
        QContextMenuEvent event(QContextMenuEvent::Mouse, at, timeline->viewport()->mapToGlobal(at));
        QApplication::sendEvent(timeline->viewport(), &event);
        auto* const menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        QVERIFY(menu != nullptr);
        QEvent leave(QEvent::Leave); // the mouse is over the menu now
        QApplication::sendEvent(timeline->viewport(), &leave);
        for (QAction* const action : menu->actions())
            if (action->shortcut() == QKeySequence(Qt::Key_M))
                menu->setActiveAction(action);
        QTest::keyClick(menu, Qt::Key_Return);
        QCOMPARE(window_->state()->marks().marks().size(), std::size_t{1});
        QCOMPARE(window_->state()->marks().marks().front().time, there);
        QCursor::setPos(window_->mapToGlobal(QPoint(1, 1)));
        QTRY_COMPARE(window_->state()->hoverTime(), Time(-1)); // which is not there any more
    }

    void theMenuSaysHowTimesAreWritten() {
        open([&] { window_->openFile(small); });
        const auto format = [&](const QString& part) {
            for (QAction* const action : window_->findChildren<QAction*>())
                if (action->isCheckable() && action->text().remove(u'&').contains(part))
                    return action;
            return static_cast<QAction*>(nullptr);
        };
        QAction* const clock = format(QStringLiteral("As the clock said"));
        QVERIFY(clock != nullptr && !clock->isChecked());
        QVERIFY(format(QStringLiteral("From the start"))->isChecked());
        clock->trigger();
        QVERIFY(clock->isChecked() && window_->state()->timeFormat() == TimeFormat::WallClock);
    }

  private:
    template <class Begin> void open(Begin begin) {
        QSignalSpy loaded(window_->loader(), &Loader::loaded);
        begin();
        QTRY_COMPARE(loaded.count(), 1);
    }
};

QTEST_MAIN(TestCommands)
#include "tst_commands.moc"
