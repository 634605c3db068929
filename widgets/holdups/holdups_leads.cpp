// SPDX-License-Identifier: GPL-3.0-or-later
// Where a row of the hold-ups leads: to the moment in the timeline where it was worst. The numbers of the page stay
// what they were of, so that one row can be looked at after the other.
#include "widgets/common/text_table.h"
#include "widgets/holdups/holdups_panel.h"
#include "widgets/holdups/parts_bar.h"

#include <QScopedValueRollback>

namespace waitscope {

void HoldupsPanel::letRowsLead() {
    const auto lead = [this](const Table& table, auto go) {
        connect(table.view, &TextTable::rowChosen, this, [this, go](int row) {
            if (filling_ || !answer_.facts)
                return;
            const QScopedValueRollback leading(leading_, true);
            go(static_cast<std::size_t>(row));
        });
    };
    lead(edges_, [this](std::size_t row) {
        const WakerEdge& edge = answer_.graph.edges[row];
        view_->select(SiteSelection{edge.primitive, edge.waitSite});
    });
    lead(ready_, [this](std::size_t row) { view_->selectInSight(answer_.ready[row].longest); });
    connect(queue_, &PartsBar::chosen, this, [this](SpanIndex most) {
        const QScopedValueRollback leading(leading_, true);
        view_->selectInSight(most);
    });
    connect(cycles_.view, &TextTable::rowHovered, this, [this](int row) {
        view_->setHoverTime(row >= 0 ? answer_.cost.cycles[static_cast<std::size_t>(row)].mark.begin : -1);
    });
    lead(cycles_, [this](std::size_t row) { view_->chooseInSight(answer_.cost.cycles[row].mark); });
    lead(functions_, [this](std::size_t row) { selectFunction(answer_.functions[row].function); });
    lead(tasks_, [this](std::size_t row) {
        const TaskIndex task{answer_.work[row].longest};
        view_->select(TaskSelection{task});
        view_->chooseInSight(answer_.facts->trace->tasks.range(task.value));
    });
    lead(regions_, [this](std::size_t row) {
        const Region region = answer_.facts->trace->regions[answer_.work[row].longest];
        view_->select(GoroutineSelection{region.goroutine});
        view_->chooseInSight(region.range());
    });
}

void HoldupsPanel::selectFunction(StringId function) {
    const TraceFacts& facts = *answer_.facts;
    for (const GoroutineGroup& group : facts.groups.groups)
        if (!group.members.empty() &&
            facts.trace->frame(facts.trace->goroutines.entry(group.members.front())).function == function)
            view_->select(
                GroupSelection{group.name, std::make_shared<const std::vector<GoroutineIndex>>(group.members)});
}

} // namespace waitscope
