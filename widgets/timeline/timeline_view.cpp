// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_view.h"

#include "model/report/span_text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/theme.h"
#include "widgets/timeline/timeline_tooltip.h"

#include <QApplication>
#include <QHelpEvent>
#include <QNativeGestureEvent>
#include <QPainter>
#include <QPointer>
#include <QScrollBar>
#include <QToolTip>
#include <QtConcurrent>

#include <algorithm>
#include <utility>

namespace waitscope {

namespace {

constexpr int activityDelay = 25; // ms without a change before activities are computed
constexpr double pixelsPerActivityBin = 2;

} // namespace

TimelineView::TimelineView(ViewState* state, QWidget* parent)
    : QAbstractScrollArea(parent), state_(state), siteWork_([this](std::vector<std::uint8_t> atSite) {
        atSite_ = std::move(atSite);
        markGroupsAtSite();
    }) {
    setFocusPolicy(Qt::StrongFocus);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    // Always there, so that the canvas is as wide with few rows as with many and its axis stays where it is.
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    setAccessibleName(tr("Timeline"));
    viewport()->setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    activityTimer_.setSingleShot(true);
    activityTimer_.setInterval(activityDelay);
    connect(&activityTimer_, &QTimer::timeout, this, &TimelineView::computeActivities);
    connect(state_, &ViewState::traceChanged, this, &TimelineView::traceChanged);
    connect(state_, &ViewState::visibleRangeChanged, this, [this] {
        wantActivities();
        viewport()->update();
    });
    connect(state_, &ViewState::selectionChanged, this, &TimelineView::selectionChanged);
    connect(state_, &ViewState::hoverTimeChanged, viewport(), qOverload<>(&QWidget::update));
    connect(state_, &ViewState::chosenRangeChanged, viewport(), qOverload<>(&QWidget::update));
    connect(&state_->marks(), &TimeMarks::changed, viewport(), qOverload<>(&QWidget::update));
    connect(state_, &ViewState::onsetChanged, viewport(), qOverload<>(&QWidget::update));
    traceChanged();
}

TimelineView::~TimelineView() {
    computing_.request_stop();
    choosing_.request_stop();
}

void TimelineView::traceChanged() {
    computing_.request_stop();
    ++activityRequest_;
    activities_.clear();
    choosing_.request_stop();
    rowsWork_.cancel();
    siteWork_.cancel();
    atSite_.clear();
    groupsAtSite_.clear();
    choice_.hidden.clear();
    choice_.filter.clear();
    focusedRow_ = -1;
    rows_ = state_->facts() ? TimelineRows(state_->facts()) : TimelineRows();
    verticalScrollBar()->setValue(0);
    updateScrollBar();
    wantActivities();
    viewport()->update();
    // The way of grouping and sorting is the user's, not the trace's.
    if (state_->facts() && choice_ != TimelineChoice())
        setChoice(std::exchange(choice_, TimelineChoice()));
    Q_EMIT choiceChanged();
    Q_EMIT rowsChanged();
}

void TimelineView::selectionChanged() {
    findSite();
    const GoroutineIndex g = selectedGoroutine(state_->selection());
    if (g.known() && state_->facts()) {
        if (!ownSelection_) {
            rows_.reveal(g);
            updateScrollBar();
        }
        const TimelineRow row = rows_.rowOf(g);
        focusedRow_ = row.top;
        if (!ownSelection_)
            scrollTo(row);
        const SpanIndex span = selectedSpan();
        setAccessibleDescription(span.known() ? fromUtf8(spanText(*state_->facts(), g, span)) : QString());
    }
    viewport()->update();
}

TimelineFrame TimelineView::frame() const {
    return {.range = state_->axisRange(),
            .area = viewport()->rect(),
            .scrollY = verticalScrollBar()->value(),
            .devicePixelRatio = devicePixelRatioF(),
            .dark = isDark(palette()),
            .hasFocus = hasFocus(),
            .selectedSpan = selectedSpan(),
            .selectedGoroutine = selectedGoroutine(state_->selection()),
            .focusedRow = focusedRow_,
            .hover = state_->hoverTime(),
            .onset = state_->onset(),
            .brushed = state_->chosenRange(),
            .format = format_,
            .marks = &state_->marks(),
            .atSite = atSite_,
            .groupsAtSite = groupsAtSite_,
            .activityOf = [this](std::size_t group) -> const Activity* {
                const auto found = activities_.find(group);
                return found == activities_.end() ? nullptr : &found->second;
            }};
}

void TimelineView::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    if (!state_->facts()) {
        painter.fillRect(viewport()->rect(), palette().base());
        return;
    }
    painter.setFont(font());
    painter_.paint(painter, *state_->facts(), rows_, frame());
    if (rows_.goroutinesShown() == 0) {
        const QString why = choice_.filter.isEmpty() && choice_.hidden.empty()
                                ? tr("This trace holds no goroutine.")
                                : tr("No goroutine matches “%1”. Esc clears the filter.").arg(choice_.filter);
        painter.setPen(canvasColours(isDark(palette())).fadedText);
        painter.drawText(viewport()->rect().adjusted(canvasLeft, 0, -canvasRight, 0),
                         Qt::AlignCenter | Qt::TextWordWrap, why);
    }
}

void TimelineView::resizeEvent(QResizeEvent*) {
    updateScrollBar();
    wantActivities();
}

void TimelineView::updateScrollBar() {
    verticalScrollBar()->setPageStep(rowsHeight());
    verticalScrollBar()->setSingleStep(TimelineRows::rowHeight);
    verticalScrollBar()->setRange(0, std::max(0, rows_.contentHeight() - rowsHeight()));
}

void TimelineView::scrollContentsBy(int, int) {
    wantActivities();
    viewport()->update();
}

void TimelineView::scrollTo(const TimelineRow& row) {
    if (row.kind == TimelineRow::Kind::None || row.top < rows_.stickyHeight())
        return;
    QScrollBar* const bar = verticalScrollBar();
    if (row.top < bar->value() + rows_.stickyHeight() || row.top + row.height > bar->value() + rowsHeight())
        bar->setValue(row.top - rowsHeight() / 3);
}

void TimelineView::wantActivities() {
    activityTimer_.start();
}

void TimelineView::computeActivities() {
    const auto facts = state_->facts();
    if (!facts)
        return;
    std::vector<std::size_t> wanted;
    const TimeRange range = state_->axisRange();
    const auto bins = static_cast<std::size_t>(std::max(1.0, axis().width / pixelsPerActivityBin));
    const int top = verticalScrollBar()->value();
    const auto want = [&](std::size_t group) {
        const auto known = activities_.find(group);
        if ((known == activities_.end() || known->second.range != range || known->second.bins.size() != bins) &&
            std::ranges::find(wanted, group) == wanted.end())
            wanted.push_back(group);
    };
    for (TimelineRow row = rows_.rowAt(top + rows_.stickyHeight());
         row.kind != TimelineRow::Kind::None && row.top < top + rowsHeight(); row = rows_.rowBelow(row)) {
        if (row.kind == TimelineRow::Kind::Graph && row.graph != TimelineGraph::Heap)
            want(everyGroup);
        else if (row.kind == TimelineRow::Kind::Group && !row.goroutine.known() && rows_.isFolded(row.group) &&
                 !rows_.groups()[row.group].task.known())
            want(row.group);
    }
    if (wanted.empty())
        return;
    computing_.request_stop();
    computing_ = std::stop_source();
    const std::uint64_t request = ++activityRequest_;
    // The thread holds the facts itself; the view may be gone or ask for something else before it is done.
    (void)QtConcurrent::run([self = QPointer<TimelineView>(this), facts, groups = rows_.sharedGroups(), wanted, range,
                             bins, request, stop = computing_.get_token()] {
        for (const std::size_t group : wanted) {
            const bool all = group == everyGroup;
            Activity activity =
                activityOf(*facts->trace, facts->waits,
                           all ? goroutinesOf(*facts->trace, facts->waits, false) : groups->groups[group].members,
                           range, bins, stop);
            if (stop.stop_requested())
                return;
            QMetaObject::invokeMethod(qApp, [self, group, request, result = std::move(activity)]() mutable {
                if (!self || self->activityRequest_ != request)
                    return;
                self->activities_[group] = std::move(result);
                self->viewport()->update();
            });
        }
    });
}

TimelineRow TimelineView::rowUnder(const QPoint& position) const {
    if (position.y() < TimelinePainter::rulerHeight)
        return {};
    const int y = position.y() - TimelinePainter::rulerHeight;
    return rows_.rowAt(y < rows_.stickyHeight() ? y : y + verticalScrollBar()->value());
}

SpanIndex TimelineView::spanUnder(const QPoint& position) const {
    const TimelineRow row = rowUnder(position);
    if (!row.goroutine.known() || !isOnAxis(position.x()))
        return {};
    // Under a pixel there may be many spans; the longest of them is the one that is seen.
    return longestSpanIn(*state_->facts()->trace, row.goroutine,
                         {axis().timeAt(position.x()), axis().timeAt(position.x() + 1)});
}

SpanIndex TimelineView::selectedSpan() const {
    const auto* selected = std::get_if<SpanSelection>(&state_->selection());
    return selected != nullptr ? selected->span : SpanIndex{};
}

bool TimelineView::isOnAxis(int x) const {
    return x >= canvasLeft && x <= axis().left + axis().width;
}

double TimelineView::zoomCentre() const {
    const QPoint mouse = viewport()->mapFromGlobal(QCursor::pos());
    return viewport()->rect().contains(mouse) && mouse.x() >= canvasLeft ? mouse.x() : axis().left + axis().width / 2;
}

void TimelineView::focusInEvent(QFocusEvent*) {
    if (focusedRow_ < 0)
        focusedRow_ = 0;
    viewport()->update();
}

void TimelineView::focusOutEvent(QFocusEvent*) {
    viewport()->update();
}

void TimelineView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        viewport()->update();
    QAbstractScrollArea::changeEvent(event);
}

bool TimelineView::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::NativeGesture) {
        const auto* const gesture = static_cast<QNativeGestureEvent*>(event);
        if (gesture->gestureType() != Qt::ZoomNativeGesture || !state_->facts())
            return QAbstractScrollArea::viewportEvent(event);
        state_->setVisibleRange(axis().zoomed(1 / (1 + std::max(gesture->value(), -0.5)), gesture->position().x()));
        return true;
    }
    if (event->type() == QEvent::Leave)
        state_->setHoverTime(-1);
    if (event->type() != QEvent::ToolTip || !state_->facts())
        return QAbstractScrollArea::viewportEvent(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    const TimelineRow row = rowUnder(help->pos());
    const SpanIndex span = spanUnder(help->pos());
    const bool ofRow = help->pos().x() < canvasLeft || (row.kind == TimelineRow::Kind::Group && !row.goroutine.known());
    QString tip;
    if (ofRow)
        tip = rowTooltip(*state_->facts(), rows_, row);
    else if (span.known())
        tip = spanTooltip(*state_->facts(), row.goroutine, span,
                          {axis().timeAt(help->pos().x()), axis().timeAt(help->pos().x() + 1)});
    // A little away from the mouse, so that it does not cover the span it is about.
    QToolTip::showText(help->globalPos() + QPoint(8, TimelineRows::rowHeight), tip, viewport());
    return true;
}

} // namespace waitscope
