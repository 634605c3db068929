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
#include <cmath>

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

HeatmapContents contentsOf(const HeatmapSheet& sheet) {
    const HeatmapPictureOptions& options = sheet.options;
    return {.trace = sheet.facts->trace,
            .grid = sheet.grid,
            .order = namedOf(options.what.mode).orders == 0 ? QString() : fromUtf8(namedOf(options.what.order).text),
            .scale = options.colourScale,
            .beside = sheet.beside,
            .colours = options.colours,
            .callouts = sheet.callouts.all};
}

// What the mode counts, beside what the caption says of every picture.
QStringList details(const HeatmapPictureOptions& options, const Grid& grid) {
    QStringList more;
    if (!grid.empty())
        more.push_back(QStringLiteral("bin ") + fromUtf8(durationText(grid.binRange(0).length())));
    more.push_back(QStringLiteral("stuck: waiting for at least ") + fromUtf8(durationText(grid.stuckAge)));
    if (!options.rows.runtime)
        more.push_back(QStringLiteral("without the runtime's own goroutines"));
    for (const std::string& note : grid.notes)
        more.push_back(fromUtf8(note));
    return more + marksLegend(grid);
}

PictureSubject subjectOf(const HeatmapSheet& sheet) {
    const TraceFacts& facts = *sheet.facts;
    const HeatmapPictureOptions& options = sheet.options;
    const Grid& grid = *sheet.grid;
    const Callouts& callouts = sheet.callouts;
    const QString metric = fromUtf8(metricText(grid.mode, grid.metric));
    const QString heading = options.heading.isEmpty() ? QString() : options.heading + QStringLiteral(" · ");
    PictureSubject subject{.title = heading + fromUtf8(titleOf(options.what)),
                           .range = grid.range,
                           .filter = options.filter,
                           .order =
                               namedOf(grid.mode).orders == 0 ? QString() : fromUtf8(namedOf(options.what.order).text),
                           .rows = {},
                           .goroutinesShown = sheet.shown,
                           .goroutinesTotal = goroutineCount(facts, options.rows.runtime)};
    if (!grid.empty()) {
        subject.rows = fromUtf8(bundleText(grid));
        if (grid.perRow > 1)
            subject.rows += grid.bundling == Bundling::Mean ? QStringLiteral(" (mean)") : QStringLiteral(" (max)");
        if (grid.mode != HeatmapMode::Population) {
            const ColourScale scale(grid, sheet.beside.get(), options.colourScale);
            subject.legend = metric + QStringLiteral(", ") + fromUtf8(scale.ticks().front().text) +
                             QStringLiteral(" … ") + fromUtf8(scale.ticks().back().text) + QStringLiteral(", ") +
                             fromUtf8(scale.text()) + QStringLiteral(", ") + fromUtf8(namedOf(options.colours).name);
            if (options.oneScale)
                subject.legend += QStringLiteral(", one scale for both traces");
        }
    }
    subject.more = details(options, grid);
    for (std::size_t i = 0; i < callouts.all.size(); ++i) {
        const QString letter = QString(letterOf(i)) + QStringLiteral("  ");
        const std::string& brief = callouts.all[i].brief;
        subject.callouts.push_back(letter + fromUtf8(callouts.all[i].text));
        subject.briefCallouts.push_back(brief.empty() ? QString() : letter + fromUtf8(brief));
    }
    if (callouts.all.empty() && !callouts.nothing.empty())
        subject.callouts.push_back(fromUtf8(callouts.nothing));
    subject.command = commandFor(options, fromUtf8(facts.trace->identity.fileName), *facts.trace);
    return subject;
}

int leftOf(const HeatmapPictureOptions& options) {
    return std::clamp(options.size.width() / 5, 130, 330);
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

PictureCaption captionOf(const HeatmapSheet& sheet) {
    return {*sheet.facts->trace, subjectOf(sheet)};
}

void paintSheet(QPaintDevice& device, const HeatmapSheet& sheet) {
    const HeatmapPictureOptions& options = sheet.options;
    const PictureCaption caption = captionOf(sheet);
    if (!sheet.grid->empty()) {
        HeatmapPlot plot(nullptr);
        plot.setLook(HeatmapLook::light(pictureFont()));
        plot.setLeft(leftOf(options));
        plot.setTimes(TimeText(*sheet.facts->trace, options.times, {}));
        plot.show(contentsOf(sheet));
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

std::shared_ptr<const HeatmapSheet> prepareHeatmap(std::shared_ptr<const TraceFacts> facts,
                                                   const HeatmapPictureOptions& asked) {
    if (isTooSmall(asked.size))
        return nullptr;
    auto made = std::make_shared<HeatmapSheet>();
    HeatmapSheet& sheet = *made;
    sheet.facts = std::move(facts);
    sheet.options = completed(*sheet.facts, asked);
    const HeatmapPictureOptions& options = sheet.options;
    RowChoice choice = options.rows;
    choice.order = options.what.order;
    const std::vector<GoroutineIndex> order = orderedGoroutines(*sheet.facts, choice);
    if (options.callouts) {
        sheet.callouts = *options.callouts;
    } else {
        FindingOptions judging = options.judging;
        if (options.what.stuckAge > 0)
            judging.threshold = options.what.stuckAge;
        sheet.callouts = calloutsOf(computeFindings(sheet.facts, std::move(judging), options.dismiss));
    }
    const std::size_t first = std::min<std::size_t>(options.firstPlace, order.size());
    const std::size_t most = options.placeCount == 0 ? order.size() : options.placeCount;
    const auto goroutines = std::span(order).subspan(first, std::min(most, order.size() - first));
    sheet.shown = goroutines.size();
    HeatmapOptions what = options.what;
    if (what.range.empty())
        what.range = sheet.facts->trace->wholeRange();
    what.firstPlace = options.firstPlace;
    // A share of the room for time, and all of it for what stands beside it.
    const auto narrowed = [&](QRect room) {
        const int time = HeatmapPlot::canvasIn(room.size(), leftOf(options), pictureFont()).width();
        room.setWidth(room.width() - static_cast<int>(std::lround(time * (1 - options.across))));
        return room;
    };
    const auto gridFor = [&](QSize cells) {
        what.bins = static_cast<std::uint32_t>(std::clamp(cells.width() * options.scale, 1, mostBins));
        what.rows = rowsFor(what.mode, std::clamp(cells.height() * options.scale, 1, mostRows), options.scale);
        return std::make_shared<const Grid>(heatmapGrid(*sheet.facts, goroutines, what));
    };
    // The caption names the size of a bin and of a row, which depend on the room that the caption leaves: once more,
    // until the number of its lines is the same as before, which is nearly always the second time.
    sheet.grid = gridFor(options.size * 2 / 3);
    for (int i = 0; i < 4; ++i) {
        const QRect room = narrowed(captionOf(sheet).layOut(options.size).plot.toRect());
        if (room == sheet.where)
            break;
        sheet.where = sheet.where.isValid() && i > 1 ? room.intersected(sheet.where) : room;
        sheet.grid = gridFor(HeatmapPlot::canvasIn(sheet.where.size(), leftOf(options), pictureFont()).size());
    }
    return made;
}

QImage emptyPictureOf(const HeatmapSheet& sheet) {
    QImage picture = emptyPicture(sheet.options.size, sheet.options.scale, sheet.options.unitsAnInch);
    if (!picture.isNull())
        captionOf(sheet).describe(picture);
    return picture;
}

void paintHeatmap(const HeatmapSheet& sheet, QImage& picture) {
    paintSheet(picture, sheet);
}

QImage paintHeatmap(const HeatmapSheet& sheet) {
    QImage picture = emptyPictureOf(sheet);
    if (!picture.isNull())
        paintHeatmap(sheet, picture);
    return picture;
}

QByteArray paintHeatmapSvg(const HeatmapSheet& sheet) {
    QStringList texts;
    for (const auto& [key, value] : captionOf(sheet).facts())
        texts.push_back(key + QStringLiteral(": ") + value);
    QBuffer buffer;
    QSvgGenerator svg;
    svg.setOutputDevice(&buffer);
    svg.setSize(sheet.options.size);
    svg.setViewBox(QRect({0, 0}, sheet.options.size));
    svg.setResolution(sheet.options.unitsAnInch);
    svg.setTitle(captionOf(sheet).facts().front().second);
    svg.setDescription(texts.join('\n'));
    paintSheet(svg, sheet);
    return buffer.data();
}

QRect cellsOf(const HeatmapSheet& sheet) {
    return HeatmapPlot::canvasIn(sheet.where.size(), leftOf(sheet.options), pictureFont())
        .translated(sheet.where.topLeft());
}

QList<std::pair<QString, QString>> factsOf(const HeatmapSheet& sheet) {
    return captionOf(sheet).facts();
}

QImage renderHeatmap(const std::shared_ptr<const TraceFacts>& facts, const HeatmapPictureOptions& options) {
    const auto sheet = prepareHeatmap(facts, options);
    return sheet ? paintHeatmap(*sheet) : QImage();
}

} // namespace waitscope
