// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/overview_strip.h"

#include "model/report/text.h"
#include "widgets/common/colours.h"
#include "widgets/common/flags.h"
#include "widgets/common/follow_font.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/theme.h"
#include "widgets/timeline/activity_stack.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <utility>

namespace waitscope {

namespace {

constexpr std::size_t activityBins = 1024;
constexpr int top = 4; // above the stack
constexpr int handleWidth = 7;
constexpr int handleReach = 6; // from the border of the range, to either side

} // namespace

OverviewStrip::OverviewStrip(ViewState* state, QWidget* parent)
    : QWidget(parent), state_(state), work_([this](Activity activity) {
        activity_ = std::move(activity);
        image_ = {};
        update();
    }) {
    followFont(this, [this] {
        constexpr int stripHeight = 58;
        sizes_ = CanvasSizes(font());
        setFixedHeight(sizes_.high(stripHeight));
        image_ = {};
    });
    setMouseTracking(true);
    setFocusPolicy(Qt::TabFocus);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Overview of the whole trace"));
    setToolTip(tr("Live goroutines by state over the whole trace. Drag the handles or the range; click to jump."));
    connect(state_, &ViewState::traceChanged, this, &OverviewStrip::traceChanged);
    connect(state_, &ViewState::visibleRangeChanged, this, [this](TimeRange range) {
        setAccessibleDescription(
            tr("shows %1 from %2").arg(fromUtf8(durationText(range.length())), state_->times().text(range.begin)));
        update();
    });
    connect(state_, &ViewState::hoverTimeChanged, this, qOverload<>(&QWidget::update));
    connect(state_, &ViewState::onsetChanged, this, qOverload<>(&QWidget::update));
    connect(state_, &ViewState::chosenRangeChanged, this, qOverload<>(&QWidget::update));
    connect(&state_->marks(), &TimeMarks::changed, this, qOverload<>(&QWidget::update));
    traceChanged();
}

OverviewStrip::~OverviewStrip() {
    stop_.request_stop();
}

void OverviewStrip::traceChanged() {
    stop_.request_stop();
    stop_ = std::stop_source();
    activity_ = {};
    image_ = {};
    if (const auto facts = state_->facts())
        work_.request([facts, stop = stop_.get_token()] {
            return activityOf(*facts->trace, facts->waits, goroutinesOf(*facts->trace, facts->waits, false),
                              facts->trace->wholeRange(), activityBins, stop);
        });
    else
        work_.cancel();
    update();
}

TimeAxis OverviewStrip::axis() const {
    return {.range = state_->facts() ? state_->facts()->trace->wholeRange() : TimeRange{},
            .left = static_cast<double>(sizes_.left(width())),
            .width = static_cast<double>(std::max(1, width() - sizes_.left(width()) - sizes_.right()))};
}

void OverviewStrip::drawActivityImage() {
    const qreal ratio = devicePixelRatioF();
    image_ = QImage((QSizeF(size()) * ratio).toSize(), QImage::Format_RGB32);
    image_.setDevicePixelRatio(ratio);
    image_.fill(canvasColours(isDark(palette())).background);
    if (!activity_.empty())
        drawActivity(image_,
                     QRect(qRound(sizes_.left(width()) * ratio), qRound(top * ratio), qRound(axis().width * ratio),
                           qRound((height() - top - 1) * ratio)),
                     activity_, activity_.range);
    QPainter painter(&image_);
    painter.setFont(font());
    if (state_->facts())
        paintHeap(painter);
}

void OverviewStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (image_.size() != (QSizeF(size()) * devicePixelRatioF()).toSize())
        drawActivityImage();
    painter.drawImage(0, 0, image_);
    const CanvasColours colours = canvasColours(isDark(palette()));
    painter.setPen(colours.line);
    painter.drawLine(0, height() - 1, width(), height() - 1);
    if (!state_->facts())
        return;
    paintRange(painter);
    paintMarks(painter);
    painter.setPen(colours.text);
    paintLine(painter, 0, tr("Whole trace"));
    painter.setPen(colours.fadedText);
    const QString second =
        activity_.empty()
            ? tr("counting goroutines…")
            : tr("at most %1 alive at once")
                  .arg(fromUtf8(countText(static_cast<std::uint64_t>(std::ceil(static_cast<double>(activity_.peak))))));
    paintLine(painter, 1, second);
    painter.drawText(QRect(width() - sizes_.right() + 1, 4, sizes_.right() - 10, sizes_.high(18)),
                     Qt::AlignRight | Qt::AlignVCenter, fromUtf8(durationText(state_->facts()->trace->duration)));
    if (hasFocus()) {
        painter.setPen(QPen(colours.selection, 1, Qt::DotLine));
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void OverviewStrip::paintHeap(QPainter& painter) const {
    const HeapSeries& heap = state_->facts()->heap;
    if (heap.most() == 0)
        return;
    const CanvasColours colours = canvasColours(isDark(palette()));
    QPolygonF line;
    for (int x = 0; x < static_cast<int>(axis().width); ++x)
        if (const auto live = heap.before(axis().timeAt(axis().left + x + 1.0)).live)
            line << QPointF(axis().left + x,
                            height() - 2 -
                                static_cast<double>(*live) / static_cast<double>(heap.most()) * (height() - top - 3));
    painter.setPen(QPen(colours.background, 3));
    painter.drawPolyline(line);
    painter.setPen(QPen(colours.text, 1));
    painter.drawPolyline(line);
    painter.setPen(colours.fadedText);
    paintLine(painter, 2, tr("— heap, at most %1").arg(fromUtf8(bytesText(heap.most()))));
}

void OverviewStrip::paintLine(QPainter& painter, int line, const QString& text) const {
    const int height = sizes_.high(17);
    painter.drawText(QRect(8, sizes_.high(4) + line * height, sizes_.left(width()) - 16, height),
                     Qt::AlignLeft | Qt::AlignVCenter, text);
}

// What is not visible below lies under a veil.
void OverviewStrip::paintRange(QPainter& painter) const {
    const CanvasColours colours = canvasColours(isDark(palette()));
    const TimeRange visible = state_->visibleRange();
    const double from = axis().x(visible.begin);
    const double to = axis().x(visible.end);
    QColor veil = colours.background;
    veil.setAlpha(170);
    const double right = axis().left + axis().width;
    painter.fillRect(QRectF(axis().left, 0, from - axis().left, height() - 1), veil);
    painter.fillRect(QRectF(to, 0, right - to, height() - 1), veil);
    if (const TimeRange chosen = state_->chosenRange(); !chosen.empty()) {
        QColor choice = colours.selection;
        choice.setAlpha(60);
        painter.fillRect(QRectF(axis().x(chosen.begin), 0, std::max(1.0, axis().x(chosen.end) - axis().x(chosen.begin)),
                                height() - 1),
                         choice);
    }
    painter.setPen(colours.selection);
    painter.drawLine(QPointF(from, 0), QPointF(from, height() - 1));
    painter.drawLine(QPointF(to, 0), QPointF(to, height() - 1));
    for (const double x : {from, to})
        painter.fillRect(QRectF(x - handleWidth / 2.0, height() / 2.0 - 9, handleWidth, 18), colours.selection);
}

void OverviewStrip::paintMarks(QPainter& painter) const {
    const CanvasColours colours = canvasColours(isDark(palette()));
    const TimeMarks& marks = state_->marks();
    const auto line = [&](Time time, const QPen& pen) {
        painter.setPen(pen);
        painter.drawLine(QPointF(axis().x(time), 0), QPointF(axis().x(time), height() - 1));
    };
    // Lines that cannot be told apart are counted.
    constexpr double near = 4; // logical pixels
    for (std::size_t i = 0, first = 0; i < marks.marks().size(); ++i) {
        const double x = axis().x(marks.marks()[i].time);
        line(marks.marks()[i].time, QPen(colours.selection, 1, Qt::DashLine));
        const bool isLast = i + 1 == marks.marks().size() || axis().x(marks.marks()[i + 1].time) - x > near;
        if (isLast && i > first)
            painter.drawText(QPointF(x + 3, height() - 4), QStringLiteral("⚑%1").arg(i + 1 - first));
        if (isLast)
            first = i + 1;
    }
    if (state_->onset() >= 0) {
        line(state_->onset(), QPen(onsetColour, 2, Qt::DashLine));
        paintFlags(painter, {{axis().x(state_->onset()), tr("it began"), onsetColour}}, 0);
    }
    if (marks.a())
        line(*marks.a(), QPen(markerAColour, 2));
    if (marks.b())
        line(*marks.b(), QPen(markerBColour, 2));
    // Of many hits one a pixel.
    double last = -1;
    for (const Time hit : marks.hits())
        if (const double x = std::floor(axis().x(hit)); x != last) {
            painter.fillRect(QRectF(x, 0, 2, 7), colours.selection);
            last = x;
        }
    if (state_->hoverTime() >= 0)
        line(state_->hoverTime(), QPen(colours.hoverLine));
}

OverviewStrip::Grip OverviewStrip::gripAt(double x) const {
    const TimeRange visible = state_->visibleRange();
    const double from = axis().x(visible.begin);
    const double to = axis().x(visible.end);
    // The nearer one, so that both can be had where they touch.
    if (std::min(std::abs(x - from), std::abs(x - to)) <= handleReach)
        return std::abs(x - from) < std::abs(x - to) ? Grip::Begin : Grip::End;
    const bool whole = visible == axis().range;
    return x > from && x < to && !whole ? Grip::Middle : Grip::Outside;
}

void OverviewStrip::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !state_->facts())
        return;
    grip_ = gripAt(event->position().x());
    pressed_ = axis().timeAt(event->position().x());
    pressedRange_ = state_->visibleRange();
    moved_ = false;
}

void OverviewStrip::mouseMoveEvent(QMouseEvent* event) {
    if (!state_->facts())
        return;
    const TimeRange whole = axis().range;
    const Time at = std::clamp(axis().timeAt(event->position().x()), whole.begin, whole.end);
    const bool onAxis = event->position().x() >= axis().left && event->position().x() <= axis().left + axis().width;
    state_->setHoverTime(onAxis ? std::min(at, whole.end - 1) : -1);
    const Grip grip = grip_ == Grip::None ? gripAt(event->position().x()) : grip_;
    setCursor(grip == Grip::Begin || grip == Grip::End ? Qt::SizeHorCursor
              : grip == Grip::Middle                   ? Qt::OpenHandCursor
                                                       : Qt::ArrowCursor);
    if (grip_ == Grip::None)
        return;
    const auto reach = axis().timeOf(QApplication::startDragDistance());
    moved_ = moved_ || std::abs(at - pressed_) > reach || grip_ == Grip::Begin || grip_ == Grip::End;
    if (!moved_)
        return;
    switch (grip_) {
    case Grip::Begin:
        state_->setVisibleRange({std::min(at, pressedRange_.end), pressedRange_.end});
        break;
    case Grip::End:
        state_->setVisibleRange({pressedRange_.begin, std::max(at, pressedRange_.begin)});
        break;
    case Grip::Middle:
        state_->setVisibleRange({pressedRange_.begin + at - pressed_, pressedRange_.end + at - pressed_});
        break;
    case Grip::Outside:
        state_->setVisibleRange({std::min(at, pressed_), std::max(at, pressed_)});
        break;
    case Grip::None:
        break;
    }
}

void OverviewStrip::mouseReleaseEvent(QMouseEvent*) {
    // A click outside of the range brings the range there.
    if (grip_ == Grip::Outside && !moved_ && state_->facts()) {
        const Time half = pressedRange_.length() / 2;
        state_->setVisibleRange({pressed_ - half, pressed_ - half + pressedRange_.length()});
    }
    grip_ = Grip::None;
}

void OverviewStrip::mouseDoubleClickEvent(QMouseEvent*) {
    if (state_->facts())
        state_->setVisibleRange(axis().range);
}

void OverviewStrip::leaveEvent(QEvent*) {
    state_->setHoverTime(-1);
}

void OverviewStrip::wheelEvent(QWheelEvent* event) {
    if (!state_->facts())
        return;
    const double notches = event->angleDelta().y() / wheelNotch;
    const TimeRange visible = state_->visibleRange();
    const TimeAxis inner{
        .range = visible, .left = axis().x(visible.begin), .width = axis().x(visible.end) - axis().x(visible.begin)};
    const bool inside = inner.width > 1 && visible.contains(axis().timeAt(event->position().x()));
    state_->setVisibleRange(
        inner.zoomed(std::pow(zoomStep, notches), inside ? event->position().x() : inner.left + inner.width / 2));
    event->accept();
}

void OverviewStrip::keyPressEvent(QKeyEvent* event) {
    const TimeAxis visible{.range = state_->visibleRange(), .left = 0, .width = 1};
    switch (event->key()) {
    case Qt::Key_Left:
        return state_->setVisibleRange(visible.moved(-panStep));
    case Qt::Key_Right:
        return state_->setVisibleRange(visible.moved(panStep));
    case Qt::Key_Up:
        return state_->setVisibleRange(visible.zoomed(zoomStep, 0.5));
    case Qt::Key_Down:
        return state_->setVisibleRange(visible.zoomed(1 / zoomStep, 0.5));
    case Qt::Key_Escape:
        if (std::exchange(grip_, Grip::None) != Grip::None)
            return state_->setVisibleRange(pressedRange_);
        [[fallthrough]];
    default:
        QWidget::keyPressEvent(event);
    }
}

void OverviewStrip::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        image_ = {};
}

} // namespace waitscope
