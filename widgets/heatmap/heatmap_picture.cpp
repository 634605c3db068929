// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heatmap/heatmap_picture.h"

#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/picture_caption.h"
#include "widgets/heatmap/heatmap_plot.h"

#include <QBuffer>
#include <QPainter>
#include <QSvgGenerator>

#include <algorithm>

namespace waitscope {

namespace {

// Of a picture that is larger than any screen: 16,384 x 16,384 cells of 100,000 goroutines took 6.7 GB and 20 s.
constexpr int mostBins = 4000;
constexpr int mostRows = 2000;

// What the marks mean, as far as there are any.
QStringList marksLegend(const Grid& grid) {
    QStringList texts;
    if (grid.marks.empty())
        return texts;
    if (std::ranges::any_of(grid.rows, [](const GridRow& r) { return r.preExisting > 0; }))
        texts.push_back(QStringLiteral("hatched at the left: there before the trace"));
    if (std::ranges::any_of(grid.rows, [](const GridRow& r) { return r.openAtEnd > 0; }))
        texts.push_back(QStringLiteral("arrow at the right: still ") + fromUtf8(textOf(grid.metric.states)) +
                        QStringLiteral(" when the trace ends"));
    const auto marked = [&](CellMark mark) {
        return std::ranges::any_of(grid.marks, [&](std::uint8_t m) { return (m & mark) != 0; });
    };
    if (marked(StandsOut))
        texts.push_back(grid.metric.measure == Measure::WaitAge
                            ? QStringLiteral("dot: one goroutine is stuck among others that are not")
                            : QStringLiteral("dot: one goroutine is more than 50 points above its row's mean"));
    if (marked(StateUnknown))
        texts.push_back(QStringLiteral("grey hatch: state not recorded"));
    if (std::ranges::find(grid.alive, 0U) != grid.alive.end())
        texts.push_back(QStringLiteral("blank: not alive"));
    return texts;
}

HeatmapContents contentsOf(const TraceFacts& facts, const HeatmapPictureOptions& options,
                           std::shared_ptr<const Grid> grid, const std::vector<Callout>& callouts) {
    return {.trace = facts.trace,
            .grid = std::move(grid),
            .order = namedOf(options.what.mode).orders == 0 ? QString() : fromUtf8(namedOf(options.what.order).text),
            .scale = options.colourScale,
            .colours = options.colours,
            .callouts = callouts};
}

// What the mode counts, beside what the caption says of every picture.
QStringList details(const HeatmapPictureOptions& options, const Grid& grid) {
    QStringList more;
    if (!grid.empty())
        more.push_back(QStringLiteral("bin ") + fromUtf8(durationText(grid.binRange(0).length())));
    if (grid.mode == HeatmapMode::Population || grid.mode == HeatmapMode::Strategy)
        if (options.what.grouping)
            more.push_back(QStringLiteral("grouped by ") + fromUtf8(namedOf(*options.what.grouping).text));
    more.push_back(QStringLiteral("stuck: waiting for at least ") + fromUtf8(durationText(grid.stuckAge)));
    if (!options.rows.runtime)
        more.push_back(QStringLiteral("without the runtime's own goroutines"));
    for (const std::string& note : grid.notes)
        more.push_back(fromUtf8(note));
    return more + marksLegend(grid);
}

PictureSubject subjectOf(const TraceFacts& facts, const HeatmapPictureOptions& options, const Grid& grid,
                         const std::vector<Callout>& callouts, std::size_t shown) {
    const QString metric = fromUtf8(metricText(grid.mode, grid.metric));
    PictureSubject subject{
        .title = fromUtf8(namedOf(grid.mode).title) + QStringLiteral(": ") + metric,
        .range = grid.range,
        .filter = options.filter,
        .order = namedOf(grid.mode).orders == 0 ? QString() : fromUtf8(namedOf(options.what.order).text),
        .rows = {},
        .goroutinesShown = shown,
        .goroutinesTotal = goroutineCount(facts, options.rows.runtime)};
    if (!grid.empty()) {
        subject.rows = fromUtf8(bundleText(grid));
        if (grid.perRow > 1)
            subject.rows += grid.bundling == Bundling::Mean ? QStringLiteral(" (mean)") : QStringLiteral(" (max)");
        if (grid.mode != HeatmapMode::Population) {
            const ColourScale scale(grid, options.colourScale);
            subject.legend = metric + QStringLiteral(", ") + fromUtf8(scale.ticks().front().text) +
                             QStringLiteral(" … ") + fromUtf8(scale.ticks().back().text) + QStringLiteral(", ") +
                             fromUtf8(scale.text()) + QStringLiteral(", ") + fromUtf8(namedOf(options.colours).name);
        }
    }
    subject.more = details(options, grid);
    for (std::size_t i = 0; i < callouts.size(); ++i)
        subject.callouts.push_back(QString(letterOf(i)) + QStringLiteral("  ") + fromUtf8(callouts[i].text));
    if (callouts.empty() && !options.callouts)
        subject.callouts.push_back(QStringLiteral("No goroutine of the program was stuck when the trace ended."));
    subject.command = commandFor(options, fromUtf8(facts.trace->identity.fileName), facts.trace->duration);
    return subject;
}

// Everything about a picture but its pixels.
struct Sheet {
    std::vector<GoroutineIndex> order;
    std::vector<Callout> callouts;
    std::shared_ptr<const Grid> grid;
    std::size_t shown = 0; ///< goroutines
    QRect where;           ///< of the plot

    [[nodiscard]] PictureCaption caption(const TraceFacts& facts, const HeatmapPictureOptions& options) const {
        return {*facts.trace, subjectOf(facts, options, *grid, callouts, shown)};
    }
};

Sheet layOut(const TraceFacts& facts, const HeatmapPictureOptions& options, HeatmapPlot& plot) {
    RowChoice choice = options.rows;
    choice.order = options.what.order;
    Sheet sheet{.order = orderedGoroutines(facts, choice)};
    const Time stuck = options.what.stuckAge > 0 ? options.what.stuckAge : defaultStuckAge(facts.trace->duration);
    sheet.callouts = options.callouts ? *options.callouts : stuckCallouts(facts, stuck);
    const std::size_t first = std::min<std::size_t>(options.firstPlace, sheet.order.size());
    const std::size_t most = options.placeCount == 0 ? sheet.order.size() : options.placeCount;
    const auto goroutines = std::span(sheet.order).subspan(first, std::min(most, sheet.order.size() - first));
    sheet.shown = goroutines.size();
    plot.setLook(HeatmapLook::light(pictureFont()));
    plot.setLeft(std::clamp(options.size.width() / 5, 130, 330));
    HeatmapOptions what = options.what;
    if (what.range.empty())
        what.range = facts.trace->wholeRange();
    if (!what.grouping)
        what.grouping = usualGrouping(facts, what.mode);
    what.firstPlace = options.firstPlace;
    const auto gridFor = [&](QSize cells) {
        what.bins = static_cast<std::uint32_t>(std::clamp(cells.width() * options.scale, 1, mostBins));
        what.rows = rowsFor(what.mode, std::clamp(cells.height() * options.scale, 1, mostRows), options.scale);
        return std::make_shared<const Grid>(heatmapGrid(facts, goroutines, what));
    };
    // The caption names the size of a bin and of a row, which depend on the room that the caption leaves: once more,
    // until the number of its lines is the same as before, which is nearly always the second time.
    sheet.grid = gridFor(options.size * 2 / 3);
    for (int i = 0; i < 4; ++i) {
        const QRect room = sheet.caption(facts, options).layOut(options.size).plot.toRect();
        if (room == sheet.where)
            break;
        sheet.where = sheet.where.isValid() && i > 1 ? room.intersected(sheet.where) : room;
        plot.show(contentsOf(facts, options, sheet.grid, sheet.callouts));
        sheet.grid = gridFor(plot.layOut(sheet.where.size()).size());
    }
    plot.show(contentsOf(facts, options, sheet.grid, sheet.callouts));
    return sheet;
}

bool isTooSmall(QSize size) {
    return size.width() < 480 || size.height() < 320;
}

QString nothingText(const HeatmapPictureOptions& options) {
    if (options.what.mode == HeatmapMode::Strategy)
        return QStringLiteral("Nothing to show: no such logs, regions or tasks in this trace.");
    return options.filter.isEmpty() ? QStringLiteral("Nothing to show: no goroutine did this in this range.")
                                    : QStringLiteral("No goroutine to show: nothing matches the filter.");
}

void paintSheet(QPaintDevice& device, const TraceFacts& facts, const HeatmapPictureOptions& options, const Sheet& sheet,
                HeatmapPlot& plot) {
    const PictureCaption caption = sheet.caption(facts, options);
    if (!sheet.grid->empty()) {
        plot.paint(device, sheet.where, [&](QPainter& painter) { caption.paint(painter, options.size); });
        return;
    }
    QPainter painter(&device);
    caption.paint(painter, options.size);
    painter.setFont(pictureFont(16));
    painter.setPen(QColor(0x1a, 0x1a, 0x1a));
    painter.drawText(sheet.where, Qt::AlignCenter | Qt::TextWordWrap, nothingText(options));
}

// Everything that is known before the picture is made belongs into its caption: what "usual" means, for one.
HeatmapPictureOptions completed(const TraceFacts& facts, HeatmapPictureOptions options) {
    if (!options.what.grouping)
        options.what.grouping = usualGrouping(facts, options.what.mode);
    return options;
}

} // namespace

std::uint32_t rowsFor(HeatmapMode mode, double devicePixels, double pixelsAUnit) {
    constexpr double nameHeight = 18; // units
    const double rows = mode == HeatmapMode::Site ? devicePixels / (nameHeight * pixelsAUnit) : devicePixels;
    return static_cast<std::uint32_t>(std::max(1.0, rows));
}

std::shared_ptr<const Grid> pictureGrid(const TraceFacts& facts, const HeatmapPictureOptions& options) {
    HeatmapPlot plot(nullptr);
    return isTooSmall(options.size) ? nullptr : layOut(facts, completed(facts, options), plot).grid;
}

QImage renderHeatmap(const TraceFacts& facts, const HeatmapPictureOptions& asked) {
    if (isTooSmall(asked.size))
        return {};
    const HeatmapPictureOptions options = completed(facts, asked);
    QImage picture = emptyPicture(options.size, options.scale, options.unitsAnInch);
    if (picture.isNull())
        return {};
    HeatmapPlot plot(nullptr);
    const Sheet sheet = layOut(facts, options, plot);
    paintSheet(picture, facts, options, sheet, plot);
    sheet.caption(facts, options).describe(picture);
    return picture;
}

QByteArray renderHeatmapSvg(const TraceFacts& facts, const HeatmapPictureOptions& asked) {
    if (isTooSmall(asked.size))
        return {};
    const HeatmapPictureOptions options = completed(facts, asked);
    HeatmapPlot plot(nullptr);
    const Sheet sheet = layOut(facts, options, plot);
    QStringList facts_;
    for (const auto& [key, value] : sheet.caption(facts, options).facts())
        facts_.push_back(key + QStringLiteral(": ") + value);
    QBuffer buffer;
    QSvgGenerator svg;
    svg.setOutputDevice(&buffer);
    svg.setSize(options.size);
    svg.setViewBox(QRect({0, 0}, options.size));
    svg.setResolution(options.unitsAnInch);
    svg.setTitle(sheet.caption(facts, options).facts().front().second);
    svg.setDescription(facts_.join('\n'));
    paintSheet(svg, facts, options, sheet, plot);
    return buffer.data();
}

} // namespace waitscope
