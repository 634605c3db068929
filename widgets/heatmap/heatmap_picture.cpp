// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heatmap/heatmap_picture.h"

#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/picture_caption.h"
#include "widgets/heatmap/heatmap_plot.h"

#include <QPainter>

#include <algorithm>

namespace waitscope {

namespace {

// Of a picture that is larger than any screen: 16,384 x 16,384 cells of 100,000 goroutines took 6.7 GB and 20 s.
constexpr int mostBins = 4000;
constexpr int mostRows = 2000;

// What the marks mean, as far as there are any.
QStringList legend(const Grid& grid) {
    QStringList texts;
    if (std::ranges::any_of(grid.rows, [](const GridRow& r) { return r.preExisting > 0; }))
        texts.push_back(QStringLiteral("hatched at the left: there before the trace"));
    if (std::ranges::any_of(grid.rows, [](const GridRow& r) { return r.openAtEnd > 0; }))
        texts.push_back(QStringLiteral("arrow at the right: still ") + fromUtf8(namedOf(grid.states).text) +
                        QStringLiteral(" when the trace ends"));
    const auto marked = [&](CellMark mark) {
        return std::ranges::any_of(grid.marks, [&](std::uint8_t m) { return (m & mark) != 0; });
    };
    if (marked(StandsOut))
        texts.push_back(QStringLiteral("dot: one goroutine is more than 50 points above its row's mean"));
    if (marked(StateUnknown))
        texts.push_back(QStringLiteral("grey hatch: state not recorded"));
    if (std::ranges::find(grid.alive, 0U) != grid.alive.end())
        texts.push_back(QStringLiteral("blank: not alive"));
    return texts;
}

PictureSubject subjectOf(const TraceFacts& facts, const HeatmapPictureOptions& options, const Grid& grid) {
    PictureSubject subject{.title = QStringLiteral("Lifetime heatmap: share of time spent ") +
                                    fromUtf8(namedOf(options.states).text),
                           .range = grid.range,
                           .filter = options.filter,
                           .order = fromUtf8(namedOf(options.rows.order).text),
                           .rows = {},
                           .goroutinesShown = grid.goroutines.size(),
                           .goroutinesTotal = goroutineCount(facts, options.rows.runtime),
                           .more = {}};
    if (!grid.empty()) {
        subject.rows = fromUtf8(bundleText(grid));
        if (grid.perRow > 1)
            subject.rows += options.bundling == Bundling::Mean ? QStringLiteral(" (mean)") : QStringLiteral(" (max)");
        subject.more.push_back(QStringLiteral("bin ") + fromUtf8(durationText(grid.binRange(0).length())));
    }
    if (!options.rows.runtime)
        subject.more.push_back(QStringLiteral("without the runtime's own goroutines"));
    subject.more += legend(grid);
    return subject;
}

// Everything about a picture but its pixels.
struct Sheet {
    std::vector<GoroutineIndex> order;
    std::shared_ptr<const Grid> grid;
    QRect where; ///< of the plot
};

Sheet layOut(const TraceFacts& facts, const HeatmapPictureOptions& options, HeatmapPlot& plot) {
    Sheet sheet{.order = orderedGoroutines(facts, options.rows), .grid = {}, .where = {}};
    const std::size_t first = std::min<std::size_t>(options.firstPlace, sheet.order.size());
    const std::size_t most = options.placeCount == 0 ? sheet.order.size() : options.placeCount;
    const auto goroutines = std::span(sheet.order).subspan(first, std::min(most, sheet.order.size() - first));
    plot.setLook(HeatmapLook::light(pictureFont()));
    plot.setLeft(std::clamp(options.size.width() / 5, 120, 270));
    const TimeRange range = options.range.empty() ? facts.trace->wholeRange() : options.range;
    const auto gridFor = [&](QSize cells) {
        return std::make_shared<const Grid>(
            lifetimeGrid(facts, goroutines,
                         {.range = range,
                          .bins = static_cast<std::uint32_t>(std::clamp(cells.width() * options.scale, 1, mostBins)),
                          .rows = static_cast<std::uint32_t>(std::clamp(cells.height() * options.scale, 1, mostRows)),
                          .states = options.states,
                          .bundling = options.bundling}));
    };
    // The caption names the size of a bin and of a row, which depend on the room that the caption leaves: once more,
    // until the number of its lines is the same as before, which is nearly always the second time.
    const QString order = fromUtf8(namedOf(options.rows.order).text);
    sheet.grid = gridFor(options.size * 2 / 3);
    for (int i = 0; i < 4; ++i) {
        const QRect room =
            PictureCaption(*facts.trace, subjectOf(facts, options, *sheet.grid)).layOut(options.size).plot.toRect();
        if (room == sheet.where)
            break;
        sheet.where = sheet.where.isValid() && i > 1 ? room.intersected(sheet.where) : room;
        plot.show({facts.trace, sheet.grid, options.firstPlace, order});
        sheet.grid = gridFor(plot.layOut(sheet.where.size()).size());
    }
    plot.show({facts.trace, sheet.grid, options.firstPlace, order});
    return sheet;
}

bool isTooSmall(QSize size) {
    return size.width() < 480 || size.height() < 320;
}

} // namespace

std::shared_ptr<const Grid> pictureGrid(const TraceFacts& facts, const HeatmapPictureOptions& options) {
    HeatmapPlot plot(nullptr);
    return isTooSmall(options.size) ? nullptr : layOut(facts, options, plot).grid;
}

QImage renderHeatmap(const TraceFacts& facts, const HeatmapPictureOptions& options) {
    if (isTooSmall(options.size))
        return {};
    QImage picture = emptyPicture(options.size, options.scale);
    if (picture.isNull())
        return {};
    HeatmapPlot plot(nullptr);
    const Sheet sheet = layOut(facts, options, plot);
    const PictureCaption caption(*facts.trace, subjectOf(facts, options, *sheet.grid));
    if (!sheet.grid->empty())
        plot.paint(picture, sheet.where);
    {
        QPainter painter(&picture);
        caption.paint(painter, options.size);
        if (sheet.grid->empty()) {
            painter.setFont(pictureFont(14));
            painter.setPen(QColor(0x1a, 0x1a, 0x1a));
            painter.drawText(sheet.where, Qt::AlignCenter | Qt::TextWordWrap,
                             QStringLiteral("No goroutine to show: nothing matches the filter."));
        }
    }
    caption.describe(picture);
    return picture;
}

} // namespace waitscope
