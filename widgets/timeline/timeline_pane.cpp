// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_pane.h"

#include "model/report/text.h"
#include "widgets/common/choice_box.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/text_style.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

#include <vector>

namespace waitscope {

namespace {

QComboBox* makeChoice(std::span<const NamedChoice> choices, const QString& name) {
    auto* const box = new ChoiceBox;
    box->setAccessibleName(name);
    for (const NamedChoice& choice : choices)
        box->addItem(fromUtf8(choice.text));
    return box;
}

} // namespace

TimelinePane::TimelinePane(ViewState* state, QWidget* parent) : QWidget(parent), state_(state) {
    view_ = new TimelineView(state);
    grouping_ = makeChoice(namedGroupings, tr("Group by"));
    order_ = makeChoice(namedGroupOrders, tr("Sort by"));
    filter_ = new QLineEdit;
    filter_->setAccessibleName(tr("Filter goroutines"));
    filter_->setPlaceholderText(tr("Filter: name, g42, on:mutex, at:cache.go, age:1s, state:waiting, with:g42 …"));
    filter_->setClearButtonEnabled(true);
    filter_->setToolTip(tr("All words must hold; a minus in front turns one round.\n"
                           "handler: part of the function's name\ng42: this goroutine\n"
                           "state:waiting (running, runnable, syscall, ended): at the trace's end\n"
                           "on:mutex (chan-receive, lock, network, …): it waited on this\n"
                           "at:cache.go:45: it waited there\nage:1s: a wait at least this old is open at the end\n"
                           "lived:1s: it lived at least this long\n"
                           "label:, region:, task: part of their names\nwith:g42: it interacts with that goroutine"));
    filter_->installEventFilter(this);
    count_ = new QLabel;
    problem_ = new QLabel;
    problem_->setContentsMargins(8, 2, 8, 2);
    problem_->setWordWrap(true);
    problem_->hide();

    auto* const tools = new QHBoxLayout;
    tools->setContentsMargins(8, 3, 8, 3);
    tools->setSpacing(6);
    for (const auto& [text, box] : {std::pair(tr("&Group"), grouping_), std::pair(tr("S&ort"), order_)}) {
        auto* const label = new QLabel(text);
        label->setBuddy(box);
        tools->addWidget(label);
        tools->addWidget(box);
    }
    only_ = new QToolButton;
    only_->hide();
    tools->addWidget(only_);
    tools->addWidget(filter_, 1);
    tools->addWidget(count_);
    tools->addWidget(makeColours());
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(tools);
    layout->addWidget(problem_);
    layout->addWidget(view_, 1);
    filter_->setMinimumWidth(60);
    filter_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed); // what the choices leave
    count_->setMinimumWidth(0);

    connect(grouping_, &QComboBox::activated, this, &TimelinePane::apply);
    connect(order_, &QComboBox::activated, this, &TimelinePane::apply);
    connect(filter_, &QLineEdit::textChanged, this, &TimelinePane::apply);
    connect(view_, &TimelineView::choiceChanged, this, &TimelinePane::follow);
    connect(state_, &ViewState::onlyChanged, this, &TimelinePane::followOnly);
    connect(only_, &QToolButton::clicked, this, [this] { state_->showOnly({}); });
    connect(view_, &TimelineView::rowsChanged, this, [this] {
        const auto& facts = state_->facts();
        if (!facts)
            return count_->clear();
        const std::size_t shown = view_->rows().goroutinesShown();
        const std::size_t all = facts->trace->goroutines.size();
        count_->setText(shown == all ? QString()
                                     : tr("%1 of %2").arg(fromUtf8(countText(shown)), fromUtf8(countText(all))));
        const std::size_t hidden = view_->choice().hidden.size();
        count_->setToolTip(
            hidden == 0 ? QString() : tr("%1 hidden; Shift+H shows what is hidden.").arg(fromUtf8(countText(hidden))));
    });
    connect(view_, &TimelineView::choiceProblem, this, [this](const QString& problem) {
        problem_->setText(problem);
        problem_->setVisible(!problem.isEmpty());
    });
}

// What the colours mean; those that are chosen are the only ones that are left.
QToolButton* TimelinePane::makeColours() {
    auto* const colours = new QToolButton;
    colours->setText(tr("Colours  ")); // room for the arrow
    colours->setAccessibleName(tr("Colours"));
    colours->setToolTip(tr("What the colours mean. Choose a state, or several, to see them alone in their colours."));
    colours->setPopupMode(QToolButton::InstantPopup);
    auto* const menu = new QMenu(colours);
    std::vector<QAction*> states;
    for (std::size_t f = 0; f < stateFamilyCount; ++f) {
        const auto family = static_cast<StateFamily>(f);
        QAction* const action = menu->addAction(familyIcon(family), fromUtf8(nameOf(family)), this,
                                                [this, family] { view_->lightUp(family); });
        action->setIconVisibleInMenu(true);
        action->setCheckable(true);
        states.push_back(action);
    }
    menu->addSeparator();
    menu->addAction(tr("All in their colours"), view_, &TimelineView::lightAllUp);
    connect(menu, &QMenu::aboutToShow, this, [this, states] {
        for (std::size_t f = 0; f < states.size(); ++f)
            states[f]->setChecked(view_->lit()[f]);
    });
    colours->setMenu(menu);
    return colours;
}

void TimelinePane::editFilter() {
    filter_->setFocus();
    filter_->selectAll();
}

void TimelinePane::apply() {
    TimelineChoice choice = view_->choice();
    choice.grouping = static_cast<Grouping>(grouping_->currentIndex());
    choice.order = static_cast<GroupOrder>(order_->currentIndex());
    choice.filter = filter_->text();
    view_->setChoice(choice);
}

void TimelinePane::follow() {
    const TimelineChoice& choice = view_->choice();
    grouping_->setCurrentIndex(static_cast<int>(choice.grouping));
    order_->setCurrentIndex(static_cast<int>(choice.order));
    // While it is typed the text may be ahead of what is shown.
    if ((!filter_->hasFocus() || choice.filter.isEmpty()) && filter_->text() != choice.filter)
        filter_->setText(choice.filter); // which changes nothing: the view has this choice
}

void TimelinePane::followOnly() {
    only_->setVisible(state_->only().has_value());
    if (!state_->only())
        return;
    constexpr int roomForName = 160;
    const QString name = fromUtf8(state_->only()->name);
    only_->setText(tr("only %1  ✕").arg(fontMetrics().elidedText(name, Qt::ElideMiddle, roomForName)));
    only_->setToolTip(tr("Only %1 are shown. Click to show all goroutines again.").arg(name));
    only_->setAccessibleName(only_->toolTip());
}

bool TimelinePane::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress)
        switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Escape:
            filter_->clear();
            [[fallthrough]];
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Down:
            view_->setFocus();
            return true;
        default:
            break;
        }
    return QWidget::eventFilter(watched, event);
}

} // namespace waitscope
