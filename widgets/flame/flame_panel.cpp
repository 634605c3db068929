// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/flame/flame_panel.h"

#include "model/inspect/flame.h"
#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSplitter>
#include <QVBoxLayout>

namespace waitscope {

namespace {

constexpr int askDelay = 120; // ms without a change

QScrollArea* scrolled(FlameView* view) {
    auto* const area = new QScrollArea;
    area->setWidget(view);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    return area;
}

} // namespace

FlamePanel::FlamePanel(ViewState* state, QWidget* parent) : QWidget(parent), state_(state) {
    of_ = new QComboBox;
    of_->addItems({tr("Waits"), tr("CPU samples")});
    of_->setAccessibleName(tr("Flame graph of"));
    primitive_ = new QComboBox;
    primitive_->setAccessibleName(tr("Waits on"));
    primitive_->addItem(tr("on anything"));
    for (const std::string_view name : primitiveNames)
        primitive_->addItem(fromUtf8(name));
    direction_ = new QComboBox;
    direction_->addItems({tr("From the root"), tr("From the leaf")});
    direction_->setAccessibleName(tr("Direction"));
    search_ = new QLineEdit;
    search_->setPlaceholderText(tr("Mark functions"));
    search_->setClearButtonEnabled(true);
    what_ = new QLabel;
    what_->setContentsMargins(8, 0, 8, 2);
    what_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    what_->setTextFormat(Qt::RichText);
    above_ = new FlameView(FlameView::Direction::Down);
    below_ = new FlameView(FlameView::Direction::Down);
    auto* const tools = new QHBoxLayout;
    tools->setContentsMargins(8, 3, 8, 3);
    for (QComboBox* const box : {of_, primitive_, direction_}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(8);
        tools->addWidget(box);
        connect(box, &QComboBox::activated, this, [this] { askTimer_.start(); });
    }
    tools->addWidget(search_, 1);
    auto* const both = new QSplitter(Qt::Vertical);
    aboveArea_ = scrolled(above_);
    both->addWidget(aboveArea_);
    both->addWidget(scrolled(below_));
    aboveArea_->hide();
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(tools);
    layout->addWidget(what_);
    layout->addWidget(both, 1);

    askTimer_.setSingleShot(true);
    askTimer_.setInterval(askDelay);
    connect(&askTimer_, &QTimer::timeout, this, &FlamePanel::ask);
    const auto soon = [this] { askTimer_.start(); };
    connect(state_, &ViewState::selectionChanged, this, soon);
    connect(state_, &ViewState::visibleRangeChanged, this, soon);
    connect(state_, &ViewState::chosenRangeChanged, this, soon);
    connect(state_, &ViewState::traceChanged, this, [this] {
        stop_.request_stop();
        around_.clear();
        answered({});
        askTimer_.start();
    });
    connect(search_, &QLineEdit::textChanged, above_, &FlameView::mark);
    connect(search_, &QLineEdit::textChanged, below_, &FlameView::mark);
    connect(above_, &FlameView::aroundWanted, this, &FlamePanel::showAround);
    connect(below_, &FlameView::aroundWanted, this, &FlamePanel::showAround);
    connect(what_, &QLabel::linkActivated, this, [this] { showAround({}); });
}

FlamePanel::~FlamePanel() {
    stop_.request_stop();
}

void FlamePanel::showAround(const QString& function) {
    around_ = function;
    askTimer_.start();
}

void FlamePanel::showEvent(QShowEvent* event) {
    askTimer_.start();
    QWidget::showEvent(event);
}

void FlamePanel::ask() {
    const auto& facts = state_->facts();
    if (!facts || !isVisible()) // what nobody sees is not computed
        return;
    FlameQuestion question{.of = of_->currentIndex() == 0 ? FlameOf::Waits : FlameOf::CpuSamples,
                           .range = state_->rangeOfInterest(),
                           .primitive = {},
                           .site = {},
                           .fromLeaf = direction_->currentIndex() == 1,
                           .around = around_.toStdString()};
    primitive_->setEnabled(question.of == FlameOf::Waits);
    if (primitive_->currentIndex() > 0)
        question.primitive = static_cast<Primitive>(primitive_->currentIndex() - 1);
    QString who = tr("all goroutines of the program");
    const GoroutineIndex g = selectedGoroutine(state_->selection());
    if (const auto* const site = std::get_if<SiteSelection>(&state_->selection())) {
        question.primitive = site->primitive;
        question.site = site->site;
        who = fromUtf8(siteText(*facts->trace, site->site));
    } else if (g.known()) {
        who = fromUtf8(goroutineText(*facts->trace, g));
    } else if (std::holds_alternative<GroupSelection>(state_->selection()) ||
               std::holds_alternative<TaskSelection>(state_->selection())) {
        who = fromUtf8(selectionText(*facts, state_->selection()));
    }
    const QString what = who + QStringLiteral(" · Δ ") + fromUtf8(durationText(question.range.length()));
    stop_.request_stop();
    stop_ = std::stop_source();
    work_.request([facts, question, selection = state_->selection(), what, stop = stop_.get_token()]() mutable {
        std::vector<GoroutineIndex> goroutines = goroutinesOf(*facts, selection);
        if (goroutines.empty())
            goroutines = goroutinesOf(*facts->trace, facts->waits, false);
        Answer answer{.facts = facts, .below = {}, .above = {}, .what = what};
        if (!question.around.empty()) {
            question.fromLeaf = true;
            answer.above = flameOf(*facts, goroutines, question, stop);
            question.fromLeaf = false;
        }
        answer.below = flameOf(*facts, goroutines, question, stop);
        return answer;
    });
}

void FlamePanel::answered(Answer answer) {
    QString what = answer.what.toHtmlEscaped();
    if (!around_.isEmpty())
        what = tr("callers of %1, and below what it calls · %2 · <a href='all'>whole stacks</a>")
                   .arg(around_.toHtmlEscaped(), what);
    what_->setText(what);
    aboveArea_->setVisible(!around_.isEmpty());
    direction_->setEnabled(around_.isEmpty());
    above_->show(answer.facts, std::move(answer.above));
    below_->show(answer.facts, std::move(answer.below));
}

} // namespace waitscope
