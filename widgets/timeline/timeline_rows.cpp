// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_rows.h"

#include "model/lod/stack_runs.h"
#include "model/report/text.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace waitscope {

namespace {

constexpr std::string_view allGroups = "all";

} // namespace

TimelineRows::TimelineRows(std::shared_ptr<const TraceFacts> facts, std::shared_ptr<const GoroutineGroups> groups)
    : facts_(std::move(facts)), groups_(std::move(groups)) {
    if (!groups_)
        groups_ = std::shared_ptr<const GoroutineGroups>(facts_, &facts_->groups);
    const Trace& trace = *facts_->trace;
    for (std::uint32_t p = 0; p < trace.processors.size(); ++p)
        processors_.push_back({p});
    std::ranges::sort(processors_, {}, [&](ProcIndex p) { return trace.processors[p.value].id; });
    for (std::size_t i = 0; i < this->groups().size(); ++i)
        folded_.push_back(beginsFolded(i));
    layOut();
}

bool TimelineRows::beginsFolded(std::size_t group) const {
    const GoroutineGroup& g = groups()[group];
    const bool many =
        g.task.known() ? groups().size() > unfoldedAtMost : g.members.size() > unfoldedAtMost && groups().size() > 1;
    return g.runtime || isSingle(group) || many;
}

void TimelineRows::setFolded(std::size_t group, bool folded) {
    if (isSingle(group))
        return;
    folded_[group] = folded;
    layOut();
}

void TimelineRows::setFolded(TimelineSection section, bool folded) {
    foldedSections_[static_cast<std::size_t>(section)] = folded;
    layOut();
}

void TimelineRows::setSizes(const TimelineSizes& sizes) {
    if (sizes == sizes_)
        return;
    sizes_ = sizes;
    if (groups_)
        layOut();
}

void TimelineRows::setAllFolded(bool folded) {
    for (std::size_t i = 0; i < folded_.size(); ++i)
        folded_[i] = folded || isSingle(i);
    layOut();
}

RowsState TimelineRows::state(int firstTop) const {
    // How many groups are not as they are at first, not folded, not unfolded: said is what deviates least.
    enum Base : std::uint8_t { AtFirst, Folded, Unfolded };
    std::array<std::size_t, 3> deviations{0, 1, 1}; // "all" is a name too
    const auto isFoldedIn = [&](Base base, std::size_t group) {
        return base == AtFirst ? beginsFolded(group) : base == Folded;
    };
    for (std::size_t i = 0; i < folded_.size(); ++i)
        for (const Base base : {AtFirst, Folded, Unfolded})
            deviations[base] += !isSingle(i) && isFoldedIn(base, i) != folded_[i] ? 1 : 0;
    const auto base = static_cast<Base>(std::ranges::min_element(deviations) - deviations.begin());
    RowsState state;
    if (base != AtFirst)
        (base == Folded ? state.folded : state.unfolded).emplace_back(allGroups);
    for (std::size_t i = 0; i < timelineSectionCount; ++i)
        if (foldedSections_[i] != sectionsBeginFolded[i])
            (foldedSections_[i] ? state.folded : state.unfolded).emplace_back(sectionNames[i]);
    for (std::size_t i = 0; i < folded_.size(); ++i)
        if (!isSingle(i) && isFoldedIn(base, i) != folded_[i])
            (folded_[i] ? state.folded : state.unfolded).push_back(groups()[i].name);
    const TimelineRow first = rowAt(firstTop);
    if (first.kind == TimelineRow::Kind::None || first.top <= stickyHeight_)
        return state;
    if (first.goroutine.known())
        state.first = "g" + std::to_string(facts_->trace->goroutines.id(first.goroutine));
    else if (first.kind == TimelineRow::Kind::Group)
        state.first = groups()[first.group].name;
    else
        for (std::size_t i = 0; i < timelineSectionCount; ++i)
            if (const TimelineRow row = rowOf(static_cast<TimelineSection>(i));
                row.kind != TimelineRow::Kind::None && row.top <= first.top)
                state.first = sectionNames[i];
    return state;
}

void TimelineRows::fold(const RowsState& state) {
    std::unordered_map<std::string_view, bool> byName;
    for (const bool folded : {true, false})
        for (const std::string& name : folded ? state.folded : state.unfolded)
            byName[name] = folded;
    const auto all = byName.find(allGroups);
    for (std::size_t i = 0; i < folded_.size(); ++i) {
        const auto own = byName.find(groups()[i].name);
        if (const auto& said = own != byName.end() ? own : all; said != byName.end())
            folded_[i] = said->second || isSingle(i);
    }
    for (std::size_t i = 0; i < timelineSectionCount; ++i)
        if (const auto said = byName.find(sectionNames[i]); said != byName.end())
            foldedSections_[i] = said->second;
    layOut();
}

void TimelineRows::foldAnew(const RowsState& state) {
    for (std::size_t i = 0; i < folded_.size(); ++i)
        folded_[i] = beginsFolded(i);
    foldedSections_ = sectionsBeginFolded;
    fold(state);
}

TimelineRow TimelineRows::rowNamed(const std::string& name) const {
    if (!groups_ || name.empty())
        return {};
    if (const auto* const section = std::ranges::find(sectionNames, name); section != sectionNames.end())
        return rowOf(static_cast<TimelineSection>(section - sectionNames.begin()));
    if (const std::size_t group = groupNamed(name); group < groups().size())
        return rowOfGroup(group);
    const auto id = goroutineIdFrom(name);
    const GoroutineIndex g = id ? facts_->trace->findGoroutine(*id) : GoroutineIndex{};
    return g.known() ? rowOf(g) : TimelineRow{};
}

bool TimelineRows::reveal(GoroutineIndex g) {
    if (!groups_ || g.value >= groups_->groupOf.size())
        return false;
    const std::uint32_t group = groups_->groupOf[g.value];
    if (group == nowhere || !folded_[group] || isSingle(group))
        return false;
    setFolded(group, false);
    return true;
}

std::size_t TimelineRows::groupNamed(const std::string& name) const {
    const auto found = std::ranges::find(groups(), name, &GoroutineGroup::name);
    return static_cast<std::size_t>(found - groups().begin());
}

bool TimelineRows::hasGroup(const std::string& name) const {
    return groups_ && groupNamed(name) < groups().size();
}

void TimelineRows::setPinned(std::vector<PinnedRow> pinned) {
    pinned_ = std::move(pinned);
    layOut();
}

void TimelineRows::showStacks(GoroutineIndex g, bool shown) {
    std::erase_if(stacked_, [&](const auto& one) { return one.first == g; });
    if (shown)
        stacked_.emplace_back(g, deepestStackOf(*facts_, g, mostStackTracks));
    layOut();
}

void TimelineRows::setStacked(const std::vector<GoroutineIndex>& goroutines) {
    if (goroutines == stacked())
        return;
    stacked_.clear();
    for (const GoroutineIndex g : goroutines)
        stacked_.emplace_back(g, deepestStackOf(*facts_, g, mostStackTracks));
    layOut();
}

std::vector<GoroutineIndex> TimelineRows::stacked() const {
    std::vector<GoroutineIndex> goroutines;
    for (const auto& [goroutine, tracks] : stacked_)
        goroutines.push_back(goroutine);
    return goroutines;
}

std::size_t TimelineRows::stackTracks(GoroutineIndex g) const {
    for (const auto& [goroutine, tracks] : stacked_)
        if (goroutine == g)
            return tracks;
    return 0;
}

void TimelineRows::takeOver(const TimelineRows& other) {
    sizes_ = other.sizes_;
    foldedSections_ = other.foldedSections_;
    pinned_ = other.pinned_;
    if (facts_ != other.facts_) // a trace that grows counts its tasks anew
        std::erase_if(pinned_, [](const PinnedRow& pinned) { return std::holds_alternative<TaskIndex>(pinned); });
    stacked_ = other.stacked_;
    std::unordered_map<std::string_view, bool> folded;
    // What was left as it began may begin otherwise here: of one goroutine, or of a hundred thousand.
    for (std::size_t i = 0; other.groups_ && i < other.groups().size(); ++i)
        if (other.folded_[i] != other.beginsFolded(i))
            folded.emplace(other.groups()[i].name, other.folded_[i]);
    for (std::size_t i = 0; i < groups().size(); ++i)
        if (const auto known = folded.find(groups()[i].name); known != folded.end() && !isSingle(i))
            folded_[i] = known->second;
    layOut();
}

int TimelineRows::headerHeight(std::size_t group) const {
    if (isSingle(group))
        return heightOf(groups()[group].members.front());
    return folded_[group] && !groups()[group].task.known() ? sizes_.folded : sizes_.group;
}

std::size_t TimelineRows::regionTracks(GoroutineIndex g) const {
    return std::min(facts_->notes.trackCount(g), mostTracks);
}

int TimelineRows::heightOf(GoroutineIndex g) const {
    const std::size_t tracks = regionTracks(g) + stackTracks(g);
    return sizes_.row + static_cast<int>(tracks) * sizes_.track;
}

std::size_t TimelineRows::sizeOf(TimelineSection section) const {
    const Trace& trace = *facts_->trace;
    switch (section) {
    case TimelineSection::Graphs:
        return 3;
    case TimelineSection::Processors:
        return processors_.size();
    case TimelineSection::Threads:
        return trace.threads.size();
    case TimelineSection::Tasks:
        return trace.tasks.size();
    }
    return 0;
}

void TimelineRows::append(TimelineRow::Kind kind, int height, std::size_t count, std::size_t which) {
    blocks_.push_back({.kind = kind,
                       .top = height_,
                       .height = height,
                       .count = static_cast<std::uint32_t>(count),
                       .which = static_cast<std::uint32_t>(which)});
    height_ += height * static_cast<int>(count);
}

void TimelineRows::appendGoroutines(TimelineRow::Kind kind, const std::vector<GoroutineIndex>& members,
                                    std::size_t which) {
    if (members.empty())
        return;
    const bool uniform = std::ranges::all_of(members, [&](GoroutineIndex g) { return heightOf(g) == sizes_.row; });
    const int top = height_;
    append(kind, sizes_.row, members.size(), which);
    if (uniform)
        return;
    blocks_.back().tall = static_cast<std::int32_t>(tallRows_.size());
    auto& tops = tallRows_.emplace_back(1, 0);
    for (const GoroutineIndex g : members)
        tops.push_back(tops.back() + heightOf(g));
    height_ = top + tops.back();
}

TimelineRow TimelineRows::rowOf(const PinnedRow& pinned) const {
    using Kind = TimelineRow::Kind;
    const Trace& trace = *facts_->trace;
    TimelineRow row{.group = nowhere, .pinned = true};
    const auto is = [&](Kind kind, const auto& all, const auto& index, auto& place) {
        if (index.value >= all.size())
            return;
        row.kind = kind;
        place = index;
    };
    if (const auto* const g = std::get_if<GoroutineIndex>(&pinned))
        is(Kind::Goroutine, trace.goroutines, *g, row.goroutine);
    else if (const auto* const p = std::get_if<ProcIndex>(&pinned))
        is(Kind::Processor, trace.processors, *p, row.processor);
    else if (const auto* const thread = std::get_if<ThreadIndex>(&pinned))
        is(Kind::Thread, trace.threads, *thread, row.thread);
    else if (const auto* const task = std::get_if<TaskIndex>(&pinned))
        is(Kind::Task, trace.tasks, *task, row.task);
    else if (const std::size_t group = groupNamed(std::get<std::string>(pinned)); group < groups().size()) {
        row.kind = Kind::Group;
        row.group = group;
        if (isSingle(group))
            row.goroutine = groups()[group].members.front();
    }
    return row;
}

void TimelineRows::appendPinned() {
    pinnedRows_.clear();
    for (const PinnedRow& pinned : pinned_) {
        const TimelineRow row = rowOf(pinned);
        if (row.kind == TimelineRow::Kind::None)
            continue;
        append(row.kind,
               row.goroutine.known() ? heightOf(row.goroutine)
               : isSummary(row)      ? sizes_.folded
                                     : sizes_.row,
               1, pinnedRows_.size());
        blocks_.back().pinned = true;
        pinnedRows_.push_back(row);
        pinnedRows_.back().top = blocks_.back().top;
        pinnedRows_.back().height = blocks_.back().height;
    }
}

void TimelineRows::layOut() {
    using Kind = TimelineRow::Kind;
    blocks_.clear();
    tallRows_.clear();
    firstBlocks_.clear();
    height_ = 0;
    append(Kind::Collector, sizes_.header, 1, 0);
    appendPinned();
    stickyHeight_ = height_;
    const std::array<std::pair<Kind, int>, timelineSectionCount> sections{{{Kind::Graph, sizes_.graph},
                                                                           {Kind::Processor, sizes_.row},
                                                                           {Kind::Thread, sizes_.row},
                                                                           {Kind::Task, sizes_.row}}};
    for (std::size_t i = 0; i < timelineSectionCount; ++i) {
        const std::size_t size = sizeOf(static_cast<TimelineSection>(i));
        sectionBlocks_[i] = size == 0 ? nowhere : static_cast<std::uint32_t>(blocks_.size());
        if (size == 0)
            continue;
        append(Kind::Section, sizes_.header, 1, i);
        if (!foldedSections_[i])
            append(sections[i].first, sections[i].second, size, i);
    }
    for (std::size_t group = 0; group < groups().size(); ++group) {
        firstBlocks_.push_back(static_cast<std::uint32_t>(blocks_.size()));
        append(Kind::Group, headerHeight(group), 1, group);
        if (!folded_[group])
            appendGoroutines(Kind::Goroutine, groups()[group].members, group);
    }
}

TimelineRow TimelineRows::rowIn(const Block& block, std::size_t i) const {
    using Kind = TimelineRow::Kind;
    if (block.pinned)
        return pinnedRows_[block.which];
    TimelineRow row{.kind = block.kind, .top = block.top + block.height * static_cast<int>(i), .height = block.height};
    if (block.tall >= 0) {
        const std::vector<int>& tops = tallRows_[static_cast<std::size_t>(block.tall)];
        row.top = block.top + tops[i];
        row.height = tops[i + 1] - tops[i];
    }
    const auto number = static_cast<std::uint32_t>(i);
    switch (block.kind) {
    case Kind::Section:
        row.section = static_cast<TimelineSection>(block.which);
        break;
    case Kind::Graph:
        row.graph = static_cast<TimelineGraph>(i);
        break;
    case Kind::Processor:
        row.processor = processors_[i];
        break;
    case Kind::Thread:
        row.thread = {number};
        break;
    case Kind::Task:
        row.task = {number};
        break;
    case Kind::Group:
        row.group = block.which;
        if (isSingle(row.group))
            row.goroutine = groups()[row.group].members.front();
        break;
    case Kind::Goroutine:
        row.group = block.which;
        row.goroutine = groups()[row.group].members[i];
        break;
    case Kind::Collector:
    case Kind::None:
        break;
    }
    return row;
}

TimelineRow TimelineRows::rowAt(int y) const {
    return y < 0 || y >= height_ ? TimelineRow{} : rowWith(numberAt(y));
}

TimelineRows::Number TimelineRows::numberAt(int y) const {
    const auto after = std::ranges::upper_bound(blocks_, y, {}, &Block::top);
    const Block& block = *(after - 1);
    const int inside = y - block.top;
    Number number{.block = static_cast<std::size_t>(after - blocks_.begin()) - 1,
                  .place = static_cast<std::size_t>(inside / block.height)};
    if (block.tall >= 0) {
        const std::vector<int>& tops = tallRows_[static_cast<std::size_t>(block.tall)];
        number.place = static_cast<std::size_t>(std::ranges::upper_bound(tops, inside) - tops.begin()) - 1;
    }
    return number;
}

TimelineRow TimelineRows::rowOf(GoroutineIndex g) const {
    if (!groups_ || g.value >= groups_->groupOf.size() || groups_->groupOf[g.value] == nowhere)
        return {};
    const std::size_t group = groups_->groupOf[g.value];
    return folded_[group] ? rowOfGroup(group) : rowIn(blocks_[firstBlocks_[group] + 1], groups_->placeIn[g.value]);
}

TimelineRow TimelineRows::rowOfGroup(std::size_t group) const {
    return rowIn(blocks_[firstBlocks_[group]], 0);
}

TimelineRow TimelineRows::rowOf(TimelineSection section) const {
    const std::uint32_t block = sectionBlocks_[static_cast<std::size_t>(section)];
    return block == nowhere ? TimelineRow{} : rowIn(blocks_[block], 0);
}

} // namespace waitscope
