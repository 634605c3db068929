// SPDX-License-Identifier: GPL-3.0-or-later
// The panels round the canvases: moved, tabbed, taken out, closed, seen alone; and is the layout there again next time?
#include "app/dock.h"
#include "app/main_window.h"
#include "app/trace_pair.h"
#include "app/trace_view.h"
#include "tests/support/own_settings.h"
#include "widgets/heatmap/heatmap_view.h"
#include "widgets/timeline/timeline_view.h"

#include <QSettings>
#include <QSignalSpy>
#include <QTabBar>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <map>

using namespace waitscope;

namespace {

const QString small = QStringLiteral(WAITSCOPE_TEST_DATA "/small-go1.26.trace");
const QString kept = QStringLiteral("layout/whole");

} // namespace

class TestPanels : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { test::keepSettingsIn(folder_.path()); }
    void init() {
        QSettings().clear();
        open();
    }
    void cleanup() { window_.reset(); }

    void wordsStandRightOfTheCanvasesTablesAboveDetails() {
        for (const char* name : {"waits", "stack"}) {
            QVERIFY(dock(name).isInFront() && dock(name).widget()->isVisible());
            QVERIFY(leftOf(dock(name)) >= rightOf(*window_->view()->timeline()));
        }
        QVERIFY(topOf(dock("waits")) < topOf(dock("stack")));
        for (const char* name : {"findings", "inspector", "holdups", "source", "why"})
            QVERIFY2(!dock(name).isHidden() && !dock(name).widget()->isVisible(), name); // tabs behind
        QCOMPARE(tabs().size(), 2);
        QCOMPARE(tabs()[0], (QStringList{QStringLiteral("Findings"), QStringLiteral("Waits"),
                                         QStringLiteral("Inspector"), QStringLiteral("Hold-ups")}));
        QCOMPARE(tabs()[1], (QStringList{QStringLiteral("Stack"), QStringLiteral("Source"), QStringLiteral("Why")}));
        QCOMPARE(leftEdge(*window_->view()->timeline()), leftEdge(*window_->view()->heatmap()));
    }

    void allIsReadableInASmallWindow_data() {
        QTest::addColumn<QSize>("size");
        QTest::newRow("1024 × 700") << QSize(1024, 700);
        QTest::newRow("1366 × 768") << QSize(1366, 768);
        QTest::newRow("1440 × 900") << QSize(1440, 900);
    }
    void allIsReadableInASmallWindow() {
        QFETCH(QSize, size);
        window_->resize(size);
        settle();
        window_->view()->panels()->reset();
        settle();
        QCOMPARE(window_->size(), size);
        for (QTabBar* const bar : bars()) {
            QVERIFY(bar->sizeHint().width() <= bar->width()); // nothing is cut or scrolled
            for (int i = 0; i < bar->count(); ++i)
                QVERIFY(bar->rect().contains(bar->tabRect(i)));
        }
        QVERIFY(window_->view()->timeline()->width() * 2 > size.width());
        QVERIFY(dock("waits").width() >= 440);
    }

    void whatASizeGivesStaysAShareInAnother() {
        window_->resize(1400, 900);
        settle();
        window_->view()->panels()->reset();
        settle();
        const QSize before = dock("waits").size();
        window_->resize(1000, 700);
        settle();
        QTRY_VERIFY(std::abs(dock("waits").width() - before.width() * 1000 / 1400) < 12);
        window_->resize(1400, 900);
        QTRY_VERIFY2(std::abs(dock("waits").width() - before.width()) < 12 &&
                         std::abs(dock("waits").height() - before.height()) < 30,
                     qPrintable(QStringLiteral("%1 × %2, was %3 × %4")
                                    .arg(dock("waits").width())
                                    .arg(dock("waits").height())
                                    .arg(before.width())
                                    .arg(before.height())));
    }

    void aNarrowWindowHasItsWordsBelowAndAWideOneBesideAgain() {
        window_->resize(1400, 900);
        settle();
        window_->view()->panels()->reset();
        settle();
        const auto leftOf = [&](const QString& name) { return dock(name).mapTo(window_.get(), QPoint()).x(); };
        const int before = leftOf(QStringLiteral("waits"));
        QVERIFY(before > 700);
        window_->resize(300, 700);
        settle();
        QCOMPARE(window_->width(), 300);
        QTRY_VERIFY(leftOf(QStringLiteral("waits")) < 10);
        const QWidget* const timeline = window_->view()->timeline();
        QVERIFY(timeline->isVisible() && timeline->width() > 280 && timeline->height() > 100);
        QVERIFY(dock("waits").isInFront() && dock("waits").width() > 280);
        QVERIFY(dock("waits").mapTo(window_.get(), QPoint()).y() >
                timeline->mapTo(window_.get(), QPoint(0, timeline->height())).y() - 1);
        window_->resize(1400, 900);
        settle();
        QTRY_VERIFY(std::abs(leftOf(QStringLiteral("waits")) - before) < 12);
    }

    void aKeyGivesOnePartTheWindowAndThenAllIsAsItWas_data() {
        QTest::addColumn<int>("key");
        QTest::addColumn<QString>("seen"); ///< empty: a canvas
        QTest::newRow("heatmap") << int(Qt::Key_1) << QString();
        QTest::newRow("timeline") << int(Qt::Key_2) << QString();
        QTest::newRow("waits") << int(Qt::Key_3) << QStringLiteral("waits");
        QTest::newRow("findings") << int(Qt::Key_4) << QStringLiteral("findings");
        QTest::newRow("stack") << int(Qt::Key_5) << QStringLiteral("why");
        QTest::newRow("inspector") << int(Qt::Key_6) << QStringLiteral("inspector");
        QTest::newRow("hold-ups") << int(Qt::Key_8) << QStringLiteral("holdups");
    }
    void aKeyGivesOnePartTheWindowAndThenAllIsAsItWas() {
        QFETCH(int, key);
        QFETCH(QString, seen);
        dock("holdups").bring();
        dock("why").bring();
        dock("source").close();
        settle();
        const auto before = seenNow();
        press(key);
        for (const Dock* const one : window_->view()->findChildren<Dock*>())
            QCOMPARE(one->widget()->isVisible(), one->objectName() == seen);
        if (!seen.isEmpty())
            QVERIFY(dock(seen).width() > window_->width() * 9 / 10);
        QCOMPARE(window_->view()->timeline()->isVisible(), key == Qt::Key_2);
        QCOMPARE(window_->view()->heatmap()->isVisible(), key == Qt::Key_1);
        press(key);
        QCOMPARE(seenNow(), before);
        // From one to another, and back from there.
        press(key);
        press(key == Qt::Key_3 ? Qt::Key_4 : Qt::Key_3);
        press(key == Qt::Key_3 ? Qt::Key_4 : Qt::Key_3);
        QCOMPARE(seenNow(), before);
    }

    void whatIsOutsideComesInToBeSeenAloneAndGoesOutAgain() {
        dock("waits").setFloating(true);
        dock("stack").setFloating(true);
        dock("waits").setGeometry(50, 60, 500, 300);
        dock("stack").setGeometry(10, 400, 500, 300);
        settle();
        QVERIFY(dock("waits").isOutside() && dock("waits").widget()->isVisible());
        const auto before = seenNow();
        press(Qt::Key_3);
        QVERIFY(!dock("waits").isOutside() && dock("stack").isHidden());
        QVERIFY(dock("waits").width() > window_->width() * 9 / 10);
        press(Qt::Key_3);
        QVERIFY(dock("waits").isOutside() && dock("stack").isOutside());
        QCOMPARE(seenNow(), before);
    }

    void panelsOutsideGoAndComeWithTheTrace() {
        dock("waits").setFloating(true);
        dock("waits").setGeometry(50, 60, 500, 300);
        settle();
        const auto before = seenNow();
        QTest::keySequence(window_.get(), QKeySequence::Close);
        QVERIFY(!dock("waits").isVisible());
        load();
        QCOMPARE(seenNow(), before);
    }

    void aLayoutIsThereAgainNextTime() {
        window_->view()->panels()->removeDockWidget(&dock("inspector"));
        window_->view()->panels()->addDockWidget(Qt::BottomDockWidgetArea, &dock("inspector"));
        dock("inspector").show();
        dock("findings").setFloating(true);
        dock("findings").setGeometry(50, 60, 500, 300);
        dock("why").bring();
        dock("source").close();
        window_->view()->heatmap()->hide();
        settle();
        const auto before = seenNow();
        again();
        QCOMPARE(seenNow(), before);
        QVERIFY(topOf(dock("inspector")) > topOf(*window_->view()->timeline()));
        // Nor does it matter that a panel had the window when it was closed.
        press(Qt::Key_3);
        again();
        QCOMPARE(seenNow(), before);
        reset();
        window_->view()->panels()->keep();
        wordsStandRightOfTheCanvasesTablesAboveDetails();
        QVERIFY(window_->view()->heatmap()->isVisible());
    }

    void aLayoutThatCannotBeReadGivesTheUsualOne() {
        dock("why").close();
        dock("waits").setFloating(true);
        settle();
        window_->view()->panels()->keep();
        const QByteArray good = QSettings().value(kept).toByteArray();
        QVERIFY(good.size() > 100);
        std::vector<QByteArray> bad{{}, QByteArray("columns"), good.left(good.size() / 2), good.mid(10), good + good};
        for (qsizetype at = 0; at < good.size(); at += 61) {
            bad.push_back(good);
            bad.back()[at] = static_cast<char>(bad.back()[at] ^ 0x10);
        }
        bad.pop_back();
        for (const QByteArray& one : bad) {
            if (one == good + good)
                continue;
            QSettings().setValue(kept, one);
            Panels* const panels = window_->view()->panels();
            panels->setShape(Panels::Shape::Beside); // keeps the good one
            QSettings().setValue(kept, one);
            panels->setShape(Panels::Shape::Whole);
            settle();
            wordsStandRightOfTheCanvasesTablesAboveDetails();
        }
    }

    void whatIsAskedForIsOpenedWhereverItIs() {
        dock("why").close();
        dock("source").close();
        settle();
        press(Qt::Key_2); // the timeline alone
        QTest::keyClick(window_.get(), Qt::Key_Y, Qt::ControlModifier);
        settle();
        QVERIFY(dock("why").widget()->isVisible());
        QVERIFY(window_->view()->heatmap()->isVisible()); // it is no longer alone
        QTest::keyClick(window_.get(), Qt::Key_L, Qt::ControlModifier);
        settle();
        QVERIFY(dock("source").widget()->isVisible());
    }

    void theMenuOpensAndClosesEachPanelAndCanvas() {
        for (const QString& title : window_->view()->panels()->titles()) {
            const auto all = window_->actions();
            const auto action = std::ranges::find_if(all, [&](const QAction* one) { return one->text() == title; });
            QVERIFY2(action != all.end(), qPrintable(title));
            const auto before = openNow();
            (*action)->trigger();
            settle();
            auto after = openNow();
            QVERIFY2(!after.at(title), qPrintable(title));
            after[title] = true;
            QCOMPARE(after, before);
            (*action)->trigger();
            settle();
            QCOMPARE(openNow(), before);
        }
    }

    void oneCanvasIsAlwaysThere() {
        Panels* const panels = window_->view()->panels();
        panels->setOpen(0, false);
        panels->setOpen(1, false);
        settle();
        QVERIFY(panels->isOpen(0) != panels->isOpen(1));
    }

    void besideAnotherTraceEachLayoutIsItsOwn() {
        dock("why").bring();
        dock("waits").setFloating(true);
        dock("waits").setGeometry(50, 60, 500, 300);
        settle();
        const auto before = seenNow();
        for (int times = 1; times <= 3; ++times) { // what is left of the second trace is squeezed, and not asked again
            openSecond();
            QVERIFY(!dock("waits").isVisible());
            QVERIFY(dock("stack").widget()->isVisible() && topOf(dock("stack")) > topOf(*window_->view()->heatmap()));
            window_->pair()->setStacked(true);
            settle();
            for (TraceView* const view : window_->pair()->views())
                QCOMPARE(view->panels()->blockWidth(), window_->view()->panels()->blockWidth());
            window_->view()->panels()->setBlockWidth(500);
            QTRY_COMPARE(window_->view()->panels()->blockWidth(), 500);
            QTRY_COMPARE(window_->pair()->second()->panels()->blockWidth(), 500);
            window_->pair()->setStacked(false);
            settle();
            closeSecond();
            const auto after = seenNow();
            QCOMPARE(after.size(), before.size());
            for (const auto& [name, place] : before) { // but for what shares of pixels are rounded to, each time
                QVERIFY2(after.contains(name), qPrintable(name));
                QVERIFY2((after.at(name).topLeft() - place.topLeft()).manhattanLength() <= 1 + times, qPrintable(name));
                QVERIFY2(std::abs(after.at(name).width() - place.width()) <= 1 + times, qPrintable(name));
                QVERIFY2(std::abs(after.at(name).height() - place.height()) <= 1 + times, qPrintable(name));
            }
        }
    }

    void whatWasSeenAloneIsOneOfManyBesideAnotherTrace() {
        const auto before = seenNow();
        press(Qt::Key_3); // the waits
        openSecond();
        QVERIFY(!window_->view()->panels()->isAlone());
        for (TraceView* const view : window_->pair()->views())
            QVERIFY(view->timeline()->isVisible() && view->heatmap()->isVisible());
        closeSecond();
        QCOMPARE(seenNow().size(), before.size());
        QVERIFY(window_->view()->timeline()->isVisible());
    }

    void theNextPanelGetsTheKeysAsTheyAreRead() {
        window_->view()->timeline()->setFocus();
        QStringList met;
        for (int i = 0; i < 5; ++i) {
            press(Qt::Key_F6);
            const QWidget* const now = QApplication::focusWidget();
            for (const Dock* const one : window_->view()->findChildren<Dock*>())
                if (one->isAncestorOf(now))
                    met << one->objectName();
            if (window_->view()->heatmap()->isAncestorOf(now))
                met << QStringLiteral("heatmap");
            if (window_->view()->timeline() == now)
                met << QStringLiteral("timeline");
        }
        QCOMPARE(met, (QStringList{QStringLiteral("heatmap"), QStringLiteral("waits"), QStringLiteral("stack"),
                                   QStringLiteral("timeline"), QStringLiteral("heatmap")}));
    }

  private:
    void open() {
        window_ = std::make_unique<MainWindow>();
        window_->resize(1300, 850);
        window_->show();
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
        load();
    }
    void load() {
        QSignalSpy loaded(window_->loader(), &Loader::loaded);
        window_->openFile(small);
        QTRY_COMPARE(loaded.count(), 1);
        settle();
    }
    void openSecond() {
        window_->openSecond(small);
        QTRY_VERIFY(window_->pair()->isPair() && !window_->secondLoader()->isLoading());
        settle();
    }
    void closeSecond() {
        window_->activateWindow(); // a panel outside had the keys, and is hidden
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
        QTest::keyClick(window_.get(), Qt::Key_W, Qt::ControlModifier | Qt::ShiftModifier);
        settle();
    }
    void again() {
        window_->close();
        open();
    }
    void reset() {
        window_->view()->panels()->reset();
        settle();
    }
    void press(int key) {
        QTest::keyClick(window_.get(), static_cast<Qt::Key>(key));
        settle();
    }
    void settle() {
        QTest::qWait(20);
        QTRY_VERIFY(
            std::ranges::all_of(window_->pair()->views(), [](TraceView* view) { return view->panels()->isSettled(); }));
        QTest::qWait(20); // what was painted and laid out meanwhile
    }
    [[nodiscard]] Dock& dock(const QString& name) const { return *window_->view()->findChild<Dock*>(name); }
    [[nodiscard]] Dock& dock(const char* name) const { return dock(QString::fromLatin1(name)); }
    [[nodiscard]] int leftOf(const QWidget& widget) const { return widget.mapTo(window_.get(), QPoint()).x(); }
    [[nodiscard]] int rightOf(const QWidget& widget) const { return leftOf(widget) + widget.width(); }
    [[nodiscard]] int topOf(const QWidget& widget) const { return widget.mapTo(window_.get(), QPoint()).y(); }
    [[nodiscard]] int leftEdge(const QWidget& canvas) const { return leftOf(canvas); }
    [[nodiscard]] std::vector<QTabBar*> bars() const {
        std::vector<QTabBar*> all;
        for (QTabBar* const bar :
             window_->view()->panels()->findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly))
            if (bar->isVisible())
                all.push_back(bar);
        std::ranges::sort(all, {}, &QWidget::y);
        return all;
    }
    [[nodiscard]] std::vector<QStringList> tabs() const {
        std::vector<QStringList> all;
        for (const QTabBar* const bar : bars()) {
            all.emplace_back();
            for (int i = 0; i < bar->count(); ++i)
                all.back() << bar->tabText(i);
        }
        return all;
    }
    /// Where everything is that is seen.
    [[nodiscard]] std::map<QString, QRect> seenNow() const {
        std::map<QString, QRect> all;
        for (const Dock* const one : window_->view()->findChildren<Dock*>())
            if (one->widget()->isVisible())
                all[one->objectName()] = one->geometry();
        for (const QWidget* const canvas :
             {static_cast<QWidget*>(window_->view()->timeline()), static_cast<QWidget*>(window_->view()->heatmap())})
            if (canvas->isVisible())
                all[QString::fromLatin1(canvas->metaObject()->className())] =
                    QRect(canvas->mapTo(window_.get(), QPoint()), canvas->size());
        return all;
    }
    [[nodiscard]] std::map<QString, bool> openNow() const {
        std::map<QString, bool> all;
        const QStringList titles = window_->view()->panels()->titles();
        for (int i = 0; i < titles.size(); ++i)
            all[titles[i]] = window_->view()->panels()->isOpen(i);
        return all;
    }

    QTemporaryDir folder_;
    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestPanels)
#include "tst_panels.moc"
