// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/waits/why_panel.h"

#include "model/report/span_text.h"
#include "model/report/text.h"
#include "model/report/wait_columns.h"
#include "model/report/why_text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/plain_rows.h"
#include "widgets/common/text_style.h"
#include "widgets/common/text_table.h"
#include "widgets/flame/flame_view.h"

#include <QHeaderView>
#include <QLabel>
#include <QScopedValueRollback>
#include <QScrollArea>
#include <QScrollBar>
#include <QTabWidget>
#include <QVBoxLayout>

namespace waitscope {

namespace {

constexpr int gap = 4; // the window's grid, in logical pixels

} // namespace

WhyPanel::WhyPanel(ViewState* view, QWidget* parent)
    : QWidget(parent)
    , view_(view)
    , sentence_(new QLabel(this))
    , doubt_(new QLabel(this))
    , tabs_(new QTabWidget(this))
    , flame_(new FlameView(FlameView::Direction::Up))
    , flameArea_(new QScrollArea(this))
    , work_([this](Answer answer) { showAnswer(std::move(answer)); }) {
    setAccessibleName(tr("Why they wait"));
    for (QLabel* const label : {sentence_, doubt_}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        label->setContentsMargins(2 * gap, gap, 2 * gap, 0);
    }
    QFont bold = sentence_->font();
    bold.setBold(true);
    sentence_->setFont(bold);
    sentence_->setAccessibleName(tr("Because of whom"));

    tabs_->setDocumentMode(true);
    buildTable(causes_, tr("Root causes"),
               new PlainRows({{tr("Share"), true}, {tr("Time"), true}, {tr("Meanwhile")}, {tr("Line")}}, this));
    flame_->setAccessibleName(tr("Flame graph: who waits below, what went on meanwhile above"));
    flameArea_->setWidget(flame_);
    flameArea_->setWidgetResizable(true);
    flameArea_->setFrameShape(QFrame::NoFrame);
    flameArea_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    QScrollBar* const bar = flameArea_->verticalScrollBar(); // flames are looked at from the floor
    connect(bar, &QScrollBar::rangeChanged, bar, [bar](int, int lowest) { bar->setValue(lowest); });
    tabs_->addTab(flameArea_, tr("Flame graph"));
    buildTable(wakers_, tr("Woken by"), new PlainRows({{tr("Waits"), true}, {tr("Time"), true}, {tr("By")}}, this));
    buildTable(steps_, tr("Step by step"),
               new PlainRows(
                   {{tr("Before its end"), true}, {tr("For"), true}, {tr("Goroutine")}, {tr("Line")}, {tr("Evidence")}},
                   this));
    buildTable(holders_, tr("May hold the lock"),
               new PlainRows({{tr("Goroutines"), true}, {tr("Behind the lock at")}, {tr("Waiting for")}}, this));
    connect(steps_.view, &TextTable::rowHovered, this, [this](int row) {
        const bool known = row >= 0 && shownSteps_[static_cast<std::size_t>(row)].span.known();
        view_->setHoverTime(known ? shownSteps_[static_cast<std::size_t>(row)].part.begin : -1);
    });
    connect(steps_.view, &TextTable::rowChosen, this, [this](int row) {
        const BlockerStep& step = shownSteps_[static_cast<std::size_t>(row)];
        if (!filling_ && step.span.known())
            view_->setHoverTime(step.part.begin);
    });

    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, gap, 0, 0);
    layout->setSpacing(gap);
    layout->addWidget(sentence_);
    layout->addWidget(doubt_);
    layout->addWidget(tabs_, 1);
    layout->addStretch(0); // without tables the words stay at the top
    const auto changed = [this] {
        wanted_ = true;
        if (isVisible())
            request();
    };
    connect(view_, &ViewState::traceChanged, this, changed);
    connect(view_, &ViewState::selectionChanged, this, changed);
    connect(view_, &ViewState::visibleRangeChanged, this, changed);
    connect(view_, &ViewState::chosenRangeChanged, this, changed);
    request();
}

WhyPanel::~WhyPanel() = default;

void WhyPanel::buildTable(Table& table, const QString& name, PlainRows* rows) {
    table.rows = rows;
    table.view = new TextTable(tabs_);
    table.view->setAccessibleName(name);
    table.view->setModel(rows);
    table.view->horizontalHeader()->setStretchLastSection(true);
    connect(table.view, &TextTable::rowActivated, this, [this, &table](int row) {
        if (const auto r = static_cast<std::size_t>(row); r < table.frames.size() && table.frames[r].known())
            Q_EMIT frameActivated(table.frames[r]);
    });
    tabs_->addTab(table.view, name);
}

void WhyPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (wanted_)
        request();
}

void WhyPanel::request() {
    const auto facts = view_->facts();
    if (!facts)
        return showNothing(tr("Open a trace to see because of whom its goroutines wait."));
    if (!isVisible())
        return;
    wanted_ = false;
    if (const auto* const site = std::get_if<SiteSelection>(&view_->selection())) {
        work_.request([facts, range = view_->rangeOfInterest(),
                       row = WaitRowKey{.by = WaitGrouping::Site, .primitive = site->primitive, .site = site->site}] {
            return Answer{facts, whyOf(*facts, row, range), {}};
        });
        return;
    }
    if (std::holds_alternative<TaskSelection>(view_->selection())) {
        work_.request([facts, task = view_->selection()] {
            const SpanIndex longest = waitOf(*facts, task);
            return Answer{facts, longest.known() ? whyOf(*facts, longest) : Why{}, longest};
        });
        return;
    }
    const SpanIndex wait = waitOf(*facts, view_->selection());
    if (!wait.known())
        return showNothing(tr("Select a row of waits, a task, or one wait, to see because of whom."));
    work_.request([facts, wait] { return Answer{facts, whyOf(*facts, wait), {}}; });
}

void WhyPanel::showNothing(const QString& hint) {
    work_.cancel();
    sentence_->setText(hint);
    doubt_->hide();
    tabs_->hide();
}

void WhyPanel::showAnswer(Answer answer) {
    const QScopedValueRollback filling(filling_, true);
    const TraceFacts& facts = *answer.facts;
    const Trace& trace = *facts.trace;
    Why& why = answer.why;
    const WhyText text = whyText(facts, why);
    QString sentence = text.sentence.empty() ? tr("The trace does not say because of whom.") : fromUtf8(text.sentence);
    if (answer.longest.known())
        sentence = tr("Its longest wait: %1.\n")
                       .arg(fromUtf8(spanText(facts, trace.ownerOf(answer.longest), answer.longest))) +
                   sentence;
    sentence_->setText(sentence);
    doubt_->setText(fromUtf8(text.doubt));
    doubt_->setVisible(!text.doubt.empty());
    QPalette muted = palette();
    muted.setColor(QPalette::WindowText, mutedText(palette()));
    doubt_->setPalette(muted);

    const auto fill = [](Table& table, std::vector<PlainRows::Row> rows, std::vector<FrameId> frames) {
        table.rows->show(std::move(rows));
        table.frames = std::move(frames);
        table.view->resizeColumnsToContents();
    };
    std::vector<PlainRows::Row> rows;
    std::vector<FrameId> frames;
    for (const RootCause& cause : why.causes.causes) {
        rows.push_back(
            {{fromUtf8(percentText(why.causes.percent(cause).value_or(0))), fromUtf8(durationText(cause.time)),
              fromUtf8(nameOf(cause.state)), fromUtf8(siteText(trace, cause.site))},
             fromUtf8(fullPlaceText(trace, cause.site))});
        frames.push_back(cause.site);
    }
    fill(causes_, std::exchange(rows, {}), std::exchange(frames, {}));
    for (const RowWaker& waker : why.wakers) {
        rows.push_back(
            {{fromUtf8(countText(waker.count)), fromUtf8(durationText(waker.total)), fromUtf8(wakerText(trace, waker))},
             fromUtf8(fullPlaceText(trace, waker.site))});
        frames.push_back(waker.site);
    }
    fill(wakers_, std::exchange(rows, {}), std::exchange(frames, {}));
    for (const BlockerStep& step : why.steps) {
        rows.push_back({{fromUtf8(durationText(why.steps.front().part.end - step.part.begin)),
                         fromUtf8(durationText(step.part.length())), fromUtf8(goroutineText(trace, step.goroutine)),
                         fromUtf8(doingText(step.state)) + u' ' + fromUtf8(siteText(trace, step.site)),
                         fromUtf8(evidenceText(facts, step))},
                        fromUtf8(fullPlaceText(trace, step.site))});
        frames.push_back(step.site);
    }
    if (why.cut)
        rows.push_back({{{}, {}, {}, tr("and more before that")}, {}});
    fill(steps_, std::exchange(rows, {}), std::exchange(frames, {}));
    for (const CandidateHolder& holder : why.holders) {
        rows.push_back({{fromUtf8(countText(holder.goroutines)), fromUtf8(siteText(trace, holder.frame)),
                         holder.primitive == Primitive::Unknown ? tr("nothing") : fromUtf8(nameOf(holder.primitive))},
                        fromUtf8(fullPlaceText(trace, holder.frame))});
        frames.push_back(holder.frame);
    }
    fill(holders_, std::move(rows), std::move(frames));
    tabs_->setTabVisible(tabs_->indexOf(causes_.view), !why.causes.causes.empty());
    tabs_->setTabVisible(tabs_->indexOf(flameArea_), !why.causes.causes.empty());
    tabs_->setTabVisible(tabs_->indexOf(wakers_.view), !why.wakers.empty());
    tabs_->setTabVisible(tabs_->indexOf(steps_.view), !why.steps.empty());
    tabs_->setTabVisible(tabs_->indexOf(holders_.view), !why.holders.empty());
    tabs_->setVisible(!why.causes.causes.empty() || !why.holders.empty());
    shownSteps_ = std::move(why.steps);
    if (why.cut)
        shownSteps_.emplace_back();
    flame_->show(answer.facts, std::move(why.flame));
}

} // namespace waitscope
