// SPDX-License-Identifier: GPL-3.0-or-later
// Does the window ever stop? Opens a trace in it, zooms, moves, scrolls, sorts, filters, searches, selects, lists waits
// by everything (a row a goroutine is the most there can be), and exports, and prints for each for how long one event
// kept the others waiting:
//
//     open       longest block 11.2 ms, of 2140 events (waitscope::TimelineView 77)
//
// bench_window --file TRACE [--second TRACE]
//
// Hovering is timed for itself: all that a move of the mouse does, the line through all canvases and the tooltip; and
// so is the longest of the first frames of the trace.
//
// With a second trace the two stand side by side, linked, and the same is done to both.
#include "app/main_window.h"
#include "app/trace_pair.h"
#include "app/trace_view.h"
#include "widgets/common/text_table.h"
#include "widgets/common/time_axis.h"
#include "widgets/heatmap/heatmap_view.h"
#include "widgets/holdups/holdups_panel.h"
#include "widgets/search/search_panel.h"
#include "widgets/timeline/timeline_view.h"
#include "widgets/waits/wait_rows_model.h"
#include "widgets/waits/waits_panel.h"

#include <QApplication>
#include <QComboBox>
#include <QCommandLineParser>
#include <QEventLoop>
#include <QHelpEvent>
#include <QLineEdit>
#include <QScrollBar>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTimer>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <functional>
#include <vector>

using namespace waitscope;

namespace {

// What the processor of this thread has done so far, in ms: other programs do not count.
double threadTime() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// For how long does one event keep all others waiting?
class WatchedApplication : public QApplication {
  public:
    using QApplication::QApplication;

    bool notify(QObject* receiver, QEvent* event) override {
        if (depth_++ > 0) {
            const bool result = QApplication::notify(receiver, event);
            --depth_;
            return result;
        }
        const double before = threadTime();
        const QByteArray name = receiver->metaObject()->className();
        const QEvent::Type type = event->type();
        const bool result = QApplication::notify(receiver, event);
        --depth_;
        const double took = threadTime() - before;
        ++events_;
        if (type == QEvent::UpdateRequest)
            longestFrame_ = std::max(longestFrame_, took);
        if (took > longest_) {
            longest_ = took;
            what_ = name + " " + QByteArray::number(static_cast<int>(type));
        }
        return result;
    }
    void reset() {
        longest_ = 0;
        longestFrame_ = 0;
        events_ = 0;
    }
    [[nodiscard]] double longestFrame() const { return longestFrame_; }
    [[nodiscard]] double longest() const { return longest_; }
    [[nodiscard]] int events() const { return events_; }
    [[nodiscard]] const QByteArray& what() const { return what_; }

  private:
    int depth_ = 0;
    double longest_ = 0; ///< ms
    double longestFrame_ = 0;
    QByteArray what_; ///< the class and the type of the event that took it
    int events_ = 0;
};

void runFor(int milliseconds) {
    QEventLoop loop;
    QTimer::singleShot(milliseconds, &loop, &QEventLoop::quit);
    loop.exec();
}

} // namespace

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QStandardPaths::setTestModeEnabled(true);
    WatchedApplication watch(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("waitscope-bench"));
    QCommandLineParser parser;
    parser.addOption({QStringLiteral("file"), QStringLiteral("the trace"), QStringLiteral("TRACE")});
    parser.addOption({QStringLiteral("second"), QStringLiteral("one beside it"), QStringLiteral("TRACE")});
    parser.addHelpOption();
    parser.process(watch);
    const QTemporaryDir folder;

    MainWindow window;
    window.resize(1920, 1080);
    window.show();
    runFor(300);
    watch.reset();
    // Several times, each a turn of the event loop of its own.
    const auto step = [&](const char* name, int times, int pause, const std::function<void(int)>& what) {
        watch.reset();
        for (int i = 0; i < times; ++i) {
            QTimer::singleShot(0, &window, [&, i] { what(i); });
            runFor(pause);
        }
        runFor(1500);
        std::printf("%-10s longest block %.1f ms, of %d events (%s)\n", name, watch.longest(), watch.events(),
                    watch.what().constData());
    };
    window.openFile(parser.value(QStringLiteral("file")));
    constexpr int mostWaits = 1200;
    const auto isThere = [&] { return window.state()->facts() && !window.state()->facts()->trace->report.growing; };
    for (int i = 0; i < mostWaits && !isThere(); ++i)
        runFor(50);
    if (!isThere()) {
        std::fprintf(stderr, "bench_window: the trace cannot be read\n");
        return 1;
    }
    if (const QString second = parser.value(QStringLiteral("second")); !second.isEmpty()) {
        window.openSecond(second);
        for (int i = 0; i < mostWaits && !window.pair()->isPair(); ++i)
            runFor(50);
        if (!window.pair()->isPair()) {
            std::fprintf(stderr, "bench_window: the second trace cannot be read\n");
            return 1;
        }
    }
    runFor(4000); // what is computed of it
    std::printf("%-10s longest block %.1f ms, of %d events (%s); longest frame %.1f ms\n", "open", watch.longest(),
                watch.events(), watch.what().constData(), watch.longestFrame());
    ViewState& state = *window.state();
    TimelineView& timeline = *window.view()->timeline();
    const Time whole = state.facts()->trace->duration;
    const auto hover = [&](const char* name, QWidget* canvas) {
        std::vector<double> moves, tips;
        const auto timed = [&](std::vector<double>& into, QEvent& event) {
            const double before = threadTime();
            QApplication::sendEvent(canvas, &event);
            into.push_back(threadTime() - before);
        };
        constexpr int places = 100;
        watch.reset();
        for (int i = 0; i < places; ++i) {
            const QPoint at(canvasLeft + (canvas->width() - canvasLeft) * i / places, canvas->height() * i / places);
            QMouseEvent move(QEvent::MouseMove, at, canvas->mapToGlobal(at), Qt::NoButton, Qt::NoButton, {});
            timed(moves, move);
            QHelpEvent tip(QEvent::ToolTip, at, canvas->mapToGlobal(at));
            timed(tips, tip);
            runFor(5);
        }
        std::ranges::sort(moves);
        std::ranges::sort(tips);
        constexpr std::size_t p95 = places * 95 / 100;
        std::printf("%-10s %s: p95 %.2f ms a move, %.2f ms a tooltip; longest frame %.1f ms\n", "hover", name,
                    moves[p95], tips[p95], watch.longestFrame());
    };
    hover("timeline", timeline.viewport());
    hover("heatmap", window.view()->heatmap()->overlay());
    step("zoom", 60, 16, [&](int) { timeline.zoomBy(0.8); });
    step("move", 60, 16, [&](int i) { timeline.moveBy(i < 30 ? 0.1 : -0.1); });
    step("zoom out", 60, 16, [&](int) { timeline.zoomBy(1.25); });
    step("unfold", 1, 100, [&](int) { timeline.foldAll(false); });
    step("scroll", 60, 16, [&](int i) { timeline.verticalScrollBar()->setValue(i * 500); });
    step("move rows", 60, 16, [&](int i) {
        state.setVisibleRange({whole / 4 + i * whole / 400, whole / 2 + i * whole / 400});
    });
    step("sort", 6, 400, [&](int i) {
        TimelineChoice choice = timeline.choice();
        choice.order = static_cast<GroupOrder>(i);
        timeline.setChoice(choice);
    });
    step("group", 6, 400, [&](int i) {
        TimelineChoice choice = timeline.choice();
        choice.grouping = static_cast<Grouping>(5 - i);
        timeline.setChoice(choice);
    });
    step("filter", 4, 400, [&](int i) {
        TimelineChoice choice = timeline.choice();
        choice.filter =
            QStringList{QStringLiteral("on:mutex"), QStringLiteral("main"), QStringLiteral("age:1ms"), QString()}[i];
        timeline.setChoice(choice);
    });
    step("search", 2, 800, [&](int i) {
        window.view()->findChild<SearchPanel*>()->find(i == 0 ? QStringLiteral("main") : QStringLiteral("request"));
    });
    const std::size_t goroutines = state.facts()->trace->goroutines.size();
    step("select", 10, 300, [&](int i) {
        state.select(GoroutineSelection{{static_cast<std::uint32_t>(goroutines * static_cast<std::size_t>(i) / 10)}});
    });
    // Its tables: a row a goroutine, as many as there are.
    auto* const waits = window.view()->findChild<WaitsPanel*>();
    auto* const rows = waits->findChild<WaitRowsModel*>();
    window.view()->maximise(TraceView::Part::Waits);
    step("waits by", 7, 900, [&](int i) { waits->findChild<QComboBox*>()->setCurrentIndex(i); });
    step("by one", 1, 1500,
         [&](int) { waits->findChild<QComboBox*>()->setCurrentIndex(static_cast<int>(WaitGrouping::Goroutine)); });
    std::printf("%-10s %d\n", "rows", rows->rowCount());
    step("sort rows", 8, 600, [&](int i) {
        rows->sort(std::array<int, 4>{WaitRowsModel::Longest, WaitRowsModel::Site, WaitRowsModel::TopWaker,
                                      WaitRowsModel::Total}[static_cast<std::size_t>(i % 4)],
                   i < 4 ? Qt::AscendingOrder : Qt::DescendingOrder);
    });
    step("find rows", 8, 400, [&](int i) {
        waits->findChild<QLineEdit*>()->setText(QStringLiteral("main.worker").left(i < 7 ? i + 1 : 0));
    });
    step("row", 4, 800, [&](int i) {
        for (TextTable* const table : waits->findChildren<TextTable*>())
            if (table->model() == rows && rows->rowCount() > 0)
                table->showRow(i * (rows->rowCount() - 1) / 3);
    });
    window.view()->maximise(TraceView::Part::Holdups);
    step("hold-ups", 6, 900,
         [&](int i) { window.view()->findChild<HoldupsPanel*>()->showPage(static_cast<HoldupsPanel::Page>(i)); });
    window.view()->maximise(TraceView::Part::Holdups);
    step("choose", 3, 300, [&](int i) { state.choose({whole / 4, whole / 3 + i * whole / 10}); });
    step("select all", 1, 800, [&](int) {
        const auto& groups = timeline.rows().groups();
        if (!groups.empty())
            state.select(GroupSelection{groups.front().name,
                                        std::make_shared<const std::vector<GoroutineIndex>>(groups.front().members)});
    });
    step("modes", 6, 600, [&](int i) {
        auto* const heatmap = window.view()->findChild<HeatmapView*>();
        HeatmapSettings settings = heatmap->settings();
        settings.mode = static_cast<HeatmapMode>(i);
        settings.metric = namedOf(settings.mode).metric;
        settings.order = namedOf(settings.mode).order;
        heatmap->setSettings(settings);
    });
    step("export", 2, 2500, [&](int i) {
        if (i == 0)
            window.view()->exportTimeline(folder.filePath(QStringLiteral("timeline.png")));
        else
            window.view()->exportHeatmap(folder.filePath(QStringLiteral("heatmap.png")));
    });
    step("close", 1, 300, [&](int) { window.view()->closeTrace(); });
    return 0;
}
