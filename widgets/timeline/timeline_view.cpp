// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_view.h"

#include "model/report/span_text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/theme.h"
#include "widgets/timeline/timeline_tooltip.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QHelpEvent>
#include <QNativeGestureEvent>
#include <QPainter>
#include <QPointer>
#include <QPushButton>
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
    : QAbstractScrollArea(parent)
    , state_(state)
    , sumsWork_([this](std::shared_ptr<const GroupActivities> sums) {
        sums_ = std::move(sums);
        wantActivities();
        redraw();
    })
    , markWork_([this](std::vector<std::uint8_t> marked) {
        marked_ = std::move(marked);
        markGroups();
    }) {
    setFocusPolicy(Qt::StrongFocus);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    // Always there, so that the canvas is as wide with few rows as with many and its axis stays where it is.
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    setAccessibleName(tr("Timeline"));
    viewport()->setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    showAll_ = new QPushButton(tr("Show all goroutines"), viewport());
    showAll_->hide();
    connect(showAll_, &QPushButton::clicked, this, &TimelineView::showEverything);
    connect(this, &TimelineView::rowsChanged, this, &TimelineView::placeShowAll);
    activityTimer_.setSingleShot(true);
    activityTimer_.setInterval(activityDelay);
    connect(&activityTimer_, &QTimer::timeout, this, &TimelineView::computeActivities);
    connect(state_, &ViewState::traceChanged, this, &TimelineView::traceChanged);
    connect(state_, &ViewState::visibleRangeChanged, this, [this] {
        wantActivities();
        redraw();
    });
    connect(state_, &ViewState::selectionChanged, this, &TimelineView::selectionChanged);
    connect(state_, &ViewState::hoverTimeChanged, this, &TimelineView::moveHover);
    connect(state_, &ViewState::chosenRangeChanged, this, &TimelineView::redraw);
    connect(&state_->marks(), &TimeMarks::changed, this, &TimelineView::redraw);
    connect(state_, &ViewState::timesChanged, this, &TimelineView::redraw);
    connect(state_, &ViewState::onsetChanged, this, &TimelineView::redraw);
    connect(state_, &ViewState::onlyChanged, this, &TimelineView::requestRows);
    takeSizes();
    traceChanged();
}

TimelineView::~TimelineView() {
    computing_.request_stop();
    summing_.request_stop();
    choosing_.request_stop();
}

void TimelineView::traceChanged() {
    const auto& facts = state_->facts();
    const std::string name = facts ? facts->trace->identity.fileName : std::string();
    const std::string before = std::exchange(partOf_, facts && facts->trace->report.growing ? name : std::string());
    const bool isMore = !before.empty() && name == before;
    computing_.request_stop();
    ++activityRequest_;
    activities_.clear();
    choosing_.request_stop();
    rowsWork_.cancel();
    markWork_.cancel();
    walkWork_.cancel();
    wakerWork_.cancel();
    walk_ = {};
    marked_.clear();
    groupsMarked_.clear();
    // Goroutines keep their numbers while a trace grows: its rows stay as they are until there are more.
    if (!isMore) {
        rowsAsked_.reset();
        foldsBefore_.reset();
        choice_.hidden.clear();
        choice_.filter.clear();
        focusedRow_ = -1;
        const TimelineSizes sizes = rows_.sizes();
        rows_ = facts ? TimelineRows(facts) : TimelineRows();
        rows_.setSizes(sizes);
        verticalScrollBar()->setValue(0);
    }
    updateScrollBar();
    sumUpGroups();
    redraw();
    // The way of grouping and sorting is the user's, not the trace's.
    if (isMore || choice_ != TimelineChoice() || state_->only())
        requestRows();
    Q_EMIT choiceChanged();
    Q_EMIT rowsChanged();
}

void TimelineView::selectionChanged() {
    findSelected();
    const GoroutineIndex g = selectedGoroutine(state_->selection());
    if (g.known() && state_->facts()) {
        if (!ownSelection_) {
            if (rows_.reveal(g))
                tellArranged(); // with the selection it is one step
            updateScrollBar();
        }
        const TimelineRow row = rows_.rowOf(g);
        focusedRow_ = row.top;
        if (!ownSelection_)
            scrollTo(row);
        const SpanIndex span = selectedSpan();
        setAccessibleDescription(span.known() ? fromUtf8(spanText(*state_->facts(), g, span)) : QString());
    } else if (state_->facts()) {
        setAccessibleDescription(fromUtf8(selectionText(*state_->facts(), state_->selection())));
    }
    redraw();
}

TimelineFrame TimelineView::frame() const {
    return {.range = state_->axisRange(),
            .area = viewport()->rect(),
            .sizes = sizes_,
            .words = look_.words,
            .scrollY = verticalScrollBar()->value(),
            .devicePixelRatio = devicePixelRatioF(),
            .dark = isDark(palette()),
            .hasFocus = hasFocus(),
            .selection = state_->selection(),
            .focusedRow = focusedRow_,
            .hover = state_->hoverTime(),
            .onset = state_->onset(),
            .brushed = state_->chosenRange(),
            .times = state_->times(),
            .lit = lit_,
            .marks = &state_->marks(),
            .marked = marked_,
            .groupsMarked = groupsMarked_,
            .activityOf = {}};
}

void TimelineView::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    if (!state_->facts()) {
        painter.fillRect(viewport()->rect(), palette().base());
        return;
    }
    painter.setFont(font());
    TimelineFrame now = frame();
    if (!isDrawn_ || painter_.image().size() != (QSizeF(now.area.size()) * now.devicePixelRatio).toSize()) {
        activityWork_ = {};
        constexpr std::size_t mostKept = 256; // of folded groups that have been scrolled by
        if (activities_.size() > mostKept)
            activities_.clear();
        now.activityOf = [this](std::size_t group) { return activityShown(group); };
        QElapsedTimer clock;
        clock.start();
        painter_.draw(font(), *state_->facts(), rows_, now);
        if (FrameTimes::areWanted())
            frameTimes_.add(clock.nsecsElapsed(), lastFrameWork());
        isDrawn_ = true;
    }
    painter.drawImage(0, 0, painter_.image());
    painter_.paintHover(painter, *state_->facts(), rows_, now);
    if (FrameTimes::areWanted()) {
        painter.setPen(canvasColours(now.dark).fadedText);
        painter.drawText(viewport()->rect().adjusted(0, 0, -8, -4), Qt::AlignRight | Qt::AlignBottom,
                         frameTimes_.text());
    }
    if (rows_.goroutinesShown() == 0) {
        painter.setPen(canvasColours(isDark(palette())).fadedText);
        painter.drawText(viewport()->rect().adjusted(now.labelWidth(), 0, -now.rightWidth(), -showAll_->height()),
                         Qt::AlignCenter | Qt::TextWordWrap, whyEmpty());
    }
}

QString TimelineView::whyEmpty() const {
    if (!isNarrowed())
        return tr("This trace holds no goroutine.");
    return choice_.filter.isEmpty() ? tr("All goroutines are hidden.")
                                    : tr("No goroutine matches “%1”.").arg(choice_.filter);
}

// Where nothing is left there must be a way back.
void TimelineView::placeShowAll() {
    showAll_->adjustSize();
    const QPoint middle = viewport()->rect().adjusted(sizes_.left(viewport()->width()), 0, -sizes_.right(), 0).center();
    showAll_->move(middle.x() - showAll_->width() / 2, middle.y() + fontMetrics().height());
    showAll_->setVisible(state_->facts() && rows_.goroutinesShown() == 0 && isNarrowed());
}

void TimelineView::redraw() {
    isDrawn_ = false;
    viewport()->update();
}

// Only the line moves, and its time on the ruler.
void TimelineView::moveHover() {
    const auto updateLine = [&](Time time) {
        if (time >= 0)
            viewport()->update(static_cast<int>(axis().x(time)) - 2, 0, 5, viewport()->height());
    };
    updateLine(hoverDrawn_);
    hoverDrawn_ = state_->hoverTime();
    updateLine(hoverDrawn_);
    viewport()->update(0, 0, viewport()->width(), rulerHeight());
}

void TimelineView::resizeEvent(QResizeEvent*) {
    isDrawn_ = false;
    placeShowAll();
    updateScrollBar();
    wantActivities();
}

void TimelineView::updateScrollBar() {
    verticalScrollBar()->setPageStep(rowsHeight());
    verticalScrollBar()->setSingleStep(rows_.sizes().header);
    verticalScrollBar()->setRange(0, std::max(0, rows_.contentHeight() - rowsHeight()));
}

void TimelineView::scrollContentsBy(int, int) {
    wantActivities();
    redraw();
}

void TimelineView::sumUpGroups() {
    summing_.request_stop();
    summing_ = std::stop_source();
    sums_.reset();
    if (!state_->facts())
        return sumsWork_.cancel();
    sumsWork_.request([facts = state_->facts(), groups = rows_.sharedGroups(), stop = summing_.get_token()] {
        return std::make_shared<const GroupActivities>(facts, groups, stop);
    });
}

std::size_t TimelineView::activityBins() const {
    return static_cast<std::size_t>(std::max(1.0, axis().width / pixelsPerActivityBin));
}

// Null, or of another range, until something is known of this one.
const Activity* TimelineView::activityShown(std::size_t group) {
    const TimeRange range = state_->axisRange();
    const std::size_t bins = activityBins();
    ShownActivity& shown = activities_[group];
    if ((shown.activity.range == range && shown.activity.bins.size() == bins) || !sums_)
        return &shown.activity;
    auto now = sums_->of(group, range, bins, activityWork_);
    shown.isExact = now.has_value();
    shown.activity = now ? std::move(*now) : sums_->coarse(group, range, bins, activityWork_);
    return &shown.activity;
}

void TimelineView::wantActivities() {
    activityTimer_.start();
}

void TimelineView::computeActivities() {
    if (!sums_)
        return;
    std::vector<std::size_t> wanted;
    const TimeRange range = state_->axisRange();
    const std::size_t bins = activityBins();
    const int top = verticalScrollBar()->value();
    const auto want = [&](std::size_t group) {
        (void)activityShown(group);
        if (!activities_[group].isExact && std::ranges::find(wanted, group) == wanted.end())
            wanted.push_back(group);
    };
    const auto wantBetween = [&](int from, int to) {
        for (TimelineRow row = rows_.rowAt(from); row.kind != TimelineRow::Kind::None && row.top < to;
             row = rows_.rowBelow(row))
            if (row.kind == TimelineRow::Kind::Graph && row.graph != TimelineGraph::Heap)
                want(everyGroup);
            else if (rows_.isSummary(row))
                want(row.group);
    };
    wantBetween(0, rows_.stickyHeight());
    wantBetween(top + rows_.stickyHeight(), top + rowsHeight());
    computing_.request_stop();
    if (wanted.empty())
        return;
    computing_ = std::stop_source();
    const std::uint64_t request = ++activityRequest_;
    // The thread holds the facts itself; the view may be gone or ask for something else before it is done.
    (void)QtConcurrent::run([self = QPointer<TimelineView>(this), facts = state_->facts(), sums = sums_, wanted, range,
                             bins, request, stop = computing_.get_token()] {
        for (const std::size_t group : wanted) {
            Activity activity = activityOf(*facts->trace, facts->waits, sums->membersOf(group), range, bins, stop);
            if (stop.stop_requested())
                return;
            QMetaObject::invokeMethod(qApp, [self, group, request, result = std::move(activity)]() mutable {
                if (!self || self->activityRequest_ != request)
                    return;
                self->activities_[group] = {std::move(result), true};
                self->redraw();
            });
        }
    });
}

TimelineRow TimelineView::rowUnder(const QPoint& position) const {
    if (position.y() < rulerHeight())
        return {};
    const int y = position.y() - rulerHeight();
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

int TimelineView::heightInRow(const TimelineRow& row, int y) const {
    return y - rulerHeight() - row.top + (row.top < rows_.stickyHeight() ? 0 : verticalScrollBar()->value());
}

FrameId TimelineView::frameUnder(const TimelineRow& row, int y, TimeRange cell) const {
    return stackFrameAt(*state_->facts(), rows_, row, heightInRow(row, y), cell);
}

SpanIndex TimelineView::selectedSpan() const {
    return waitscope::selectedSpan(state_->selection());
}

bool TimelineView::isOnAxis(int x) const {
    return x >= axis().left && x <= axis().left + axis().width;
}

double TimelineView::zoomCentre() const {
    // All canvases have one axis: the mouse may be in any of them.
    const QPoint mouse = viewport()->mapFromGlobal(QCursor::pos());
    const bool inWindow = window()->rect().contains(window()->mapFromGlobal(QCursor::pos()));
    return inWindow && isOnAxis(mouse.x()) ? mouse.x() : axis().left + axis().width / 2;
}

void TimelineView::focusInEvent(QFocusEvent*) {
    if (focusedRow_ < 0)
        focusedRow_ = 0;
    redraw();
}

void TimelineView::focusOutEvent(QFocusEvent*) {
    redraw();
}

void TimelineView::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        takeSizes();
    if (event->type() == QEvent::PaletteChange)
        redraw();
}

bool TimelineView::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::NativeGesture) {
        const auto* const gesture = static_cast<QNativeGestureEvent*>(event);
        if (gesture->gestureType() != Qt::ZoomNativeGesture || !state_->facts())
            return QAbstractScrollArea::viewportEvent(event);
        state_->setVisibleRange(axis().zoomed(1 / (1 + std::max(gesture->value(), -0.5)), gesture->position().x()));
        return true;
    }
    if (event->type() == QEvent::Leave && QApplication::activePopupWidget() == nullptr)
        state_->setHoverTime(-1);
    if (event->type() != QEvent::ToolTip || !state_->facts())
        return QAbstractScrollArea::viewportEvent(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    // A little away from the mouse, so that it does not cover the span it is about.
    QToolTip::showText(help->globalPos() + QPoint(8, rows_.sizes().header), tooltipAt(help->pos()), viewport());
    return true;
}

QString TimelineView::tooltipAt(const QPoint& position) {
    const TimelineRow row = rowUnder(position);
    const TimeRange cell{axis().timeAt(position.x()), axis().timeAt(position.x() + 1)};
    const TimeText times = state_->times();
    const bool isOfMany = row.isGroup();
    if (!isOnAxis(position.x()))
        return rowTooltip(*state_->facts(), rows_, row, times);
    if (row.kind == TimelineRow::Kind::Processor)
        return processorTooltip(*state_->facts(), row.processor, cell, times);
    if (row.kind == TimelineRow::Kind::Collector)
        return collectorTooltip(*state_->facts(), cell, times);
    if (row.kind == TimelineRow::Kind::Thread)
        return threadTooltip(*state_->facts(), row.thread, cell, times);
    const bool isSummedUp = rows_.isSummary(row) || row.kind == TimelineRow::Kind::Graph;
    if (isSummedUp) {
        const QString then =
            row.graph == TimelineGraph::Heap && !isOfMany
                ? heapTooltip(state_->facts()->heap, cell.begin, times)
                : activityTooltip(*activityShown(isOfMany ? row.group : everyGroup), cell.begin, times);
        return rowTooltip(*state_->facts(), rows_, row, times) + (then.isEmpty() ? QString() : u'\n' + then);
    }
    if (!row.goroutine.known())
        return rowTooltip(*state_->facts(), rows_, row, times);
    const SpanIndex span = spanUnder(position);
    const QString tip = span.known() ? spanTooltip(*state_->facts(), row.goroutine, span, cell, times) : QString();
    const FrameId frame = frameUnder(row, position.y(), cell);
    return frame.known() ? fromUtf8(siteText(*state_->facts()->trace, frame)) + u'\n' + tip : tip;
}

} // namespace waitscope
