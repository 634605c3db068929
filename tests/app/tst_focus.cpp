// SPDX-License-Identifier: GPL-3.0-or-later
// The window by keyboard alone: is every control met by Tab, once, as it is read, and does each say what it is?
#include "app/dock.h"
#include "app/main_window.h"
#include "app/trace_pair.h"
#include "app/trace_view.h"
#include "tests/support/own_settings.h"
#include "widgets/heatmap/heatmap_view.h"
#include "widgets/search/search_panel.h"
#include "widgets/timeline/overview_strip.h"
#include "widgets/timeline/timeline_view.h"

#include <QAccessible>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace waitscope;

namespace {

QString nameOf(const QWidget* widget) {
    QString name = QString::fromLatin1(widget->metaObject()->className());
    for (const QWidget* up = widget; up != nullptr; up = up->parentWidget())
        if (!up->objectName().isEmpty())
            return name + QStringLiteral(" in ") + up->objectName();
    return name;
}

} // namespace

class TestFocus : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { test::keepSettingsIn(folder_.path()); }
    void init() {
        window_ = std::make_unique<MainWindow>();
        window_->resize(1400, 900);
        window_->show();
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
    }
    void cleanup() { window_.reset(); }

    void everyControlIsMetOnceAndSaysWhatItIs_data() {
        QTest::addColumn<QString>("state");
        for (const char* state : {"start", "trace", "other tabs", "selection", "pair", "stacked"})
            QTest::newRow(state) << QString::fromLatin1(state);
    }
    void everyControlIsMetOnceAndSaysWhatItIs() {
        QFETCH(QString, state);
        if (state != QLatin1String("start"))
            load();
        if (state == QLatin1String("other tabs"))
            for (const char* name : {"inspector", "why"})
                window_->view()->findChild<Dock*>(QString::fromLatin1(name))->bring();
        if (state == QLatin1String("selection")) {
            for (const char* name : {"findings", "source"})
                window_->view()->findChild<Dock*>(QString::fromLatin1(name))->bring();
            window_->state()->select(GoroutineSelection{{5}});
        }
        if (state == QLatin1String("pair") || state == QLatin1String("stacked")) {
            window_->openSamplePair();
            QTRY_VERIFY(window_->pair()->isPair() && !window_->secondLoader()->isLoading());
            window_->pair()->setStacked(state == QLatin1String("stacked"));
        }
        const auto isThere = [&](const QWidget* widget) {
            return widget->isVisible() && widget->isEnabled() && widget->window() == window_.get() &&
                   (widget->focusPolicy() & Qt::TabFocus) != 0 && widget->focusProxy() == nullptr;
        };
        std::vector<QWidget*> met;
        const auto faults = [&] {
            met = walk(Qt::Key_Tab);
            QStringList found;
            for (const QWidget* const widget : window_->findChildren<QWidget*>()) {
                if (!isThere(widget))
                    continue;
                const auto times = std::ranges::count(met, widget);
                if (times != 1)
                    found << nameOf(widget) +
                                 (times == 0 ? QStringLiteral(" is missed") : QStringLiteral(" comes twice"));
                const QAccessibleInterface* const said =
                    QAccessible::queryAccessibleInterface(const_cast<QWidget*>(widget));
                if (said == nullptr || said->text(QAccessible::Name).trimmed().isEmpty())
                    found << nameOf(widget) + QStringLiteral(" has no name");
            }
            return found.join(QStringLiteral(", "));
        };
        QTest::qWait(500);
        // On a machine that has much else to do panels are laid out later than that.
        QTRY_COMPARE(faults(), QString());
        QVERIFY(met.size() > (state == QLatin1String("start") ? 1U : 8U));
        // And back the same way.
        std::vector<QWidget*> back = walk(Qt::Key_Backtab);
        QVERIFY(back.size() == met.size());
        std::reverse(back.begin() + 1, back.end());
        QCOMPARE(back, met);
    }

    void tabGoesAsTheWindowIsRead() {
        load();
        QTest::qWait(500);
        const std::vector<QWidget*> met = walk(Qt::Key_Tab);
        QStringList parts;
        const auto part = [&](const QWidget* widget) -> QString {
            for (const Dock* const dock : window_->view()->findChildren<Dock*>())
                if (dock->isAncestorOf(widget))
                    return dock->objectName();
            for (const auto& [name, whole] : std::initializer_list<std::pair<const char*, const QWidget*>>{
                     {"overview", window_->view()->findChild<OverviewStrip*>()},
                     {"timeline", window_->view()->timeline()},
                     {"heatmap", window_->view()->heatmap()}})
                if (whole == widget || whole->isAncestorOf(widget))
                    return QString::fromLatin1(name);
            return {};
        };
        for (const QWidget* const widget : met)
            if (const QString name = part(widget); !name.isEmpty() && (parts.isEmpty() || parts.back() != name))
                parts << name;
        const auto begin = parts.indexOf(QStringLiteral("overview"));
        QVERIFY2(begin >= 0, qPrintable(parts.join(u' ')));
        const QStringList read = parts.mid(begin) + parts.mid(0, begin);
        QCOMPARE(read, (QStringList{QStringLiteral("overview"), QStringLiteral("timeline"), QStringLiteral("heatmap"),
                                    QStringLiteral("waits"), QStringLiteral("stack")}));
    }

    void escapeClosesTheSearchFromACanvasOnceNothingIsChosenThere_data() {
        QTest::addColumn<bool>("inTimeline");
        QTest::newRow("timeline") << true;
        QTest::newRow("heatmap") << false;
    }
    void escapeClosesTheSearchFromACanvasOnceNothingIsChosenThere() {
        QFETCH(bool, inTimeline);
        load();
        QWidget* const timeline = window_->view()->timeline();
        QWidget* const canvas = inTimeline ? timeline : window_->view()->heatmap()->overlay();
        timeline->setFocus();
        QTest::keyClick(timeline, Qt::Key_F, Qt::ControlModifier);
        auto* const search = window_->view()->findChild<SearchPanel*>();
        QVERIFY(search->isVisible() && search->isAncestorOf(QApplication::focusWidget()));
        for (int i = 0; i < 20 && QApplication::focusWidget() != canvas; ++i)
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_F6);
        QCOMPARE(QApplication::focusWidget(), canvas);
        window_->state()->select(GoroutineSelection{{5}});
        window_->state()->choose({1'000'000, 2'000'000});
        QTest::keyClick(canvas, Qt::Key_Escape);
        QVERIFY(window_->state()->chosenRange().empty());
        QVERIFY(!std::holds_alternative<std::monostate>(window_->state()->selection()));
        QTest::keyClick(canvas, Qt::Key_Escape);
        QVERIFY(std::holds_alternative<std::monostate>(window_->state()->selection()));
        QVERIFY(search->isVisible());
        QTest::keyClick(canvas, Qt::Key_Escape);
        QVERIFY(!search->isVisible());
        QCOMPARE(QApplication::focusWidget(), canvas);
    }

  private:
    void load() {
        QSignalSpy loaded(window_->loader(), &Loader::loaded);
        window_->openSample(QStringLiteral("mutex"));
        QTRY_COMPARE(loaded.count(), 1);
        QTRY_VERIFY(window_->view()->findings() != nullptr);
    }
    /// What has the keys, one after the other, until it is where it began. What takes several steps, as from link to
    /// link, is met once.
    std::vector<QWidget*> walk(Qt::Key key) {
        const auto step = [&](QWidget* from) {
            QTest::keyClick(from, key, key == Qt::Key_Backtab ? Qt::ShiftModifier : Qt::NoModifier);
            return QApplication::focusWidget();
        };
        QWidget* const before = QApplication::focusWidget();
        QWidget* const first = before != nullptr ? before : step(window_.get());
        std::vector<QWidget*> met;
        constexpr int most = 400;
        QWidget* now = first;
        for (int i = 0; i < most && now != nullptr; ++i) {
            if (met.empty() || met.back() != now)
                met.push_back(now);
            now = step(now);
            if (now == first && met.size() > 1)
                break;
        }
        return met; // after a trap, what is behind it is missed
    }

    QTemporaryDir folder_;
    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestFocus)
#include "tst_focus.moc"
