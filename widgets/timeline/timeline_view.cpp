// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_view.h"

#include "model/report/span_text.h"
#include "model/waits/wake_up.h"
#include "widgets/common/from_utf8.h"
#include "widgets/timeline/timeline_tooltip.h"

#include <QApplication>
#include <QHelpEvent>
#include <QPainter>
#include <QPointer>
#include <QScrollBar>
#include <QToolTip>
#include <QtConcurrent>

namespace waitscope {

namespace {

constexpr int activityDelay = 25; // ms without a change before activities are computed
constexpr double pixelsPerActivityBin = 2;
constexpr double selectedShare = 0.6; // of the window, after zooming to a span

bool isDark(const QPalette& palette) {
    return palette.color(QPalette::Base).lightness() < 128;
}

} // namespace

TimelineView::TimelineView(ViewState* state, QWidget* parent) : QAbstractScrollArea(parent), state_(state) {
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
    connect(state_, &ViewState::onsetChanged, viewport(), qOverload<>(&QWidget::update));
    connect(state_, &ViewState::hoverTimeChanged, this, [this](Time time) {
        hover_ = time;
        viewport()->update();
    });
    traceChanged();
}

TimelineView::~TimelineView() {
    computing_.request_stop();
}

void TimelineView::traceChanged() {
    computing_.request_stop();
    ++activityRequest_;
    activities_.clear();
    brushed_ = {};
    focusedRow_ = -1;
    rows_ = state_->facts() ? TimelineRows(state_->facts()) : TimelineRows();
    verticalScrollBar()->setValue(0);
    updateScrollBar();
    wantActivities();
    viewport()->update();
}

void TimelineView::selectionChanged() {
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
    return {.range = state_->visibleRange(),
            .area = viewport()->rect(),
            .scrollY = verticalScrollBar()->value(),
            .devicePixelRatio = devicePixelRatioF(),
            .dark = isDark(palette()),
            .hasFocus = hasFocus(),
            .selectedSpan = selectedSpan(),
            .selectedGoroutine = selectedGoroutine(state_->selection()),
            .focusedRow = focusedRow_,
            .hover = hover_,
            .onset = state_->onset(),
            .brushed = brushed_,
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
    if (row.kind == TimelineRow::Kind::None)
        return;
    QScrollBar* const bar = verticalScrollBar();
    if (row.top < bar->value() || row.top + row.height > bar->value() + rowsHeight())
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
    const TimeRange range = state_->visibleRange();
    const auto bins = static_cast<std::size_t>(std::max(1.0, axis().width / pixelsPerActivityBin));
    const int top = verticalScrollBar()->value();
    for (TimelineRow row = rows_.rowAt(top); row.kind != TimelineRow::Kind::None && row.top < top + rowsHeight();
         row = rows_.rowBelow(row)) {
        if (row.kind != TimelineRow::Kind::Group || row.goroutine.known() || !rows_.isFolded(row.group))
            continue;
        const auto known = activities_.find(row.group);
        if (known == activities_.end() || known->second.range != range || known->second.bins.size() != bins)
            wanted.push_back(row.group);
    }
    if (wanted.empty())
        return;
    computing_.request_stop();
    computing_ = std::stop_source();
    const std::uint64_t request = ++activityRequest_;
    // The thread holds the facts itself; the view may be gone or ask for something else before it is done.
    (void)QtConcurrent::run(
        [self = QPointer<TimelineView>(this), facts, wanted, range, bins, request, stop = computing_.get_token()] {
            for (const std::size_t group : wanted) {
                Activity activity =
                    activityOf(*facts->trace, facts->waits, facts->groups.groups[group].members, range, bins, stop);
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
    return rows_.rowAt(position.y() - TimelinePainter::rulerHeight + verticalScrollBar()->value());
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

void TimelineView::zoomToSelection() {
    const SpanIndex span = selectedSpan();
    const GoroutineIndex g = selectedGoroutine(state_->selection());
    if (!g.known())
        return showWholeTrace();
    const Trace& trace = *state_->facts()->trace;
    const TimeRange what = span.known() ? trace.spans.range(span) : trace.lifetime(g);
    const auto margin = static_cast<Time>(static_cast<double>(what.length()) * (1 / selectedShare - 1) / 2);
    const TimeRange before = state_->visibleRange();
    state_->setVisibleRange({what.begin - margin, what.end + margin});
    if (state_->visibleRange() == before)
        showWholeTrace();
}

void TimelineView::zoomToBrushedRange() {
    if (brushed_.empty())
        return;
    state_->setVisibleRange(brushed_);
    brushed_ = {};
    Q_EMIT brushedRangeChanged(brushed_);
    viewport()->update();
}

void TimelineView::showWholeTrace() {
    if (state_->facts())
        state_->setVisibleRange(state_->facts()->trace->wholeRange());
}

void TimelineView::selectSpan(SpanIndex span) {
    state_->select(SpanSelection{state_->facts()->trace->ownerOf(span), span});
}

void TimelineView::showSpan(SpanIndex span) {
    selectSpan(span);
    zoomToSelection();
}

void TimelineView::selectNeighbour(int direction) {
    const GoroutineIndex g = selectedGoroutine(state_->selection());
    const SpanIndex span = selectedSpan();
    if (!g.known() || !span.known())
        return;
    const SpanRange own = state_->facts()->trace->goroutines.spans(g);
    const auto next = static_cast<std::uint32_t>(static_cast<std::int64_t>(span.value) + direction);
    if (next < own.begin || next >= own.end)
        return;
    selectSpan({next});
    // Keep it in the window without changing the zoom.
    const TimeRange part = state_->facts()->trace->spans.range({next});
    const TimeRange visible = state_->visibleRange();
    if (part.end <= visible.begin || part.begin >= visible.end)
        state_->setVisibleRange({part.begin - visible.length() / 2, part.begin + visible.length() / 2});
}

void TimelineView::goToWaker() {
    const SpanIndex span = selectedSpan();
    const GoroutineIndex g = selectedGoroutine(state_->selection());
    if (!span.known())
        return;
    const Trace& trace = *state_->facts()->trace;
    // Asked of a wait, or of the runnable span that it ended with.
    const SpanIndex wait = trace.spans.kind(span).origin == SpanOrigin::Woken ? SpanIndex{span.value - 1} : span;
    if (trace.spans.state(wait) != GoroutineState::Waiting || trace.isOpen(g, wait)) {
        Q_EMIT messageChanged(tr("Nothing has woken this goroutine here: select a wait that ended."));
        return;
    }
    const WakeUp wake = wakeUpAfter(*state_->facts(), wait);
    if (!wake.goroutine.known()) {
        Q_EMIT messageChanged(fromUtf8(wakeUpText(*state_->facts(), wait, wake)));
        return;
    }
    const SpanIndex then = trace.spanAt(wake.goroutine, trace.spans.end(wait));
    if (then.known())
        selectSpan(then);
    else
        state_->select(GoroutineSelection{wake.goroutine});
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
