// SPDX-License-Identifier: GPL-3.0-or-later
// How fast is it? Loads a trace and draws it, and prints
//
//     load      events a second, median of the runs (order, build, facts)
//     memory    bytes an event: peak resident of the first load, less what was there before
//     frame     p50 and p95 of a timeline frame of 1920 x 1080 while zooming in and out, groups folded and unfolded
//     rows      grouping, sorting and filtering all goroutines; a search
//     findings  what they are computed from, and the detectors
//     grid      of a lifetime heatmap of 1900 x 1000: the whole trace, and a window of a tenth that pans
//     pan       what the thread that draws does for a frame while it pans, and to take up a new grid
//     picture   of 3840 x 2160: numbers, pixels, bytes of the PNG
//
// and the last four of a crowd of 100,000 goroutines and 2 million spans too.
//
// bench [--events N | --file TRACE] [--runs N]. Without a file it generates a trace. With --check it runs once, asserts
// what was counted (never milliseconds), and is one of the tests.
#include "model/facts.h"
#include "model/findings/findings.h"
#include "model/lod/goroutine_filter.h"
#include "model/reader/load.h"
#include "model/search/search.h"
#include "tests/support/recordings.h"
#include "tests/support/trace_writer.h"
#include "widgets/common/picture_caption.h"
#include "widgets/heatmap/heatmap_picture.h"
#include "widgets/heatmap/heatmap_plot.h"
#include "widgets/timeline/timeline_painter.h"

#include <QApplication>
#include <QBuffer>
#include <QCommandLineParser>
#include <QElapsedTimer>
#include <QPainter>
#include <QWidget>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <sys/resource.h>

using namespace waitscope;

namespace {

std::size_t peakResident() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

double percentile(std::vector<double> values, double share) {
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

bool fail(const char* what) {
    std::fprintf(stderr, "bench: %s\n", what);
    return false;
}

// What the processor of this thread has done so far, in ms: other programs do not count.
double threadTime() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

struct Frames {
    std::vector<double> milliseconds;
    std::vector<double> processor; ///< ms of it
    std::size_t mostWork = 0;
};

template <class Work> double millisecondsOf(const Work& work) {
    QElapsedTimer timer;
    timer.start();
    work();
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

void timeRows(const TraceFacts& facts) {
    const auto grouped = [&](GroupOrder order) {
        return millisecondsOf([&] { (void)groupsOf(*facts.trace, facts.waits, {.order = order, .wanted = nullptr}); });
    };
    const auto filtered = [&](const char* text) {
        std::string problem;
        return millisecondsOf([&] { (void)GoroutineFilter::parse(text, problem)->apply(facts); });
    };
    std::printf("rows      grouped in %.1f ms, by total wait %.1f ms, filtered by name %.1f ms, by primitive %.1f ms; "
                "searched in %.1f ms (%zu goroutines)\n",
                grouped(GroupOrder::Age), grouped(GroupOrder::TotalWait), filtered("main"), filtered("on:mutex"),
                millisecondsOf([&] { (void)search(facts, "worker"); }), facts.trace->goroutines.size());
}

void timeFindings(const std::shared_ptr<const TraceFacts>& facts) {
    std::size_t found = 0;
    const double ofFacts = millisecondsOf([&] { (void)computeFacts(facts->trace, Rows::NotDrawn); });
    const double detectors = millisecondsOf([&] { found = computeFindings(facts, {}).all.size(); });
    std::printf("findings  facts %.1f ms, detectors %.1f ms (%zu findings)\n", ofFacts, detectors, found);
}

Frames drawFrames(const std::shared_ptr<const TraceFacts>& facts, QSize size, int count, bool unfolded) {
    TimelineRows rows(facts);
    if (unfolded)
        rows.setAllFolded(false);
    TimelinePainter painter;
    QImage image(size, QImage::Format_RGB32);
    Frames frames;
    for (int i = 0; i < count; ++i) {
        // There and back through five orders of magnitude, around the middle of the trace.
        const double zoom = std::pow(10.0, -5.0 * (i % 50) / 50.0);
        const Time middle = facts->trace->duration / 2;
        const auto half = static_cast<Time>(static_cast<double>(facts->trace->duration) * zoom / 2) + 1;
        QElapsedTimer timer;
        timer.start();
        const double before = threadTime();
        QPainter target(&image);
        painter.draw(target.font(), *facts, rows, {.range = {middle - half, middle + half}, .area = QRect({}, size)});
        target.drawImage(0, 0, painter.image());
        target.end();
        frames.processor.push_back(threadTime() - before);
        frames.milliseconds.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
        frames.mostWork = std::max(frames.mostWork, painter.lastWork());
    }
    return frames;
}

// Of the processor, on this thread: it must not be kept from the next frame.
void timePanning(const std::shared_ptr<const TraceFacts>& facts, const Grid& grid) {
    const QSize size(2120, 1040);
    HeatmapPlot plot(nullptr);
    plot.setLook(HeatmapLook::light(pictureFont()));
    plot.layOut(size);
    plot.widget()->resize(size);
    const HeatmapContents contents{.trace = facts->trace, .grid = std::make_shared<const Grid>(grid)};
    constexpr int frames = 40;
    std::vector<double> stretched, anew;
    const auto timed = [&](std::vector<double>& into, const auto& work) {
        const double before = threadTime();
        work();
        plot.update();
        QCoreApplication::processEvents(); // it is drawn behind the scenes
        plot.widget()->grab();
        into.push_back(threadTime() - before);
    };
    timed(anew, [&] { plot.show(contents); });
    for (int i = 0; i < frames; ++i) {
        const Time by = grid.range.length() * i / (4 * frames);
        timed(stretched, [&] { plot.setTimeRange({grid.range.begin + by, grid.range.end + by}); });
        timed(anew, [&] { plot.show(contents); });
    }
    std::printf("pan       frame p95 %.1f ms, with a new grid %.1f ms\n", percentile(stretched, 0.95),
                percentile(anew, 0.95));
}

// Prints the times; whether the work is bounded by what lies in the range.
bool measureHeatmap(const std::shared_ptr<const TraceFacts>& facts, int count) {
    const Trace& trace = *facts->trace;
    const auto order = orderedGoroutines(*facts, {});
    HeatmapOptions options{.range = trace.wholeRange(), .bins = 1900, .rows = 1000};
    Grid grid;
    std::vector<double> whole, pan;
    std::uint64_t mostInWindow = 0;
    for (int i = 0; i < count; ++i)
        whole.push_back(millisecondsOf([&] { grid = heatmapGrid(*facts, order, options); }));
    const std::uint64_t spans = grid.spansRead;
    for (int i = 0; i < 4 * count; ++i) {
        const Time begin = trace.duration * i / (5 * count);
        options.range = {begin, begin + trace.duration / 10};
        pan.push_back(millisecondsOf([&] { grid = heatmapGrid(*facts, order, options); }));
        mostInWindow = std::max(mostInWindow, grid.spansRead);
    }
    std::printf("grid      whole p50 %.1f ms (%zu goroutines, %llu spans), a tenth p50 %.1f ms (%llu spans at most)\n",
                percentile(whole, 0.5), order.size(), static_cast<unsigned long long>(spans), percentile(pan, 0.5),
                static_cast<unsigned long long>(mostInWindow));
    timePanning(facts, grid);
    std::shared_ptr<const HeatmapSheet> sheet;
    QImage picture;
    QBuffer file;
    file.open(QIODevice::WriteOnly);
    const double numbers = millisecondsOf([&] { sheet = prepareHeatmap(facts, {.size = {1920, 1080}, .scale = 2}); });
    const double pixels = millisecondsOf([&] { picture = paintHeatmap(*sheet); });
    const double bytes = millisecondsOf([&] { picture.save(&file, "PNG"); });
    std::printf("picture   numbers %.0f ms, pixels %.0f ms, PNG %.0f ms\n", numbers, pixels, bytes);
    return (spans <= trace.spans.size() || fail("a grid reads spans twice")) &&
           (mostInWindow <= spans / 5 + order.size() / 5 || fail("a grid reads spans outside of its range")) &&
           (picture.size() == QSize(3840, 2160) || fail("there is no picture"));
}

} // namespace

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication app(argc, argv);
    QCommandLineParser parser;
    parser.addOptions({{QStringLiteral("events"), QStringLiteral("of the generated trace"), QStringLiteral("N"),
                        QStringLiteral("4000000")},
                       {QStringLiteral("file"), QStringLiteral("a trace to use instead"), QStringLiteral("TRACE")},
                       {QStringLiteral("runs"), QStringLiteral("loads"), QStringLiteral("N"), QStringLiteral("5")},
                       {QStringLiteral("check"), QStringLiteral("run once and assert the work counters")}});
    parser.addHelpOption();
    parser.process(app);
    const bool check = parser.isSet(QStringLiteral("check"));
    const auto events = static_cast<std::size_t>(parser.value(QStringLiteral("events")).toULongLong());
    const std::vector<std::byte> bytes = parser.isSet(QStringLiteral("file"))
                                             ? test::bytesOf(parser.value(QStringLiteral("file")).toStdString())
                                             : test::generatedTrace(events);
    const int runs = check ? 1 : std::max(1, parser.value(QStringLiteral("runs")).toInt());

    const std::size_t before = peakResident();
    std::size_t peak = 0;
    std::vector<double> rates;
    std::shared_ptr<const TraceFacts> facts;
    for (int i = 0; i < runs; ++i) {
        facts.reset();
        QElapsedTimer timer;
        timer.start();
        const LoadResult result = loadTrace(bytes, "bench");
        if (!result.trace)
            return fail(result.error->message.c_str()) ? 0 : 1;
        facts = computeFacts(result.trace);
        if (i == 0)
            peak = peakResident();
        rates.push_back(static_cast<double>(facts->trace->report.events) /
                        (static_cast<double>(timer.nsecsElapsed()) / 1e9));
    }
    const auto loaded = static_cast<double>(facts->trace->report.events);
    const bool complete = facts->trace->report.complete;
    std::printf("load      %.1f million events/s (%.0f events, %.1f MB)\n", percentile(rates, 0.5) / 1e6, loaded,
                static_cast<double>(bytes.size()) / 1e6);
    std::printf("memory    %.1f bytes/event\n", static_cast<double>(peak - before) / loaded);

    const QSize size(1920, 1080);
    Frames frames;
    for (const bool unfolded : {false, true}) {
        const Frames some = drawFrames(facts, size, check ? 50 : 500, unfolded);
        std::printf("frame     %s: p50 %.2f ms, p95 %.2f ms (of the processor %.2f and %.2f), %zu items read at most\n",
                    unfolded ? "unfolded" : "folded", percentile(some.milliseconds, 0.5),
                    percentile(some.milliseconds, 0.95), percentile(some.processor, 0.5),
                    percentile(some.processor, 0.95), some.mostWork);
        frames.mostWork = std::max(frames.mostWork, some.mostWork);
    }
    timeRows(*facts);
    timeFindings(facts);
    bool boundedHeatmap = measureHeatmap(facts, check ? 1 : 9);
    facts.reset();
    constexpr std::size_t goroutines = 100'000, waits = 6;
    const std::vector<std::byte> crowd = test::generatedCrowd(check ? goroutines / 20 : goroutines, waits);
    facts = computeFacts(loadTrace(crowd, "crowd").trace);
    timeFindings(facts);
    boundedHeatmap &= measureHeatmap(facts, check ? 1 : 9);
    if (!check)
        return 0;
    const auto rows = static_cast<std::size_t>(size.height() / TimelineSizes().row + 1);
    const bool right = boundedHeatmap && (complete || fail("the generated trace is not complete")) &&
                       (loaded >= static_cast<double>(events) || fail("events are missing")) &&
                       (frames.mostWork <= 2 * rows * static_cast<std::size_t>(size.width()) ||
                        fail("a frame reads more than its pixels"));
    return right ? 0 : 1;
}
