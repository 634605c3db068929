// SPDX-License-Identifier: GPL-3.0-or-later
// Two traces in one window: how they come, move together, are let go and go away.
#include "app/main_window.h"
#include "app/timeline_commands.h"
#include "app/trace_pair.h"
#include "app/trace_view.h"
#include "tests/support/own_settings.h"
#include "widgets/timeline/timeline_view.h"

#include <QDragEnterEvent>
#include <QLabel>
#include <QMimeData>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cstdlib>
#include <utility>

using namespace waitscope;

namespace {

const QString small = QStringLiteral(WAITSCOPE_TEST_DATA "/small-go1.26.trace");

} // namespace

class TestCompareWindow : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { test::keepSettingsIn(folder_.path()); }
    void init() {
        window_ = std::make_unique<MainWindow>();
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
    }
    void cleanup() { window_.reset(); }

    void twoDroppedFilesStandSideBySideAndSayThatTheyAreTheSame() {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(small), QUrl::fromLocalFile(small)});
        QDragEnterEvent enter({100, 100}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(window_.get(), &enter);
        QDropEvent drop(QPointF(100, 100), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(window_.get(), &drop);
        QTRY_VERIFY(window_->pair()->isPair());
        QVERIFY(first().isVisible() && second().isVisible());
        QVERIFY(first().mapTo(window_.get(), QPoint()).x() < second().mapTo(window_.get(), QPoint()).x());
        QTRY_VERIFY2(
            std::abs(first().width() - second().width()) < window_->width() / 8,
            qPrintable(QString::number(first().width()) + QStringLiteral(" and ") + QString::number(second().width())));
        QVERIFY(window_->messageBar()->isVisible());
    }
    void theSamplesBeforeAndAfterTheFixStandSideBySide() {
        openSamples();
        QCOMPARE(first().state()->facts()->trace->identity.fileName, std::string("lru-burst-mutex.trace.zst"));
        QCOMPARE(second().state()->facts()->trace->identity.fileName, std::string("lru-burst-rwmutex.trace.zst"));
        QTRY_VERIFY(first().verdictText().contains(QStringLiteral("HIGH")));
        QTRY_VERIFY(second().verdictText().contains(QStringLiteral("Nothing found")));
    }
    void whoeverMovesMovesTheOther() {
        openSamples();
        first().state()->setVisibleRange({1'000'000, 3'000'000});
        QCOMPARE(second().state()->visibleRange(), (TimeRange{1'000'000, 3'000'000}));
        second().state()->setVisibleRange({2'000'000, 2'500'000});
        QCOMPARE(first().state()->visibleRange(), (TimeRange{2'000'000, 2'500'000}));
    }
    void letGoEachMovesAloneAndLinkedAgainTheyStayAsTheyLie() {
        openSamples();
        first().state()->setVisibleRange({1'000'000, 3'000'000});
        press(QStringLiteral("Link the times"));
        first().state()->setVisibleRange({2'000'000, 4'000'000});
        QCOMPARE(second().state()->visibleRange(), (TimeRange{1'000'000, 3'000'000}));
        press(QStringLiteral("Link the times"));
        QCOMPARE(second().state()->visibleRange(), (TimeRange{1'000'000, 3'000'000}));
        first().state()->setVisibleRange({2'500'000, 4'500'000});
        QCOMPARE(second().state()->visibleRange(), (TimeRange{1'500'000, 3'500'000}));
        press(QStringLiteral("Align the starts"));
        QCOMPARE(second().state()->visibleRange(), (TimeRange{2'500'000, 4'500'000}));
    }
    void aTraceThatEndsEarlierDoesNotPushTheOtherBack() {
        openSamples();
        TraceView* longer = &first();
        TraceView* shorter = &second();
        if (longer->state()->facts()->trace->duration < shorter->state()->facts()->trace->duration)
            std::swap(longer, shorter);
        const TimeRange whole = longer->state()->facts()->trace->wholeRange();
        longer->state()->setVisibleRange({1, 1'000'000});
        longer->state()->setVisibleRange(whole);
        QCOMPARE(longer->state()->visibleRange(), whole);
        QVERIFY(std::ranges::any_of(window_->pair()->findChildren<QLabel*>(), [](const QLabel* label) {
            return label->isVisible() && label->text().contains(QStringLiteral("not the same scale"));
        }));
        QCOMPARE(shorter->state()->visibleRange(), shorter->state()->facts()->trace->wholeRange());
    }
    void bothFitIntoASmallScreen() {
        openSamples();
        QTRY_VERIFY(first().verdictText().contains(QStringLiteral("HIGH"))); // long sentences by now
        QTRY_VERIFY(second().verdictText().contains(QStringLiteral("Nothing found")));
        QVERIFY(window_->minimumSizeHint().width() <= 1366);
        QVERIFY(window_->minimumSizeHint().height() <= 768);
    }
    void aSecondFileThatIsNoTraceLeavesWhatWasOpen() {
        window_->openFile(small);
        QTRY_VERIFY(first().state()->facts());
        QTRY_VERIFY(!window_->loader()->isLoading());
        QSignalSpy failed(window_->secondLoader(), &Loader::failed);
        window_->openSecond(QStringLiteral(__FILE__));
        QTRY_COMPARE(failed.size(), 1);
        QVERIFY(first().state()->facts());
        QVERIFY(!window_->pair()->isPair());
        QVERIFY(window_->messageBar()->isVisible());
    }
    void aSecondThatWaitsForACancelledFirstIsForgotten() {
        window_->openFile(small);
        window_->openSecond(small);
        window_->loader()->cancel();
        QSignalSpy loaded(window_->loader(), &Loader::loaded);
        window_->openFile(small);
        QTRY_COMPARE(loaded.size(), 1);
        QVERIFY(!window_->secondLoader()->isLoading());
        QVERIFY(!window_->pair()->isPair());
    }
    void closingTheSecondGivesTheFirstTheWholeWindow() {
        window_->openFile(small);
        QTRY_VERIFY(first().state()->facts());
        const int alone = first().width();
        window_->openSecond(small);
        QTRY_VERIFY(window_->pair()->isPair());
        QTRY_VERIFY(first().width() < alone * 2 / 3);
        press(QStringLiteral("Close the second trace"));
        QVERIFY(!window_->pair()->isPair());
        QVERIFY(!second().isVisible());
        QTRY_COMPARE(first().width(), alone);
        QVERIFY(first().state()->facts());
    }
    void aCommandIsOfTheTraceThatHasTheKeys() {
        openSamples();
        press(QStringLiteral("Link the times")); // so that a move is of one alone
        second().timeline()->setFocus();
        QTRY_COMPARE(window_->pair()->active(), &second());
        first().state()->setVisibleRange({1'000'000, 3'000'000});
        second().state()->setVisibleRange({1'000'000, 3'000'000});
        press(QStringLiteral("Whole trace"));
        QCOMPARE(second().state()->visibleRange(), second().state()->facts()->trace->wholeRange());
        QCOMPARE(first().state()->visibleRange(), (TimeRange{1'000'000, 3'000'000}));
        first().timeline()->setFocus();
        QTRY_COMPARE(window_->pair()->active(), &first());
        press(QStringLiteral("Whole trace"));
        QCOMPARE(first().state()->visibleRange(), first().state()->facts()->trace->wholeRange());
    }

  private:
    TraceView& first() { return *window_->pair()->first(); }
    TraceView& second() { return *window_->pair()->second(); }
    void openSamples() {
        window_->openSamplePair();
        QTRY_VERIFY(window_->pair()->isPair());
    }
    /// The command whose name begins so.
    void press(const QString& name) {
        for (QAction* const action : window_->actions())
            if (QString(action->text()).remove(u'&').startsWith(name)) {
                QVERIFY(action->isEnabled());
                return action->trigger();
            }
        QFAIL("no such command");
    }

    QTemporaryDir folder_;
    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestCompareWindow)
#include "tst_compare_window.moc"
