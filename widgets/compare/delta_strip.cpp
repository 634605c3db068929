// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare/delta_strip.h"

#include "model/compare/change_text.h"
#include "model/report/text.h"
#include "widgets/common/colours.h"
#include "widgets/common/follow_font.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/theme.h"
#include "widgets/heatmap/magnitude_colors.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <utility>

namespace waitscope {
namespace {

constexpr int stripHeight = 44;
constexpr int pixelsABin = 2;

} // namespace

DeltaStrip::DeltaStrip(QWidget* parent)
    : QWidget(parent), work_([this](Answer answer) {
        numbers_ = std::move(answer.numbers);
        shown_ = answer.ranges;
        setAccessibleDescription(
            tr("%1: at most %2 goroutines more or less").arg(name_, fromUtf8(meanText(numbers_.largest))));
        update();
    }) {
    followFont(this, [this] {
        sizes_ = CanvasSizes(font());
        setFixedHeight(sizes_.high(stripHeight));
    });
    setMouseTracking(true);
    setAccessibleName(tr("Difference over time"));
    soon_.setSingleShot(true);
    soon_.setInterval(0); // several changes of one turn are one question
    connect(&soon_, &QTimer::timeout, this, &DeltaStrip::ask);
    setFamily(family_);
}

DeltaStrip::~DeltaStrip() {
    stop_.request_stop();
}

QSize DeltaStrip::sizeHint() const {
    return {400, height()};
}

void DeltaStrip::setTraces(Both<std::shared_ptr<const TraceFacts>> facts) {
    facts_ = std::move(facts);
    numbers_ = {};
    soon_.start();
    update();
}

void DeltaStrip::setRanges(Both<TimeRange> ranges) {
    if (ranges == ranges_)
        return;
    ranges_ = ranges;
    soon_.start();
}

void DeltaStrip::setRow(const Both<RowKey>& row, const QString& name) {
    row_ = row;
    name_ = name;
    soon_.start();
}

void DeltaStrip::setFamily(std::string_view family) {
    row_.reset();
    family_ = family;
    name_ = family == "all"    ? tr("all waits")
            : family == "lock" ? tr("all locks")
                               : tr("all %1 waits").arg(fromUtf8(family));
    soon_.start();
}

void DeltaStrip::ask() {
    stop_.request_stop();
    work_.cancel();
    if (!facts_.a || !facts_.b || !isVisible())
        return;
    stop_ = std::stop_source();
    const auto bins = static_cast<std::uint32_t>(std::max(1.0, field().width() / pixelsABin));
    work_.request([facts = facts_, ranges = ranges_, row = row_, family = family_, bins, stop = stop_.get_token()] {
        const auto classes = [&](Side side) {
            return row ? classesOfRow(*facts.of(side), row->of(side)) : classesOfFamily(*facts.of(side), family);
        };
        return Answer{
            blockedOverTime({facts.a.get(), facts.b.get()}, {classes(Side::A), classes(Side::B)}, ranges, bins, stop),
            ranges};
    });
}

void DeltaStrip::resizeEvent(QResizeEvent* event) {
    soon_.start();
    QWidget::resizeEvent(event);
}

QRectF DeltaStrip::field() const {
    return QRectF(rect()).adjusted(sizes_.left(width()), 3, -sizes_.right(), -3);
}

std::optional<std::size_t> DeltaStrip::binAt(double x) const {
    const double share = (x - field().left()) / std::max(1.0, field().width());
    if (share < 0 || share >= 1 || numbers_.difference.empty())
        return {};
    return static_cast<std::size_t>(share * static_cast<double>(numbers_.difference.size()));
}

void DeltaStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const CanvasColours colours = canvasColours(isDark(palette()));
    painter.fillRect(rect(), colours.background);
    painter.fillRect(QRectF(0, 0, sizes_.left(width()), height()), colours.headerBand);
    const QRectF box = field();
    painter.setPen(colours.text);
    const QFontMetricsF metrics(font());
    const QRectF words(8, 3, sizes_.left(width()) - 16, height() - 6);
    painter.drawText(words, Qt::AlignLeft | Qt::AlignTop, tr("B − A, goroutines blocked"));
    painter.setPen(colours.fadedText);
    painter.drawText(words, Qt::AlignLeft | Qt::AlignBottom, metrics.elidedText(name_, Qt::ElideMiddle, words.width()));
    const double middle = box.center().y();
    const std::size_t bins = numbers_.difference.size();
    const double barWidth = box.width() / static_cast<double>(std::max<std::size_t>(1, bins));
    for (std::size_t bin = 0; bin < bins; ++bin) {
        const double x = box.left() + barWidth * static_cast<double>(bin);
        const auto& difference = numbers_.difference[bin];
        if (!difference) {
            paintBeside(painter, QRectF(x, box.top(), barWidth, box.height()), colours.line);
            continue;
        }
        const double position = numbers_.largest > 0 ? *difference / numbers_.largest : 0;
        const double length = std::abs(position) * box.height() / 2;
        if (length > 0)
            painter.fillRect(QRectF(x, position > 0 ? middle - length : middle, barWidth, std::max(1.0, length)),
                             QColor(differenceColour(position > 0 ? 1 : -1)));
    }
    painter.setPen(colours.line);
    painter.drawLine(QPointF(box.left(), middle), QPointF(box.right(), middle));
    painter.drawLine(QPointF(0, height() - 0.5), QPointF(width(), height() - 0.5));
    if (bins == 0)
        return;
    painter.setPen(colours.fadedText);
    const QRectF scale(box.right() + 6, 3, sizes_.right() - 12, height() - 6);
    const QString most = fromUtf8(meanText(numbers_.largest));
    painter.drawText(scale, Qt::AlignLeft | Qt::AlignTop, u'+' + most);
    painter.drawText(scale, Qt::AlignLeft | Qt::AlignBottom, QStringLiteral("−") + most);
}

void DeltaStrip::mouseMoveEvent(QMouseEvent* event) {
    const TimeAxis axis{.range = shown_.a, .left = field().left(), .width = field().width()};
    Q_EMIT hovered(binAt(event->position().x()) ? axis.timeAt(event->position().x()) : -1);
}

void DeltaStrip::leaveEvent(QEvent*) {
    Q_EMIT hovered(-1);
}

bool DeltaStrip::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    const auto bin = binAt(help->pos().x());
    if (!bin)
        return QWidget::event(event);
    const auto side = [&](Side of, QChar letter) {
        const auto& blocked = numbers_.blocked.of(of)[*bin];
        return tr("%1: %2").arg(letter).arg(blocked ? fromUtf8(meanText(*blocked)) : tr("beside the trace"));
    };
    const auto& difference = numbers_.difference[*bin];
    QToolTip::showText(help->globalPos(),
                       tr("Goroutines blocked, %1\n%2\n%3%4")
                           .arg(name_, side(Side::A, u'A'), side(Side::B, u'B'),
                                difference ? tr("\nchange: %1").arg(fromUtf8(signedMeanText(*difference))) : QString()),
                       this);
    return true;
}

} // namespace waitscope
