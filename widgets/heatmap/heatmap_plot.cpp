// SPDX-License-Identifier: GPL-3.0-or-later
// Notes on QCustomPlot 2.1. The range of a colour map names the centres of its first and last cells, but with one cell
// in a dimension it is the whole cell. A map with more cells than pixels loses cells, so grids are made to fit. Margins
// on the left are fixed (one left edge for all canvases), the others follow the texts.
#include "widgets/heatmap/heatmap_plot.h"

#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/qcp.h"
#include "widgets/common/time_axis.h"
#include "widgets/heatmap/magnitude_colors.h"

#include <algorithm>
#include <cmath>

namespace waitscope {

namespace {

constexpr int gutter = 11;     ///< between the row labels and the cells: the hatch of goroutines from before the trace
constexpr int arrowSpace = 10; ///< between the cells and the colour scale
constexpr int barWidth = 12;
const QColor standsOutColour = QColor(magnitudeStops.back());

// QCustomPlot maps and clips vertical coordinates one unit above the rectangle of their axes.
QRect cellsIn(const QCPAxisRect& rect) {
    return rect.rect().translated(0, -1);
}

QCPColorGradient magnitudeGradient() {
    QCPColorGradient gradient;
    gradient.clearColorStops();
    gradient.setLevelCount(256);
    for (std::size_t i = 0; i < magnitudeStops.size(); ++i)
        gradient.setColorStopAt(static_cast<double>(i) / (magnitudeStops.size() - 1), QColor(magnitudeStops[i]));
    gradient.setNanHandling(QCPColorGradient::nhTransparent);
    return gradient;
}

// Filled in one go; NaN stays NaN.
class CellData : public QCPColorMapData {
  public:
    explicit CellData(const Grid& grid, std::uint32_t firstPlace)
        : QCPColorMapData(static_cast<int>(grid.bins), static_cast<int>(grid.rows.size()), {}, {}) {
        std::ranges::copy(grid.values, mData);
        mDataModified = true;
        const auto centres = [](double begin, double end, std::size_t cells) {
            const double half = cells > 1 ? (end - begin) / static_cast<double>(cells) / 2 : 0;
            return QCPRange(begin + half, end - half);
        };
        const double rows = static_cast<double>(grid.rows.size());
        setRange(centres(static_cast<double>(grid.range.begin), static_cast<double>(grid.range.end), grid.bins),
                 centres(firstPlace, firstPlace + rows * grid.perRow, grid.rows.size()));
    }
};

// The ticks that every canvas has.
class TimeTicker : public QCPAxisTicker {
  public:
    double width = 0; ///< of the axis, in pixels

    void generate(const QCPRange& range, const QLocale&, QChar, int, QVector<double>& ticks, QVector<double>* subTicks,
                  QVector<QString>* labels) override {
        const TimeAxis axis{.range = {std::llround(range.lower), std::llround(range.upper)}, .left = 0, .width = width};
        ticks.clear();
        if (subTicks)
            subTicks->clear();
        if (labels)
            labels->clear();
        for (const Tick& tick : ticksOf(axis)) {
            ticks.push_back(static_cast<double>(tick.time));
            if (labels)
                labels->push_back(QString::fromStdString(tick.label));
        }
    }
};

// Names rows: one about every 24 pixels, in the middle of its row.
class RowTicker : public QCPAxisTicker {
  public:
    HeatmapContents contents;
    int height = 1;
    int width = 1; ///< room for a name
    QFont font;

  protected:
    double getTickStep(const QCPRange&) override { return 1; }
    int getSubTickCount(double) override { return 0; }
    QVector<double> createTickVector(double, const QCPRange& range) override {
        QVector<double> ticks;
        if (!contents.grid || contents.grid->empty() || range.size() <= 0)
            return ticks;
        const Grid& grid = *contents.grid;
        const double rowPixels = height * grid.perRow / range.size();
        std::uint32_t step = 1;
        while (step * rowPixels < 24)
            step *= 2;
        for (std::uint32_t r = 0; r < grid.rows.size(); r += step) {
            const double middle = contents.firstPlace + (r + 0.5) * grid.perRow;
            // A name needs its height inside the canvas.
            const double pixel = (middle - range.lower) / range.size() * height;
            if (pixel > 6 && pixel < height - 6)
                ticks.push_back(middle);
        }
        return ticks;
    }
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        const Grid& grid = *contents.grid;
        const auto row = static_cast<std::uint32_t>((tick - contents.firstPlace) / grid.perRow);
        const GoroutineIndex g =
            grid.goroutinesOf(std::min<std::uint32_t>(row, static_cast<std::uint32_t>(grid.rows.size()) - 1))[0];
        const QString name = QString::number(contents.trace->goroutines.id(g)) + ' ' +
                             fromUtf8(shortFunction(contents.trace->function(g)));
        return QFontMetricsF(font).elidedText(name, Qt::ElideMiddle, width);
    }
};

// Stretches of equal cells or rows, so that painting costs what is seen.
struct Stretch {
    std::uint32_t row = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

// What colours cannot say: unknown states, lone stuck goroutines, what was there before and what stays open.
class Marks : public QCPAbstractItem {
  public:
    explicit Marks(QCustomPlot* plot) : QCPAbstractItem(plot) { setClipToAxisRect(false); }

    void show(const HeatmapContents& contents) {
        contents_ = contents;
        unknown_.clear();
        standingOut_.clear();
        before_.clear();
        open_.clear();
        if (!contents.grid)
            return;
        const Grid& grid = *contents.grid;
        for (std::uint32_t r = 0; r < grid.rows.size(); ++r)
            for (std::uint32_t b = 0; b < grid.bins;) {
                const std::uint8_t mark = grid.marks[grid.cell(r, b)];
                std::uint32_t end = b + 1;
                while (end < grid.bins && grid.marks[grid.cell(r, end)] == mark)
                    ++end;
                if (mark != 0)
                    (mark == StateUnknown ? unknown_ : standingOut_).push_back({r, b, end});
                b = end;
            }
        for (std::uint32_t r = 0; r < grid.rows.size(); ++r) {
            grow(before_, r, grid.rows[r].preExisting > 0);
            grow(open_, r, grid.rows[r].openAtEnd > 0);
        }
    }
    void setLook(const HeatmapLook& look) {
        faint_ = look.faint;
        ink_ = look.ink;
    }
    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

  protected:
    void draw(QCPPainter* painter) override {
        if (!contents_.grid || contents_.grid->empty())
            return;
        const QCPAxisRect* rect = mParentPlot->axisRect();
        const QRect canvas = cellsIn(*rect);
        const Grid& grid = *contents_.grid;
        const double binWidth = static_cast<double>(grid.range.length()) / grid.bins;
        const auto x = [&](std::uint32_t bin) {
            return rect->axis(QCPAxis::atBottom)->coordToPixel(static_cast<double>(grid.range.begin) + bin * binWidth);
        };
        const auto y = [&](std::uint32_t row) {
            return rect->axis(QCPAxis::atLeft)
                ->coordToPixel(contents_.firstPlace + static_cast<double>(row) * grid.perRow);
        };
        painter->save();
        painter->setClipRect(canvas);
        for (const Stretch& s : unknown_) {
            const QRectF cells(QPointF(x(s.begin), y(s.row)), QPointF(x(s.end), y(s.row + 1)));
            painter->fillRect(cells, QColor(0x99, 0x99, 0x99));
            painter->fillRect(cells, QBrush(QColor(0x55, 0x55, 0x55), Qt::BDiagPattern));
        }
        // A dot in the middle of a short stretch, one every few pixels along a long one.
        constexpr double apart = 7;
        for (const Stretch& s : standingOut_) {
            const double from = x(s.begin), to = x(s.end);
            const double middle = std::round((y(s.row) + y(s.row + 1)) / 2);
            const int dots = std::max(1, static_cast<int>((to - from) / apart));
            for (int i = 0; i < dots; ++i)
                painter->fillRect(QRectF(std::round(from + (to - from) * (i + 0.5) / dots) - 1, middle - 1, 2, 2),
                                  standsOutColour);
        }
        painter->restore();
        for (const Stretch& s : before_) {
            const double top = std::max<double>(y(s.begin), canvas.top());
            const double bottom = std::min<double>(y(s.end), canvas.bottom() + 1);
            if (bottom > top)
                // Stripes need a few pixels to be seen as stripes.
                painter->fillRect(QRectF(canvas.left() - 8, top, 6, bottom - top),
                                  QBrush(faint_, bottom - top < 5 ? Qt::SolidPattern : Qt::BDiagPattern));
        }
        painter->setAntialiasing(true);
        painter->setPen(Qt::NoPen);
        painter->setBrush(ink_);
        for (const Stretch& s : open_)
            drawArrows(painter, canvas, y(s.begin), y(s.end), y(s.begin + 1) - y(s.begin));
        painter->setAntialiasing(false);
    }

  private:
    static void grow(std::vector<Stretch>& stretches, std::uint32_t row, bool belongs) {
        if (!belongs)
            return;
        if (stretches.empty() || stretches.back().end != row)
            stretches.push_back({0, row, row});
        stretches.back().end = row + 1;
    }
    // One a row; where rows are thinner than arrows, as many as there is room for.
    static void drawArrows(QCPPainter* painter, const QRect& canvas, double top, double bottom, double rowHeight) {
        constexpr double height = 8;
        const double from = std::max<double>(top, canvas.top()), to = std::min<double>(bottom, canvas.bottom() + 1);
        if (to <= from)
            return;
        double step = std::max(rowHeight, height);
        double middle = top + step / 2;
        if (rowHeight < height) {
            const int arrows = std::max(1, static_cast<int>((to - from) / height));
            step = (to - from) / arrows;
            middle = from + step / 2;
        } else {
            middle += std::floor(std::max(0.0, from - top) / step) * step;
        }
        const double x = canvas.right() + 3;
        for (; middle < to; middle += step)
            if (middle > from)
                painter->drawPolygon(
                    QPolygonF({{x, middle - height / 2 + 0.5}, {x + 6, middle}, {x, middle + height / 2 - 0.5}}));
    }

    HeatmapContents contents_;
    std::vector<Stretch> unknown_;
    std::vector<Stretch> standingOut_;
    std::vector<Stretch> before_; ///< of rows
    std::vector<Stretch> open_;   ///< of rows
    QColor faint_;
    QColor ink_;
};

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
        time()->setLabel(QStringLiteral("time since the start of the trace"));
        time()->setTickLengthIn(0);
        time()->setTickLengthOut(4);
        time()->setSubTicks(false);
        time()->grid()->setVisible(false);
        rows()->setTicker(rowTicker);
        rows()->setRangeReversed(true);
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

        map = new QCPColorMap(time(), rows());
        map->setInterpolate(false);
        map->setTightBoundary(false);
        scale = new QCPColorScale(plot);
        scale->setType(QCPAxis::atRight);
        scale->setBarWidth(barWidth);
        scale->setRangeDrag(false);
        scale->setRangeZoom(false);
        plot->plotLayout()->addElement(0, 1, scale);
        map->setColorScale(scale);
        map->setGradient(magnitudeGradient());
        map->setDataRange({0, 1});
        const QSharedPointer<QCPAxisTickerText> shares(new QCPAxisTickerText);
        for (const int percent : {0, 25, 50, 75, 100})
            shares->addTick(percent / 100.0, QString::number(percent) + QStringLiteral(" %"));
        scale->axis()->setTicker(shares);
        scale->axis()->setSubTicks(false);
        scale->axis()->setTickLength(0, 3);

        plot->addLayer(QStringLiteral("marks"), plot->layer(QStringLiteral("axes")), QCustomPlot::limAbove);
        marks = new Marks(plot);
        marks->setLayer(QStringLiteral("marks"));
    }

    [[nodiscard]] QCPAxisRect* rect() const { return plot->axisRect(); }
    [[nodiscard]] QCPAxis* time() const { return plot->xAxis; }
    [[nodiscard]] QCPAxis* rows() const { return plot->yAxis; }

    // All margins depend on the font only, never on what is shown, so that cells stay where they are.
    void setMargins() {
        const QFontMetricsF metrics(look.font);
        const int line = static_cast<int>(std::ceil(metrics.height()));
        const int top = line / 2 + 2; // half of the topmost percentage
        const int bottom = 2 * line + 14;
        rect()->setAutoMargins(QCP::msNone);
        rect()->setMargins({left, top, 0, bottom});
        scale->setAutoMargins(QCP::msNone);
        scale->setMargins({0, top, 0, bottom});
        // The scale with its texts fills the margin that every canvas has at its right, to the pixel. With a large font
        // its label has no room there.
        const int room = canvasRight - arrowSpace - barWidth;
        scaleLabelFits = metrics.horizontalAdvance(QStringLiteral("100 %")) + line + 18 <= room;
        scale->axis()->axisRect()->setAutoMargins(QCP::msNone);
        scale->axis()->axisRect()->setMargins({0, 0, room, 0});
    }

    // Texts depend on the room that there is; the room does not depend on them.
    void fitTexts() {
        QStringList rowTexts;
        QString states = QStringLiteral("waiting");
        if (contents.grid) {
            const QString bundle = fromUtf8(bundleText(*contents.grid));
            rowTexts = {bundle + QStringLiteral(", by ") + contents.order, bundle};
            states = fromUtf8(namedOf(contents.grid->states).text);
        }
        const int height = rect()->height();
        rows()->setLabel(fitting(look.font, rowTexts, height));
        const QStringList scaleTexts{QStringLiteral("share of the bin spent ") + states, states};
        scale->axis()->setLabel(scaleLabelFits ? fitting(look.font, scaleTexts, height) : QString());
        timeTicker->width = rect()->width();
        rowTicker->height = height;
        rowTicker->font = look.font;
        const int lineHeight = static_cast<int>(std::ceil(QFontMetricsF(look.font).height()));
        rowTicker->width = left - gutter - lineHeight - 12;
    }

    QCustomPlot* plot;
    std::unique_ptr<QCustomPlot> owned;
    QSharedPointer<TimeTicker> timeTicker{new TimeTicker};
    QSharedPointer<RowTicker> rowTicker{new RowTicker};
    QCPColorMap* map = nullptr;
    QCPColorScale* scale = nullptr;
    Marks* marks = nullptr;
    HeatmapContents contents;
    HeatmapLook look;
    int left = 0;
    bool scaleLabelFits = true;
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

void HeatmapPlot::show(const HeatmapContents& contents) {
    d_->contents = contents;
    d_->rowTicker->contents = contents;
    d_->marks->show(contents);
    const bool something = contents.grid && !contents.grid->empty();
    d_->map->setVisible(something);
    if (!something)
        return;
    const Grid& grid = *contents.grid;
    d_->map->setData(new CellData(grid, contents.firstPlace)); // the map owns it
    setTimeRange(grid.range);
    setPlaces(contents.firstPlace, contents.firstPlace + static_cast<double>(grid.rows.size()) * grid.perRow);
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

void HeatmapPlot::paint(QImage& picture, QRect where) {
    layOut(where.size());
    QCPPainter painter(&picture);
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

} // namespace waitscope
