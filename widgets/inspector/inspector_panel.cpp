// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/inspector/inspector_panel.h"

#include "model/report/span_text.h"
#include "model/report/text.h"
#include "model/waits/waiting_goroutines.h"
#include "widgets/common/canvas_sizes.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/text_table.h"
#include "widgets/common/written_times.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QScopedValueRollback>
#include <QToolButton>
#include <QVBoxLayout>

#include <utility>

namespace waitscope {

namespace {

constexpr int askDelay = 120; // ms without a change

TextTable* makeTable(QAbstractItemModel* model, const QString& name, std::initializer_list<int> widths) {
    auto* const table = new TextTable;
    table->setModel(model);
    table->setAccessibleName(name);
    int column = 0;
    for (const int width : widths)
        table->setColumnWidth(column++, CanvasSizes(table->font()).wide(width));
    table->horizontalHeader()->setStretchLastSection(true);
    return table;
}

// Of a processor or a thread: by function, and the rest.
std::vector<PlainRows::Row> rowsOfRuns(const ProcessorTimes& times) {
    std::vector<PlainRows::Row> rows;
    const auto row = [&](const QString& what, Time total, std::uint64_t count, Time longest) {
        rows.push_back({{what,
                         fromUtf8(durationText(total)),
                         fromUtf8(percentText(100.0 * static_cast<double>(total) /
                                              static_cast<double>(std::max<Time>(times.range.length(), 1)))),
                         count > 0 ? fromUtf8(countText(count)) : QString(),
                         {},
                         count > 0 ? fromUtf8(durationText(longest)) : QString()},
                        {}});
    };
    for (const FunctionRuns& runs : times.functions)
        row(QObject::tr("ran %1").arg(fromUtf8(shortFunction(runs.function))), runs.total, runs.count, runs.longest);
    row(QObject::tr("nothing, or the scheduler"), times.idle, 0, 0);
    return rows;
}

// What a wait was for and where; of a processor's run nothing more than that.
QString whatOf(const TraceFacts& facts, SpanIndex span) {
    const GoroutineState state = facts.trace->spans.state(span);
    if (state == GoroutineState::Running)
        return QObject::tr("running");
    const WaitClass& wait = facts.waits.of(*facts.trace, span);
    const std::string what =
        state == GoroutineState::Syscall ? "system call" : primitiveText(wait.primitive, wait.detail);
    return fromUtf8(what + " · " + siteText(*facts.trace, wait.site));
}

} // namespace

InspectorPanel::InspectorPanel(ViewState* state, QWidget* parent)
    : QTabWidget(parent)
    , state_(state)
    , states_({{tr("State")},
               {tr("Time"), true},
               {tr("Share"), true},
               {tr("Times"), true},
               {tr("Open"), true},
               {tr("Longest"), true},
               {tr("Median"), true},
               {tr("Average"), true},
               {tr("Shortest"), true}})
    , waits_({{tr("Length"), true}, {tr("Since"), true}, {tr("Goroutine"), true}, {tr("What")}})
    , transitions_({{tr("From")}, {tr("To")}, {tr("Count"), true}, {tr("Total"), true}, {tr("Median"), true}}) {
    setDocumentMode(true);
    writeTimesAs(state_, &events_);
    eventTable_ = makeTable(&events_, tr("Events"), {130, 70, 90, 75, 190, 150});
    connect(eventTable_, &TextTable::rowChosen, this, [this](int row) {
        const Event event = events_.eventAt(row);
        const GoroutineIndex g = goroutineOf(*answer_.facts, event);
        const Trace& trace = *answer_.facts->trace;
        const Time at = std::min(timeOf(*answer_.facts, event), trace.lifetime(g).end - 1);
        if (const SpanIndex span = trace.spanAt(g, at); span.known())
            lookAt(span);
    });
    connect(eventTable_, &TextTable::rowHovered, this,
            [this](int row) { state_->setHoverTime(row >= 0 ? timeOf(*answer_.facts, events_.eventAt(row)) : -1); });
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
    eventHint_ = new QLabel(
        tr("Select a goroutine, a group, a task, a processor or a thread, or drag a range in the timeline, to "
           "list what happened in it."));
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
    addTab(page(makeTable(&states_, tr("Time by state"), {165, 75, 60, 65, 45, 75, 75, 75})), tr("Time"));
    auto* const longest = makeTable(&waits_, tr("Longest waits"), {80, 80, 80});
    connect(longest, &TextTable::rowChosen, this,
            [this](int row) { lookAt(longestShown()[static_cast<std::size_t>(row)].span); });
    connect(longest, &TextTable::rowHovered, this, [this](int row) {
        state_->setHoverTime(
            row >= 0 ? answer_.facts->trace->spans.start(longestShown()[static_cast<std::size_t>(row)].span) : -1);
    });
    histogram_ = new LengthHistogramView(tr("waits"));
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
    const auto soon = [this] {
        if (!leading_)
            askTimer_.start();
    };
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
    connect(state_, &ViewState::timesChanged, this, [this] {
        if (!answer_.facts)
            return;
        showTitle();
        showLongest();
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
    const TimeRange chosen = state_->chosenRange();
    Selection who = state_->selection();
    if (const GoroutineIndex g = selectedGoroutine(who); g.known())
        who = GoroutineSelection{g};
    const Trace& trace = *state_->facts()->trace;
    const auto* const task = std::get_if<TaskSelection>(&who);
    const bool all = std::holds_alternative<std::monostate>(who);
    // A row of waits is of the range that is seen.
    const bool seen = all || std::holds_alternative<SiteSelection>(who);
    return {.who = who,
            .range = !chosen.empty()   ? chosen
                     : seen            ? state_->visibleRange()
                     : task != nullptr ? trace.tasks.range(task->task.value)
                                       : trace.wholeRange(),
            .withEvents = !all || !chosen.empty(),
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
        Answer answer{.facts = facts, .subject = subject, .times = {}, .runs = {}, .events = {}};
        constexpr std::size_t longWaits = 200;
        if (const auto* const p = std::get_if<ProcessorSelection>(&subject.who)) {
            answer.runs = processorTimesOf(*facts->trace, p->processor, subject.range, longWaits);
            answer.events = eventsOn(*facts, p->processor, subject.range, subject.kinds, stop);
            return answer;
        }
        if (const auto* const thread = std::get_if<ThreadSelection>(&subject.who)) {
            const auto held = facts->notes.runs(thread->thread);
            answer.runs = threadTimesOf(*facts->trace, held, subject.range, longWaits);
            answer.events = eventsOn(*facts, held, subject.range, subject.kinds, stop);
            return answer;
        }
        std::vector<GoroutineIndex> goroutines = std::holds_alternative<std::monostate>(subject.who)
                                                     ? goroutinesOf(*facts->trace, facts->waits, false)
                                                     : goroutinesOf(*facts, subject.who);
        WaitList list{.most = longWaits, .lengths = subject.lengths, .at = {}};
        if (const auto* const site = std::get_if<SiteSelection>(&subject.who)) {
            list.at = {site->primitive, site->site};
            for (const WaitingGoroutine& one :
                 goroutinesWaitingAt(*facts, site->primitive, site->site, subject.range, true))
                goroutines.push_back(one.goroutine);
        }
        answer.times = stateTimesOf(*facts, goroutines, subject.range, list, stop);
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
    showTitle();
    showLongest();
    const StateTimes& times = answer_.times;
    const auto duration = [](Time time) { return fromUtf8(durationText(time)); };
    const auto count = [](std::uint64_t number) { return fromUtf8(countText(number)); };
    std::vector<PlainRows::Row> rows;
    if (answer_.runs)
        rows = rowsOfRuns(*answer_.runs);
    for (const StateTime& state : times.states)
        rows.push_back({{fromUtf8(textOf(state.what)), duration(state.total),
                         fromUtf8(percentText(100.0 * static_cast<double>(state.total) /
                                              static_cast<double>(std::max<Time>(times.lifetime, 1)))),
                         count(state.count), state.open > 0 ? count(state.open) : QString(), duration(state.longest),
                         duration(state.median), duration(state.average()), duration(state.shortest)},
                        {}});
    if (!answer_.runs)
        rows.push_back({{tr("lifetime in the range"), duration(times.lifetime), QStringLiteral("100 %")}, {}});
    states_.show(std::exchange(rows, {}));
    histogram_->show(times.lengths);
    for (const Transition& step : times.transitions)
        rows.push_back({{fromUtf8(textOf(step.from)), fromUtf8(textOf(step.to)), count(step.count),
                         duration(step.total), duration(step.median)},
                        {}});
    transitions_.show(std::move(rows));
    events_.show(answer_.facts, std::move(answer_.events));
    eventHint_->setVisible(!answer_.subject.withEvents);
    eventTable_->setVisible(answer_.subject.withEvents);
}

void InspectorPanel::showTitle() {
    const StateTimes& times = answer_.times;
    const TimeRange range = answer_.subject.range;
    QString title = nameOfSubject();
    title += tr(" · Δ %1 from %2").arg(fromUtf8(durationText(range.length())), state_->times().text(range.begin));
    if (!answer_.runs)
        title +=
            tr(" · %1 created, %2 ended").arg(fromUtf8(countText(times.created)), fromUtf8(countText(times.ended)));
    for (QLabel* const label : titles_) {
        label->setText(title);
        label->setToolTip(title);
    }
}

void InspectorPanel::showLongest() {
    const TraceFacts& facts = *answer_.facts;
    const TimeText written = state_->times();
    std::vector<PlainRows::Row> rows;
    for (const LongWait& wait : longestShown())
        rows.push_back(
            {{fromUtf8(durationText(wait.length)), written.text(facts.trace->spans.start(wait.span)),
              QStringLiteral("g%1").arg(facts.trace->goroutines.id(wait.goroutine)), whatOf(facts, wait.span)},
             fromUtf8(spanText(facts, wait.goroutine, wait.span))});
    waits_.show(std::move(rows));
}

QString InspectorPanel::nameOfSubject() const {
    const Trace& trace = *answer_.facts->trace;
    const Selection& who = answer_.subject.who;
    if (const auto* const g = std::get_if<GoroutineSelection>(&who))
        return fromUtf8(goroutineText(trace, g->goroutine));
    if (const auto* const group = std::get_if<GroupSelection>(&who))
        return fromUtf8(shortFunction(group->name)) +
               tr(" · %1 goroutines").arg(fromUtf8(countText(group->members->size())));
    if (const auto* const task = std::get_if<TaskSelection>(&who))
        return tr("task %1 #%2")
            .arg(fromUtf8(trace.text(trace.tasks.type(task->task.value))))
            .arg(trace.tasks[task->task.value].id);
    if (const auto* const site = std::get_if<SiteSelection>(&who))
        return fromUtf8(std::string(nameOf(site->primitive)) + " at " + siteText(trace, site->site)) +
               tr(" · %1 goroutines").arg(fromUtf8(countText(answer_.times.goroutines)));
    if (const auto* const processor = std::get_if<ProcessorSelection>(&who))
        return tr("processor %1").arg(trace.processors[processor->processor.value].id);
    if (const auto* const thread = std::get_if<ThreadSelection>(&who))
        return tr("thread %1").arg(trace.threads[thread->thread.value].id);
    return tr("%1 goroutines of the program").arg(fromUtf8(countText(answer_.times.goroutines)));
}

std::span<const LongWait> InspectorPanel::longestShown() const {
    return answer_.runs ? answer_.runs->longest : answer_.times.longest;
}

// What is inspected stays, so that one row can be looked at after the other.
void InspectorPanel::lookAt(SpanIndex span) {
    const QScopedValueRollback leading(leading_, true);
    state_->selectInSight(span);
}

} // namespace waitscope
