// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/inspector/family_panel.h"

#include "model/report/text.h"
#include "widgets/common/canvas_sizes.h"
#include "widgets/common/follow_font.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/written_times.h"

#include <QHeaderView>
#include <QLabel>
#include <QScopedValueRollback>
#include <QVBoxLayout>

#include <utility>

namespace waitscope {

FamilyPanel::FamilyPanel(ViewState* state, QWidget* parent)
    : QWidget(parent), state_(state), hint_(new QLabel), tree_(new QTreeView) {
    hint_->setWordWrap(true);
    hint_->setContentsMargins(8, 4, 8, 4);
    tree_->setModel(&model_);
    tree_->setAccessibleName(tr("Who created it, and whom it created"));
    tree_->setUniformRowHeights(true);
    tree_->setFrameShape(QFrame::NoFrame);
    tree_->setAlternatingRowColors(true);
    tree_->setExpandsOnDoubleClick(false);
    followFont(tree_, [this] {
        const CanvasSizes sizes(tree_->font());
        for (const auto& [column, width] : {std::pair(FamilyModel::Who, 260), std::pair(FamilyModel::Created, 150),
                                            std::pair(FamilyModel::State, 140)})
            tree_->setColumnWidth(column, sizes.wide(width));
    });
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(hint_);
    layout->addWidget(tree_, 1);
    writeTimesAs(state_, &model_);
    connect(tree_, &QTreeView::clicked, this, &FamilyPanel::lookAt);
    connect(tree_, &QTreeView::activated, this, &FamilyPanel::lookAt);
    connect(state_, &ViewState::selectionChanged, this, &FamilyPanel::follow);
    connect(state_, &ViewState::traceChanged, this, &FamilyPanel::follow);
    follow();
}

void FamilyPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    follow();
}

void FamilyPanel::follow() {
    const GoroutineIndex g = selectedGoroutine(state_->selection());
    const bool isStale = !state_->facts() || model_.rowsMade() > 0;
    if (leading_ || (!isVisible() && !isStale))
        return;
    // What is not seen is not made, but must not speak of a trace that is gone.
    const bool isKnown = isVisible() && state_->facts() && g.known();
    if (isKnown && model_.shows(state_->facts(), g))
        return;
    model_.show(state_->facts(), isKnown ? g : GoroutineIndex{});
    hint_->setText(tr("Select a goroutine to see who created it, and whom it created."));
    hint_->setVisible(!isKnown);
    tree_->setVisible(isKnown);
    if (!isKnown)
        return;
    const QModelIndex own = model_.own();
    for (QModelIndex above = own; above.isValid(); above = above.parent())
        tree_->expand(above);
    const QScopedValueRollback leading(leading_, true);
    tree_->setCurrentIndex(own);
    tree_->scrollTo(own);
}

void FamilyPanel::lookAt(const QModelIndex& index) {
    const FamilyModel::Meaning meaning = model_.meaningOf(index);
    const QScopedValueRollback leading(leading_, true);
    if (meaning.isMore)
        return model_.unfoldMore(index.siblingAtColumn(0));
    if (meaning.several != nullptr)
        state_->select(GroupSelection{index.siblingAtColumn(0).data().toString().toStdString(),
                                      std::make_shared<const std::vector<GoroutineIndex>>(meaning.several->members)});
    else if (meaning.goroutine.known())
        state_->select(GoroutineSelection{meaning.goroutine});
}

} // namespace waitscope
