// SPDX-License-Identifier: GPL-3.0-or-later
// Notes on QCustomPlot 2.1. The range of a colour map names the centres of its first and last cells, but with one cell
// in a dimension it is the whole cell. A map with more cells than pixels loses cells, so grids are made to fit. Margins
// on the left are fixed (one left edge for all canvases), the others follow the texts.
#include "widgets/heatmap/heatmap_plot.h"

#include "model/heatmap/heatmap.h"
#include "widgets/common/canvas_sizes.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/qcp.h"
#include "widgets/heatmap/heatmap_axes.h"
#include "widgets/heatmap/heatmap_marks.h"

#include <QPalette>

#include <algorithm>
#include <cmath>

namespace waitscope {

namespace {

constexpr int gutter = 11;     ///< between the row labels and the cells: the hatch of goroutines from before the trace
constexpr int arrowSpace = 10; ///< between the cells and the colour scale
constexpr int barWidth = 12;

QCPColorGradient gradientOf(ColourMap colours) {
    QCPColorGradient gradient;
    gradient.clearColorStops();
    gradient.setLevelCount(256);
    const auto stops = namedOf(colours).stops;
    for (std::size_t i = 0; i < stops.size(); ++i)
        gradient.setColorStopAt(static_cast<double>(i) / static_cast<double>(stops.size() - 1), QColor(stops[i]));
    gradient.setNanHandling(QCPColorGradient::nhTransparent);
    return gradient;
}

// Filled in one go with places on the colour scale; NaN stays NaN.
class CellData : public QCPColorMapData {
  public:
    CellData(const Grid& grid, const GridBand& band, const ColourScale& scale)
        : QCPColorMapData(static_cast<int>(grid.bins), static_cast<int>(band.rows), {}, {}) {
        const auto first = grid.values.begin() + static_cast<std::ptrdiff_t>(grid.cell(band.firstRow, 0));
        std::transform(first, first + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(band.rows) * grid.bins),
                       mData, [&](float value) { return static_cast<double>(scale.position(value)); });
        mDataModified = true;
        const auto centres = [](double begin, double end, std::size_t cells) {
            const double half = cells > 1 ? (end - begin) / static_cast<double>(cells) / 2 : 0;
            return QCPRange(begin + half, end - half);
        };
        setRange(centres(static_cast<double>(grid.range.begin), static_cast<double>(grid.range.end), grid.bins),
                 centres(band.top, band.bottom, band.rows));
    }
};

// Below the cells: the times and what they are.
int marginBelow(const QFont& font) {
    return 2 * static_cast<int>(std::ceil(QFontMetricsF(font).height())) + 14;
}

// For the texts of the colour scale.
int scaleRoom(const QFont& font) {
    return CanvasSizes(font).right() - arrowSpace - barWidth;
}

// The longest text that has room.
QString fitting(const QFont& font, const QStringList& texts, int room) {
    for (const QString& text : texts)
        if (QFontMetricsF(font).horizontalAdvance(text) <= room)
            return text;
    return {};
}

} // namespace

HeatmapLook HeatmapLook::of(const QPalette& palette, const QFont& font) {
    const bool dark = palette.color(QPalette::Window).lightness() < 128;
    return {.paper = palette.color(QPalette::Window),
            .nobody = palette.color(QPalette::Base),
            .ink = palette.color(QPalette::WindowText),
            .faint = dark ? QColor(0xa0, 0xa0, 0xa0) : QColor(0x60, 0x60, 0x60),
            .font = font};
}

HeatmapLook HeatmapLook::light(const QFont& font) {
    return {.paper = Qt::white,
            .nobody = Qt::white,
            .ink = QColor(0x1a, 0x1a, 0x1a),
            .faint = QColor(0x60, 0x60, 0x60),
            .font = font};
}

class HeatmapPlot::Private {
  public:
    explicit Private(QWidget* parent) : plot(new QCustomPlot(parent)) {
        // Without a parent nobody else deletes it.
        if (!parent)
            owned.reset(plot);
        plot->setNoAntialiasingOnDrag(false);
        plot->setAntialiasedElements(QCP::aeNone);
        plot->plotLayout()->setColumnSpacing(arrowSpace);
        rect()->setupFullAxesBox(false);
        time()->setTicker(timeTicker);
        time()->setLabel(timeTicker->times.meaning());
        time()->setTickLengthIn(0);
        time()->setTickLengthOut(4);
        time()->setSubTicks(false);
        time()->grid()->setVisible(false);
        rows()->setTicker(rowTicker);
        rows()->setTickLength(0, 0);
        rows()->setTickLabelPadding(gutter);
        rows()->setLabelPadding(6);
        rows()->setPadding(2);
        rows()->grid()->setVisible(false);
        for (QCPAxis* axis : {plot->xAxis2, plot->yAxis2}) {
            axis->setVisible(true);
            axis->setTicks(false);
            axis->setTickLabels(false);
        }
        scale = new QCPColorScale(plot);
        scale->setType(QCPAxis::atRight);
        scale->setBarWidth(barWidth);
        scale->setRangeDrag(false);
        scale->setRangeZoom(false);
        scale->setDataRange({0, 1});
        plot->plotLayout()->addElement(0, 1, scale);
        scale->axis()->setSubTicks(false);
        scale->axis()->setTickLength(0, 3);

        plot->addLayer(QStringLiteral("marks"), plot->layer(QStringLiteral("axes")), QCustomPlot::limAbove);
        bands = new PopulationBands(plot);
        marks = new CellMarks(plot);
        names = new SectionNames(plot);
        callouts = new CalloutMarks(plot);
        bands->setLayer(QStringLiteral("main"));
        for (QCPAbstractItem* item : std::initializer_list<QCPAbstractItem*>{marks, names, callouts})
            item->setLayer(QStringLiteral("marks"));
    }

    [[nodiscard]] QCPAxisRect* rect() const { return plot->axisRect(); }
    [[nodiscard]] QCPAxis* time() const { return plot->xAxis; }
    [[nodiscard]] QCPAxis* rows() const { return plot->yAxis; }

    // All margins depend on the font only, never on what is shown, so that cells stay where they are.
    void setMargins() {
        const int top = CalloutMarks::stripHeight(look.font);
        const int bottom = marginBelow(look.font);
        rect()->setAutoMargins(QCP::msNone);
        rect()->setMargins({left, top, 0, bottom});
        scale->setAutoMargins(QCP::msNone);
        scale->setMargins({0, top, 0, bottom});
        // The scale with its texts fills the margin that every canvas has at its right, to the pixel.
        scale->axis()->axisRect()->setAutoMargins(QCP::msNone);
        scale->axis()->axisRect()->setMargins({0, 0, scaleRoom(look.font), 0});
    }

    void showCells() {
        for (QCPColorMap* map : maps)
            plot->removePlottable(map);
        maps.clear();
        const Grid& grid = *contents.grid;
        colourScale = ColourScale(grid, contents.beside.get(), contents.scale);
        const bool coloured = grid.mode != HeatmapMode::Population;
        scale->setVisible(coloured);
        scale->axis()->setVisible(coloured);
        if (!coloured)
            return;
        const QCPColorGradient gradient = gradientOf(contents.colours);
        for (const GridBand& band : grid.bands) {
            auto* const map = new QCPColorMap(time(), rows()); // the plot owns it, and it its data
            map->setInterpolate(false);
            map->setTightBoundary(false);
            map->setData(new CellData(grid, band, colourScale));
            map->setGradient(gradient);
            map->setDataRange({0, 1});
            maps.push_back(map);
        }
        scale->setGradient(gradient);
        const QSharedPointer<QCPAxisTickerText> ticks(new QCPAxisTickerText);
        for (const ColourScale::Tick& tick : colourScale.ticks())
            ticks->addTick(tick.position, fromUtf8(tick.text));
        scale->axis()->setTicker(ticks);
    }

    // Texts depend on the room that there is; the room does not depend on them.
    void fitTexts() {
        const int height = rect()->height();
        const QFontMetricsF metrics(look.font);
        const int line = static_cast<int>(std::ceil(metrics.height()));
        QStringList rowTexts, scaleTexts;
        if (contents.grid && !contents.grid->empty()) {
            const Grid& grid = *contents.grid;
            rowTexts = rowAxisTexts(contents);
            scaleTexts = {fromUtf8(metricText(grid.mode, grid.metric)), fromUtf8(textOf(grid.metric.states))};
            double widest = 0;
            for (const ColourScale::Tick& tick : colourScale.ticks())
                widest = std::max(widest, metrics.horizontalAdvance(fromUtf8(tick.text)));
            if (widest + line + 18 > scaleRoom(look.font))
                scaleTexts.clear(); // the label has no room beside such numbers
        }
        rows()->setLabel(fitting(look.font, rowTexts, height));
        scale->axis()->setLabel(fitting(look.font, scaleTexts, height));
        timeTicker->width = rect()->width();
        timeTicker->spacing = CanvasSizes(look.font).wide(90);
        rowTicker->height = height;
        rowTicker->font = look.font;
        const int room = left - gutter - line - 12;
        rowTicker->width = room;
        const bool population = contents.grid && contents.grid->mode == HeatmapMode::Population;
        // A population's counts stand between its names and the cells.
        const int counts = population ? static_cast<int>(metrics.horizontalAdvance(QStringLiteral("1,000,000"))) : 0;
        names->setRoom(rect()->left() - gutter - room, std::max(0, room - counts));
    }

    QCustomPlot* plot;
    std::unique_ptr<QCustomPlot> owned;
    QSharedPointer<TimeTicker> timeTicker{new TimeTicker};
    QSharedPointer<RowTicker> rowTicker{new RowTicker};
    std::vector<QCPColorMap*> maps; ///< one a band
    QCPColorScale* scale = nullptr;
    PopulationBands* bands = nullptr;
    CellMarks* marks = nullptr;
    SectionNames* names = nullptr;
    CalloutMarks* callouts = nullptr;
    HeatmapContents contents;
    ColourScale colourScale;
    HeatmapLook look;
    int left = 0;
};

HeatmapPlot::HeatmapPlot(QWidget* parent) : d_(std::make_unique<Private>(parent)) {
    setLeft(canvasLeft);
}

HeatmapPlot::~HeatmapPlot() = default;

QWidget* HeatmapPlot::widget() const {
    return d_->plot;
}

void HeatmapPlot::setLook(const HeatmapLook& look) {
    d_->look = look;
    d_->plot->setBackground(look.paper);
    d_->rect()->setBackground(look.nobody);
    d_->marks->setLook(look);
    d_->names->setLook(look);
    d_->callouts->setLook(look);
    QList<QCPAxis*> axes = d_->rect()->axes();
    axes.push_back(d_->scale->axis());
    for (QCPAxis* axis : axes) {
        axis->setBasePen(look.faint);
        axis->setTickPen(look.faint);
        axis->setSubTickPen(look.faint);
        axis->setTickLabelColor(look.ink);
        axis->setLabelColor(look.ink);
        axis->setTickLabelFont(look.font);
        axis->setLabelFont(look.font);
    }
    d_->setMargins();
}

void HeatmapPlot::setLeft(int left) {
    d_->left = left;
    d_->setMargins();
}

void HeatmapPlot::setTimes(const TimeText& times) {
    d_->timeTicker->times = times;
    d_->time()->setLabel(times.meaning());
}

void HeatmapPlot::show(const HeatmapContents& contents) {
    d_->contents = contents;
    const bool something = contents.grid && !contents.grid->empty();
    if (!something)
        d_->contents.grid.reset();
    d_->rowTicker->contents = d_->contents;
    d_->marks->show(d_->contents);
    d_->bands->show(d_->contents);
    d_->names->show(d_->contents);
    d_->callouts->show(d_->contents);
    for (QCPColorMap* map : d_->maps)
        map->setVisible(something);
    if (!something)
        return;
    d_->showCells();
    const Grid& grid = *contents.grid;
    d_->rows()->setRangeReversed(!risesUpwards(grid.mode));
    setTimeRange(grid.range);
    if (grid.mode == HeatmapMode::Population)
        setPlaces(0, topOfPopulation(grid));
    else
        setPlaces(grid.firstPlace(), grid.lastPlace());
}

void HeatmapPlot::setCallouts(const std::vector<Callout>& callouts) {
    d_->contents.callouts = callouts;
    d_->callouts->show(d_->contents);
}

void HeatmapPlot::setTimeRange(TimeRange range) {
    if (range.empty())
        return;
    d_->time()->setRange(static_cast<double>(range.begin), static_cast<double>(range.end));
    d_->plot->xAxis2->setRange(d_->time()->range());
}

void HeatmapPlot::setPlaces(double first, double end) {
    d_->rows()->setRange(first, end);
    d_->plot->yAxis2->setRange(d_->rows()->range());
}

void HeatmapPlot::update() {
    d_->fitTexts();
    d_->plot->replot(QCustomPlot::rpQueuedReplot);
}

QRect HeatmapPlot::canvas() const {
    return cellsIn(*d_->rect());
}

QRect HeatmapPlot::layOut(QSize size) {
    d_->plot->setViewport({{0, 0}, size});
    for (const auto phase : {QCPLayoutElement::upPreparation, QCPLayoutElement::upMargins, QCPLayoutElement::upLayout})
        d_->plot->plotLayout()->update(phase);
    d_->fitTexts();
    return canvas();
}

QRect HeatmapPlot::canvasIn(QSize size, int left, const QFont& font) {
    const int top = CalloutMarks::stripHeight(font);
    return {left, top - 1, size.width() - left - CanvasSizes(font).right(), size.height() - top - marginBelow(font)};
}

void HeatmapPlot::paint(QPaintDevice& device, QRect where, const std::function<void(QPainter&)>& around) {
    layOut(where.size());
    QCPPainter painter(&device);
    painter.save();
    around(painter);
    painter.restore();
    painter.translate(where.topLeft());
    d_->plot->toPainter(&painter, where.width(), where.height());
}

Time HeatmapPlot::timeAt(double x) const {
    const QCPRange range = d_->time()->range();
    const double t = std::floor(d_->time()->pixelToCoord(x));
    return static_cast<Time>(std::clamp(t, range.lower, std::max(range.lower, range.upper - 1)));
}

double HeatmapPlot::xOf(Time t) const {
    return d_->time()->coordToPixel(static_cast<double>(t));
}

double HeatmapPlot::placeAt(double y) const {
    return d_->rows()->pixelToCoord(y);
}

double HeatmapPlot::yOf(double place) const {
    return d_->rows()->coordToPixel(place);
}

std::uint32_t HeatmapPlot::rowAt(double x, double y) const {
    const auto& grid = d_->contents.grid;
    if (!grid)
        return 0;
    if (grid->mode != HeatmapMode::Population)
        return grid->rowAt(placeAt(y));
    double above = 0;
    const std::uint32_t bin = grid->binAt(timeAt(x));
    for (std::uint32_t r = 0; r < grid->rows.size(); ++r) {
        above += static_cast<double>(grid->values[grid->cell(r, bin)]);
        if (placeAt(y) < above && placeAt(y) >= 0)
            return r;
    }
    return static_cast<std::uint32_t>(grid->rows.size());
}

} // namespace waitscope
