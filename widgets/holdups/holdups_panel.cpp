// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/holdups/holdups_panel.h"

#include "widgets/common/from_utf8.h"
#include "widgets/common/text_style.h"
#include "widgets/common/text_table.h"
#include "widgets/holdups/parts_bar.h"
#include "widgets/holdups/utilization_graph.h"
#include "widgets/holdups/waker_picture.h"

#include <QEvent>
#include <QHeaderView>
#include <QLabel>
#include <QScopedValueRollback>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>

namespace waitscope {

namespace {

constexpr int gap = 4;        // the window's grid, in logical pixels
constexpr int askDelay = 120; // ms without a change

void addFamilies(std::vector<PlainRows::ColumnTitle>& columns) {
    for (const StateFamily family : shownFamilies) {
        QString name = family == StateFamily::Runnable ? HoldupsPanel::tr("Ready") : fromUtf8(nameOf(family));
        name[0] = name[0].toUpper();
        columns.push_back({name, true});
    }
}

std::vector<PlainRows::ColumnTitle> workColumns() {
    std::vector<PlainRows::ColumnTitle> columns{
        {HoldupsPanel::tr("Type")},          {HoldupsPanel::tr("Count"), true},    {HoldupsPanel::tr("Open"), true},
        {HoldupsPanel::tr("Total"), true},   {HoldupsPanel::tr("Median"), true},   {HoldupsPanel::tr("p95"), true},
        {HoldupsPanel::tr("Longest"), true}, {HoldupsPanel::tr("Suspended"), true}};
    addFamilies(columns);
    columns.push_back({HoldupsPanel::tr("Elsewhere"), true});
    columns.push_back({HoldupsPanel::tr("Begins at")});
    return columns;
}

} // namespace

HoldupsPanel::HoldupsPanel(ViewState* view, QWidget* parent) : QTabWidget(parent), view_(view) {
    setDocumentMode(true);
    setAccessibleName(tr("What else holds goroutines up"));
    picture_ = new WakerPicture;
    connect(picture_, &WakerPicture::functionChosen, this, &HoldupsPanel::selectFunction);
    auto* const scrolled = new QScrollArea;
    scrolled->setWidget(picture_);
    scrolled->setWidgetResizable(true);
    scrolled->setFrameShape(QFrame::NoFrame);
    queue_ = new PartsBar;
    utilization_ = new UtilizationGraph;
    addTab(makePage(edges_, tr("Who waits for whom"),
                    {{tr("Time"), true},
                     {tr("Share"), true},
                     {tr("Waits"), true},
                     {tr("Who waits")},
                     {tr("For whom")},
                     {tr("Waits at")},
                     {tr("Woken at")},
                     {tr("Knot"), true}},
                    tr("Finished waits that a goroutine ended. Functions that wait for one another are a knot."),
                    scrolled, Room::Shared),
           tr("Wakers"));
    addTab(makePage(ready_, tr("Ready without a processor, by the line that made ready"),
                    {{tr("Time"), true}, {tr("Share"), true}, {tr("Times"), true}, {tr("Made ready at")}},
                    tr("As the scheduler latency profile of go tool trace, which leaves out the wait for a "
                       "goroutine's first run."),
                    queue_),
           tr("Processors"));
    addTab(makePage(cycles_, tr("Cycles of the collector"),
                    {{tr("Begin"), true},
                     {tr("Marked for"), true},
                     {tr("Stopped"), true},
                     {tr("Assists"), true},
                     {tr("Blocked goroutines"), true},
                     {tr("Heap live"), true},
                     {tr("Heap goal"), true},
                     {tr("Forced")}},
                    tr("Blocked goroutines: their stacks are scanned in each cycle. The curve: what the program has of "
                       "the processors in the worst window of each length, in the whole trace."),
                    utilization_),
           tr("Collector"));
    std::vector<PlainRows::ColumnTitle> columns{{tr("Function")}, {tr("Goroutines"), true}, {tr("Lifetime"), true}};
    addFamilies(columns);
    columns.push_back({tr("GC assist"), true});
    addTab(makePage(functions_, tr("Goroutines by function"), std::move(columns),
                    tr("As the goroutine analysis of go tool trace; what waits for ever counts to the trace's end.")),
           tr("Functions"));
    const QString work = tr("As go tool trace, with what is open or began before the trace as far as it is seen. "
                            "Suspended: not running.");
    addTab(makePage(tasks_, tr("Tasks by type"), workColumns(), work), tr("Tasks"));
    addTab(makePage(regions_, tr("Regions by type"), workColumns(), work), tr("Regions"));
    letRowsLead();

    askTimer_.setSingleShot(true);
    askTimer_.setInterval(askDelay);
    connect(&askTimer_, &QTimer::timeout, this, &HoldupsPanel::ask);
    const auto soon = [this] {
        if (isVisible() && !leading_)
            askTimer_.start();
    };
    connect(view_, &ViewState::visibleRangeChanged, this, soon);
    connect(view_, &ViewState::chosenRangeChanged, this, soon);
    connect(view_, &ViewState::traceChanged, this, [this, soon] {
        work_.cancel();
        clear();
        soon();
    });
    connect(view_, &ViewState::timesChanged, this, [this] {
        if (answer_.facts && answer_.page == Page::Collector)
            showCollector();
    });
    connect(this, &QTabWidget::currentChanged, this, soon);
    clear();
    muteNotes();
}

HoldupsPanel::~HoldupsPanel() = default;

void HoldupsPanel::muteNotes() {
    QPalette muted = palette();
    muted.setColor(QPalette::WindowText, mutedText(palette()));
    for (QLabel* const note : notes_)
        note->setPalette(muted);
}

void HoldupsPanel::changeEvent(QEvent* event) {
    QTabWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        muteNotes();
}

QWidget* HoldupsPanel::makePage(Table& table, const QString& name, std::vector<PlainRows::ColumnTitle> columns,
                                const QString& note, QWidget* above, Room room) {
    auto* const page = new QWidget;
    auto* const sentence = new QLabel;
    auto* const small = new QLabel(note);
    for (QLabel* const label : {sentence, small}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        label->setContentsMargins(2 * gap, gap, 2 * gap, 0);
    }
    sentences_.push_back(sentence);
    notes_.push_back(small);
    table.rows = new PlainRows(std::move(columns), this);
    table.view = new TextTable;
    table.view->setAccessibleName(name);
    table.view->setModel(table.rows);
    table.view->horizontalHeader()->setStretchLastSection(true);
    connect(table.view, &TextTable::rowActivated, this, [this, &table](int row) {
        if (const auto r = static_cast<std::size_t>(row); r < table.frames.size() && table.frames[r].known())
            Q_EMIT frameActivated(table.frames[r]);
    });
    auto* const layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gap);
    layout->addWidget(sentence);
    layout->addWidget(small);
    if (room == Room::Shared) {
        auto* const splitter = new QSplitter(Qt::Vertical);
        splitter->addWidget(above);
        splitter->addWidget(table.view);
        splitter->setSizes({400, 600}); // in proportion; by themselves pictures ask for little
        layout->addWidget(splitter, 1);
        return page;
    }
    if (above != nullptr)
        layout->addWidget(above);
    layout->addWidget(table.view, 1);
    return page;
}

void HoldupsPanel::showEvent(QShowEvent* event) {
    QTabWidget::showEvent(event);
    askTimer_.start();
}

HoldupsPanel::Answer HoldupsPanel::compute(std::shared_ptr<const TraceFacts> facts, TimeRange range, Page page) {
    Answer answer{.facts = std::move(facts), .range = range, .page = page};
    const TraceFacts& f = *answer.facts;
    switch (page) {
    case Page::Wakers:
        answer.graph = wakerGraph(f, range);
        break;
    case Page::Processors:
        answer.latency = schedulerLatency(f, range);
        answer.ready = readyPlaces(f, range);
        break;
    case Page::Collector:
        answer.cost = collectorCost(f, range);
        answer.curve = utilizationCurve(mutatorUtilization(f), f.trace->duration);
        break;
    case Page::Functions:
        answer.functions = functionTimes(f, range);
        break;
    case Page::Tasks:
        answer.work = taskTimes(f, range);
        break;
    case Page::Regions:
        answer.work = regionTimes(f, range);
        break;
    }
    return answer;
}

void HoldupsPanel::ask() {
    const auto& facts = view_->facts();
    const auto page = static_cast<Page>(currentIndex());
    const TimeRange range = view_->rangeOfInterest();
    if (!facts || !isVisible() || (answer_.facts == facts && answer_.page == page && answer_.range == range))
        return;
    work_.request([facts, range, page] { return compute(facts, range, page); });
}

void HoldupsPanel::clear() {
    const QScopedValueRollback filling(filling_, true);
    answer_ = {};
    for (QLabel* const sentence : sentences_)
        sentence->setText(view_->facts() ? tr("Counting …") : tr("Open a trace to see what holds its goroutines up."));
    for (Table* const table : {&edges_, &ready_, &cycles_, &functions_, &tasks_, &regions_})
        fill(*table, {});
    picture_->show(nullptr, {});
    queue_->show({});
    utilization_->show({});
}

void HoldupsPanel::fill(Table& table, std::vector<PlainRows::Row> rows, std::vector<FrameId> frames) {
    const bool first = table.rows->rowCount() == 0;
    table.rows->show(std::move(rows));
    table.frames = std::move(frames);
    if (first)
        table.view->resizeColumnsToContents();
    else // what the user has made wide stays wide
        table.view->widenColumnsToContents();
}

void HoldupsPanel::say(const QString& sentence) {
    sentences_[static_cast<std::size_t>(answer_.page)]->setText(sentence);
}

void HoldupsPanel::answered(Answer answer) {
    const QScopedValueRollback filling(filling_, true);
    answer_ = std::move(answer);
    switch (answer_.page) {
    case Page::Wakers:
        return showWakers();
    case Page::Processors:
        return showProcessors();
    case Page::Collector:
        return showCollector();
    case Page::Functions:
        return showFunctions();
    case Page::Tasks:
        return showWork(tasks_);
    case Page::Regions:
        return showWork(regions_);
    }
}

} // namespace waitscope
