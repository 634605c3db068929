// SPDX-License-Identifier: GPL-3.0-or-later
// Which row is where? The vertical layout of the timeline: the collector's row, processors, then goroutines in groups
// that fold. Rows are never objects: a million goroutines cost one entry a group, and any row is found from its y, or
// its y from its goroutine, by a binary search over groups.
#pragma once

#include "model/facts.h"
#include "model/lod/groups.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace waitscope {

struct TimelineRow {
    enum class Kind : std::uint8_t { None, Collector, Processor, Group, Goroutine };
    Kind kind = Kind::None;
    int top = 0; ///< logical pixels from the top of the content
    int height = 0;
    ProcIndex processor;
    std::size_t group = 0;    ///< of a Group or Goroutine row
    GoroutineIndex goroutine; ///< of a Goroutine row, and of the Group row of a group of one
};

class TimelineRows {
  public:
    static constexpr int rowHeight = 18;
    static constexpr int groupHeight = 24;
    static constexpr int foldedHeight = 36;           ///< a folded group shows how its goroutines spent their time
    static constexpr std::size_t unfoldedAtMost = 12; ///< smaller groups of the program begin unfolded

    TimelineRows() = default;
    using Filter = std::function<bool(std::string_view function)>;
    /// Of the groups whose function the filter lets pass; without one, of all.
    explicit TimelineRows(std::shared_ptr<const TraceFacts> facts, const Filter& filter = nullptr);

    [[nodiscard]] const std::vector<GoroutineGroup>& groups() const { return facts_->groups.groups; }
    [[nodiscard]] bool isFolded(std::size_t group) const { return folded_[group]; }
    /// The groups that have rows, from top to bottom.
    [[nodiscard]] const std::vector<std::size_t>& shownGroups() const { return shown_; }
    /// A group of one goroutine has only its header, which is the goroutine's row.
    [[nodiscard]] bool isSingle(std::size_t group) const { return groups()[group].members.size() == 1; }
    void setFolded(std::size_t group, bool folded);
    /// Unfolds the goroutine's group.
    void reveal(GoroutineIndex g);

    [[nodiscard]] int contentHeight() const;
    /// The row at a height; of kind None below the last one. O(log groups).
    [[nodiscard]] TimelineRow rowAt(int y) const;
    /// The goroutine's row, or that of its folded group.
    [[nodiscard]] TimelineRow rowOf(GoroutineIndex g) const;
    [[nodiscard]] TimelineRow rowOfGroup(std::size_t group) const;
    [[nodiscard]] TimelineRow rowBelow(const TimelineRow& row) const { return rowAt(row.top + row.height); }
    [[nodiscard]] TimelineRow rowAbove(const TimelineRow& row) const { return rowAt(row.top - 1); }

  private:
    void layOut();
    [[nodiscard]] int headerHeight(std::size_t group) const;

    std::shared_ptr<const TraceFacts> facts_;
    std::vector<ProcIndex> processors_; ///< by Go's id
    std::vector<bool> folded_;          ///< by group
    std::vector<std::size_t> shown_;
    std::vector<std::size_t> placeOf_; ///< by group: its place in shown_, or nowhere
    std::vector<int> tops_;            ///< of shown groups, and the end of the content
};

} // namespace waitscope
