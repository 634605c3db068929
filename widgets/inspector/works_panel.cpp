// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/inspector/works_panel.h"

#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/written_times.h"
#include "widgets/inspector/length_histogram_view.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QLineEdit>

#include <memory>

namespace waitscope {

WorksPanel::WorksPanel(ViewState* state, QWidget* parent) : WorksPanel(state, new WorksModel, parent) {}

WorksPanel::WorksPanel(ViewState* state, WorksModel* model, QWidget* parent)
    : ListPage(state, tr("tasks and regions"), model, WorksModel::Lasted, {150, 75, 75, 80, 75, 75, 75}, parent)
    , model_(model)
    , kind_(new QComboBox)
    , name_(new QLineEdit) {
    kind_->addItems({tr("Tasks"), tr("Regions")});
    kind_->setAccessibleName(tr("What is listed"));
    name_->setPlaceholderText(tr("Part of the name"));
    name_->setClearButtonEnabled(true);
    auto* const tools = new QHBoxLayout;
    tools->setContentsMargins(8, 3, 8, 3);
    tools->addWidget(kind_);
    tools->addWidget(name_, 1);
    layout_->insertLayout(0, tools);
    writeTimesAs(state_, model_);
    connect(kind_, &QComboBox::activated, this, &WorksPanel::askSoon);
    connect(name_, &QLineEdit::textChanged, this, &WorksPanel::askSoon);
}

std::function<ListPage::Answer()> WorksPanel::question(const std::stop_token& stop) {
    const WorkList list{.kind = kind_->currentIndex() == 0 ? WorkKind::Task : WorkKind::Region,
                        .name = name_->text().toStdString(),
                        .lengths = histogram_->chosen()};
    return [model = model_, facts = state_->facts(), range = state_->rangeOfInterest(), list, times = state_->times(),
            stop] {
        const auto works = std::make_shared<Works>(worksOf(*facts, range, list, stop));
        return Answer{.what = (list.kind == WorkKind::Task ? tr("%1 tasks listed") : tr("%1 regions listed"))
                                  .arg(fromUtf8(countText(works->works.size()))) +
                              tr(" · Δ %1 from %2 · the times are those of the goroutine that began it")
                                  .arg(fromUtf8(durationText(range.length())), times.text(range.begin)),
                      .lengths = works->lengths,
                      .showRows = [model, facts, works] { model->show(facts, std::move(*works)); }};
    };
}

void WorksPanel::lookAt(int row) {
    const WorkKind kind = model_->kind();
    const std::uint32_t place = model_->workAt(row).place;
    const WorkFacts work = workAt(*state_->facts()->trace, kind, place);
    if (kind == WorkKind::Task)
        state_->select(TaskSelection{{place}});
    else if (work.goroutine.known())
        state_->select(GoroutineSelection{work.goroutine});
    state_->chooseInSight(work.range);
}

Time WorksPanel::beginOf(int row) const {
    return workAt(*state_->facts()->trace, model_->kind(), model_->workAt(row).place).range.begin;
}

} // namespace waitscope
