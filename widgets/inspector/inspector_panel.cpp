// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/inspector/inspector_panel.h"

#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/text_table.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

namespace waitscope {

namespace {

constexpr int askDelay = 120; // ms without a change

TextTable* makeTable(QAbstractItemModel* model, const QString& name, std::initializer_list<int> widths) {
    auto* const table = new TextTable;
    table->setModel(model);
    table->setAccessibleName(name);
    int column = 0;
    for (const int width : widths)
        table->setColumnWidth(column++, width);
    table->horizontalHeader()->setStretchLastSection(true);
    return table;
}

} // namespace

InspectorPanel::InspectorPanel(ViewState* state, QWidget* parent)
    : QTabWidget(parent)
    , state_(state)
    , states_({tr("State"), tr("Time"), tr("Share"), tr("Times"), tr("Open"), tr("Longest")}, 1)
    , waits_({tr("What"), tr("Length"), tr("Since")}, 1)
    , transitions_({tr("From"), tr("To"), tr("Count"), tr("Total"), tr("Median")}, 2) {
    setDocumentMode(true);
    eventTable_ = makeTable(&events_, tr("Events"), {115, 70, 90, 190, 150});
    connect(eventTable_, &TextTable::rowChosen, this, [this](int row) {
        const Event event = events_.eventAt(row);
        const GoroutineIndex g = goroutineOf(*answer_.facts, event);
        const Trace& trace = *answer_.facts->trace;
        const Time at = std::min(timeOf(*answer_.facts, event), trace.lifetime(g).end - 1);
        if (const SpanIndex span = trace.spanAt(g, at); span.known())
            show(span);
    });
    auto* const kinds = new QToolButton;
    kinds->setText(tr("Kinds"));
    kinds->setPopupMode(QToolButton::InstantPopup);
    auto* const menu = new QMenu(kinds);
    for (std::size_t i = 0; i < eventKindCount; ++i) {
        QAction* const action = menu->addAction(fromUtf8(nameOf(static_cast<EventKind>(i))));
        action->setCheckable(true);
        action->setChecked(true);
        connect(action, &QAction::toggled, this, [this, i](bool on) {
            const EventKinds bit = bitOf(static_cast<EventKind>(i));
            setEventKinds(on ? kinds_ | bit : kinds_ & ~bit);
        });
    }
    kinds->setMenu(menu);
    eventHint_ = new QLabel(tr("Select a goroutine, or drag a range in the timeline, to list what happened in it."));
    eventHint_->setWordWrap(true);
    eventHint_->setContentsMargins(8, 8, 8, 8);
    auto* const eventPage = new QWidget;
    auto* const eventLayout = new QVBoxLayout(eventPage);
    eventLayout->setContentsMargins(0, 0, 0, 0);
    eventLayout->setSpacing(0);
    eventLayout->addWidget(kinds, 0, Qt::AlignRight);
    eventLayout->addWidget(eventHint_);
    eventLayout->addWidget(eventTable_, 1);
    addTab(page(eventPage), tr("Events"));
    addTab(page(makeTable(&states_, tr("Time by state"), {180, 80, 70, 70, 60})), tr("Time"));
    auto* const longest = makeTable(&waits_, tr("Longest waits"), {360, 90});
    connect(longest, &TextTable::rowChosen, this,
            [this](int row) { show(answer_.times.longest[static_cast<std::size_t>(row)].span); });
    histogram_ = new LengthHistogramView;
    connect(histogram_, &LengthHistogramView::chosenChanged, &askTimer_, qOverload<>(&QTimer::start));
    auto* const waitsPage = new QWidget;
    auto* const waitsLayout = new QVBoxLayout(waitsPage);
    waitsLayout->setContentsMargins(0, 0, 0, 0);
    waitsLayout->setSpacing(0);
    waitsLayout->addWidget(histogram_);
    waitsLayout->addWidget(longest, 1);
    addTab(page(waitsPage), tr("Longest waits"));
    addTab(page(makeTable(&transitions_, tr("Transitions"), {150, 150, 70, 90})), tr("Transitions"));

    askTimer_.setSingleShot(true);
    askTimer_.setInterval(askDelay);
    connect(&askTimer_, &QTimer::timeout, this, &InspectorPanel::ask);
    const auto soon = [this] { askTimer_.start(); };
    connect(state_, &ViewState::selectionChanged, this, soon);
    connect(state_, &ViewState::visibleRangeChanged, this, soon);
    connect(state_, &ViewState::chosenRangeChanged, this, soon);
    connect(state_, &ViewState::traceChanged, this, [this] {
        stop_.request_stop();
        work_.cancel();
        asked_ = {};
        answered({});
        askTimer_.start();
    });
    connect(this, &QTabWidget::currentChanged, this, soon);
}

InspectorPanel::~InspectorPanel() {
    stop_.request_stop();
}

QWidget* InspectorPanel::page(QWidget* content) {
    auto* const title = new QLabel;
    title->setContentsMargins(8, 3, 8, 3);
    title->setMinimumWidth(0);
    title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    titles_.push_back(title);
    auto* const whole = new QWidget;
    auto* const layout = new QVBoxLayout(whole);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(title);
    layout->addWidget(content, 1);
    return whole;
}

void InspectorPanel::setEventKinds(EventKinds kinds) {
    kinds_ = kinds;
    askTimer_.start();
}

InspectorPanel::Subject InspectorPanel::subject() const {
    const GoroutineIndex g = selectedGoroutine(state_->selection());
    const TimeRange chosen = state_->chosenRange();
    return {.goroutine = g,
            .range = !chosen.empty() ? chosen
                     : g.known()     ? state_->facts()->trace->wholeRange()
                                     : state_->visibleRange(),
            .withEvents = g.known() || !chosen.empty(),
            .kinds = kinds_,
            .lengths = histogram_->chosen()};
}

void InspectorPanel::showEvent(QShowEvent* event) {
    askTimer_.start();
    QTabWidget::showEvent(event);
}

void InspectorPanel::ask() {
    const auto& facts = state_->facts();
    // What nobody sees is not computed.
    const bool seen = isVisible() && std::ranges::any_of(titles_, &QWidget::isVisible);
    if (!facts || !seen || subject() == asked_)
        return;
    stop_.request_stop();
    stop_ = std::stop_source();
    asked_ = subject();
    work_.request([facts, subject = asked_, stop = stop_.get_token()] {
        const std::vector<GoroutineIndex> goroutines = subject.goroutine.known()
                                                           ? std::vector{subject.goroutine}
                                                           : goroutinesOf(*facts->trace, facts->waits, false);
        Answer answer{.facts = facts, .subject = subject, .times = {}, .events = {}};
        constexpr std::size_t longWaits = 200;
        answer.times =
            stateTimesOf(*facts, goroutines, subject.range, {.most = longWaits, .lengths = subject.lengths}, stop);
        if (subject.withEvents)
            answer.events = eventsOf(*facts, goroutines, subject.range, subject.kinds, stop);
        return answer;
    });
}

void InspectorPanel::answered(Answer answer) {
    answer_ = std::move(answer);
    if (!answer_.facts) {
        events_.show(nullptr, {});
        states_.show({});
        waits_.show({});
        transitions_.show({});
        histogram_->show({});
        for (QLabel* const title : titles_)
            title->clear();
        return;
    }
    const TraceFacts& facts = *answer_.facts;
    const StateTimes& times = answer_.times;
    const QString who = answer_.subject.goroutine.known()
                            ? fromUtf8(goroutineText(*facts.trace, answer_.subject.goroutine))
                            : tr("%1 goroutines of the program").arg(fromUtf8(countText(times.goroutines)));
    const QString when =
        tr("Δ %1 from %2").arg(fromUtf8(durationText(times.range.length())), fromUtf8(durationText(times.range.begin)));
    const QString lives =
        tr("%1 created, %2 ended").arg(fromUtf8(countText(times.created)), fromUtf8(countText(times.ended)));
    for (QLabel* const title : titles_) {
        title->setText(who + QStringLiteral(" · ") + when + QStringLiteral(" · ") + lives);
        title->setToolTip(title->text());
    }
    const auto duration = [](Time time) { return fromUtf8(durationText(time)); };
    const auto count = [](std::uint64_t number) { return fromUtf8(countText(number)); };
    std::vector<QStringList> rows;
    for (const StateTime& state : times.states)
        rows.push_back({fromUtf8(textOf(state.what)), duration(state.total),
                        fromUtf8(percentText(100.0 * static_cast<double>(state.total) /
                                             static_cast<double>(std::max<Time>(times.lifetime, 1)))),
                        count(state.count), state.open > 0 ? count(state.open) : QString(), duration(state.longest)});
    rows.push_back({tr("lifetime in the range"), duration(times.lifetime), QStringLiteral("100 %"), {}, {}, {}});
    states_.show(std::move(rows));
    rows.clear();
    for (const LongWait& wait : times.longest)
        rows.push_back({fromUtf8(spanText(facts, wait.goroutine, wait.span)), duration(wait.length),
                        duration(facts.trace->spans.start(wait.span))});
    waits_.show(std::move(rows));
    histogram_->show(times.lengths);
    rows.clear();
    for (const Transition& step : times.transitions)
        rows.push_back({fromUtf8(textOf(step.from)), fromUtf8(textOf(step.to)), count(step.count), duration(step.total),
                        duration(step.median)});
    transitions_.show(std::move(rows));
    events_.show(answer_.facts, std::move(answer_.events));
    eventHint_->setVisible(!answer_.subject.withEvents);
    eventTable_->setVisible(answer_.subject.withEvents);
}

// Selects a span and brings it into view, without changing the zoom.
void InspectorPanel::show(SpanIndex span) {
    const Trace& trace = *answer_.facts->trace;
    const TimeRange part = trace.spans.range(span);
    const TimeRange visible = state_->visibleRange();
    if (part.end <= visible.begin || part.begin >= visible.end)
        state_->setVisibleRange(
            {part.begin - visible.length() / 2, part.begin + visible.length() - visible.length() / 2});
    state_->select(SpanSelection{trace.ownerOf(span), span});
}

} // namespace waitscope
