// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_rows.h"

#include <algorithm>

namespace waitscope {

TimelineRows::TimelineRows(std::shared_ptr<const TraceFacts> facts, const Filter& filter) : facts_(std::move(facts)) {
    const Trace& trace = *facts_->trace;
    for (std::uint32_t p = 0; p < trace.processors.size(); ++p)
        processors_.push_back({p});
    std::ranges::sort(processors_, {}, [&](ProcIndex p) { return trace.processors[p.value].id; });
    for (std::size_t i = 0; i < groups().size(); ++i) {
        const GoroutineGroup& group = groups()[i];
        const bool shown = !filter || filter(group.function);
        placeOf_.push_back(shown ? shown_.size() : std::size_t{nowhere});
        if (shown)
            shown_.push_back(i);
        folded_.push_back(group.runtime || group.members.size() > unfoldedAtMost || group.members.size() == 1);
    }
    layOut();
}

void TimelineRows::setFolded(std::size_t group, bool folded) {
    if (isSingle(group))
        return;
    folded_[group] = folded;
    layOut();
}

void TimelineRows::reveal(GoroutineIndex g) {
    if (facts_ && g.value < facts_->groups.groupOf.size() && folded_[facts_->groups.groupOf[g.value]])
        setFolded(facts_->groups.groupOf[g.value], false);
}

int TimelineRows::headerHeight(std::size_t group) const {
    return isSingle(group) ? rowHeight : folded_[group] ? foldedHeight : groupHeight;
}

void TimelineRows::layOut() {
    tops_.clear();
    int top = rowHeight * static_cast<int>(1 + processors_.size());
    for (const std::size_t group : shown_) {
        tops_.push_back(top);
        top += headerHeight(group);
        if (!folded_[group])
            top += rowHeight * static_cast<int>(groups()[group].members.size());
    }
    tops_.push_back(top);
}

int TimelineRows::contentHeight() const {
    return tops_.empty() ? 0 : tops_.back();
}

TimelineRow TimelineRows::rowAt(int y) const {
    if (y < 0 || y >= contentHeight())
        return {};
    if (y < rowHeight)
        return {.kind = TimelineRow::Kind::Collector, .top = 0, .height = rowHeight};
    if (y < tops_.front()) {
        const int i = y / rowHeight;
        return {.kind = TimelineRow::Kind::Processor,
                .top = i * rowHeight,
                .height = rowHeight,
                .processor = processors_[static_cast<std::size_t>(i - 1)]};
    }
    const auto after = std::upper_bound(tops_.begin(), tops_.end(), y);
    const std::size_t group = shown_[static_cast<std::size_t>(after - tops_.begin()) - 1];
    const TimelineRow header = rowOfGroup(group);
    if (y < header.top + header.height)
        return header;
    const int member = (y - header.top - header.height) / rowHeight;
    return {.kind = TimelineRow::Kind::Goroutine,
            .top = header.top + header.height + member * rowHeight,
            .height = rowHeight,
            .group = group,
            .goroutine = groups()[group].members[static_cast<std::size_t>(member)]};
}

TimelineRow TimelineRows::rowOf(GoroutineIndex g) const {
    if (!facts_ || g.value >= facts_->groups.groupOf.size())
        return {};
    const std::size_t group = facts_->groups.groupOf[g.value];
    const TimelineRow header = rowOfGroup(group);
    if (folded_[group] || header.kind == TimelineRow::Kind::None)
        return header;
    return rowAt(header.top + header.height + rowHeight * static_cast<int>(facts_->groups.placeIn[g.value]));
}

TimelineRow TimelineRows::rowOfGroup(std::size_t group) const {
    if (placeOf_[group] == nowhere)
        return {};
    return {.kind = TimelineRow::Kind::Group,
            .top = tops_[placeOf_[group]],
            .height = headerHeight(group),
            .group = group,
            .goroutine = isSingle(group) ? groups()[group].members.front() : GoroutineIndex{}};
}

} // namespace waitscope
