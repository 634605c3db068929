// SPDX-License-Identifier: GPL-3.0-or-later
// Which row is where? The vertical layout of the timeline: what stays at the top (the collector, pinned goroutines),
// sections that fold (graphs, processors, threads, user tasks), then goroutines in groups that fold. Rows are never
// objects: a million goroutines cost one entry a group, and any row is found from its y, or its y from its goroutine,
// by a binary search.
#pragma once

#include "model/facts.h"
#include "model/lod/groups.h"
#include "widgets/timeline/timeline_sizes.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace waitscope {

enum class TimelineSection : std::uint8_t { Graphs, Processors, Threads, Tasks };
constexpr std::size_t timelineSectionCount = 4;
constexpr std::array<std::string_view, timelineSectionCount> sectionNames{"graphs", "processors", "threads", "tasks"};

enum class TimelineGraph : std::uint8_t { Heap, Goroutines, Runnable };

struct TimelineRow {
    enum class Kind : std::uint8_t { None, Collector, Section, Graph, Processor, Thread, Task, Group, Goroutine };
    Kind kind = Kind::None;
    int top = 0; ///< logical pixels from the top of the content
    int height = 0;
    TimelineSection section = TimelineSection::Graphs; ///< of a Section row
    TimelineGraph graph = TimelineGraph::Heap;
    ProcIndex processor;
    ThreadIndex thread;
    TaskIndex task;
    std::size_t group = 0;    ///< of a Group or Goroutine row
    GoroutineIndex goroutine; ///< of a Goroutine row, and of the Group row of a group of one
    bool pinned = false;      ///< it stays at the top, beside its row among the others; a goroutine is in no group then

    /// The header of a group of several goroutines.
    [[nodiscard]] bool isGroup() const { return kind == Kind::Group && !goroutine.known(); }
};

/// What has a row at the top too, which does not scroll. A group is known by its name, which stays when goroutines are
/// grouped or filtered anew; while there is none of this name it has no row.
using PinnedRow = std::variant<GoroutineIndex, ProcIndex, ThreadIndex, TaskIndex, std::string>;

/// What of the rows is folded or unfolded otherwise than at first, and which row is the first in sight: by name, so
/// that it can be said on a command line.
struct RowsState {
    /// Groups, sections ("graphs", "processors", "threads", "tasks"), or "all" groups; what has a name of its own goes
    /// before "all".
    std::vector<std::string> folded;
    std::vector<std::string> unfolded;
    std::string first; ///< below the rows that stay at the top: a section, a group, "g42"; empty: the first there is

    friend bool operator==(const RowsState&, const RowsState&) = default;
};

class TimelineRows {
  public:
    static constexpr std::size_t mostTracks = 5;       ///< deeper regions are in tooltips and search
    static constexpr std::size_t mostStackTracks = 24; ///< inner frames beyond that are in the panel of the stack
    static constexpr std::size_t unfoldedAtMost = 12;  ///< smaller groups of the program begin unfolded

    TimelineRows() = default;
    /// A row by its number, which stays while rows get higher or lower.
    struct Number {
        std::size_t block = 0;
        std::size_t place = 0; ///< in it
    };

    /// Of these groups; null: of those that are made of every trace, by function.
    explicit TimelineRows(std::shared_ptr<const TraceFacts> facts,
                          std::shared_ptr<const GoroutineGroups> groups = nullptr);

    [[nodiscard]] const std::vector<GoroutineGroup>& groups() const { return groups_->groups; }
    [[nodiscard]] const std::shared_ptr<const GoroutineGroups>& sharedGroups() const { return groups_; }
    [[nodiscard]] std::size_t goroutinesShown() const { return groups_ ? groups_->shown : 0; }
    [[nodiscard]] bool isFolded(std::size_t group) const { return folded_[group]; }
    [[nodiscard]] bool isFolded(TimelineSection section) const {
        return foldedSections_[static_cast<std::size_t>(section)];
    }
    /// A group of one goroutine has only its header, which is the goroutine's row. A task always has both.
    [[nodiscard]] bool isSingle(std::size_t group) const {
        return groups()[group].members.size() == 1 && !groups()[group].task.known();
    }
    /// The header of a group that says what its goroutines did: it is folded, or pinned.
    [[nodiscard]] bool isSummary(const TimelineRow& row) const {
        return row.isGroup() && (row.pinned || folded_[row.group]) && !groups()[row.group].task.known();
    }
    void setFolded(std::size_t group, bool folded);
    void setFolded(TimelineSection section, bool folded);
    void setAllFolded(bool folded);
    /// What is folded, in as few names as it takes; `first` is the row at `firstTop`. O(groups).
    [[nodiscard]] RowsState state(int firstTop) const;
    /// Folds and unfolds; names that no row has are passed over. O(groups · log).
    void fold(const RowsState& state);
    /// The same of rows that are folded as they begin: what is not named begins anew.
    void foldAnew(const RowsState& state);
    /// The row of a section, a group, a goroutine ("g42"); none if there is none.
    [[nodiscard]] TimelineRow rowNamed(const std::string& name) const;
    /// Unfolds the goroutine's group; false if it was.
    bool reveal(GoroutineIndex g);
    void setPinned(std::vector<PinnedRow> pinned);
    [[nodiscard]] const std::vector<PinnedRow>& pinned() const { return pinned_; }
    [[nodiscard]] bool hasGroup(const std::string& name) const;
    /// The goroutine's row has its stacks below its regions, or not.
    void showStacks(GoroutineIndex g, bool shown);
    void setStacked(const std::vector<GoroutineIndex>& goroutines); ///< these have them, and no others
    [[nodiscard]] std::size_t stackTracks(GoroutineIndex g) const;
    [[nodiscard]] std::vector<GoroutineIndex> stacked() const; ///< whose stacks are shown
    /// Sizes, sections and pinned goroutines as in `other`, and the groups that have the same name and were unfolded or
    /// folded there.
    void takeOver(const TimelineRows& other);

    void setSizes(const TimelineSizes& sizes);
    [[nodiscard]] const TimelineSizes& sizes() const { return sizes_; }
    [[nodiscard]] int contentHeight() const { return height_; }
    /// Of the rows that stay at the top; they are the first ones of the content.
    [[nodiscard]] int stickyHeight() const { return stickyHeight_; }
    /// The row at a height; of kind None below the last one. O(log groups).
    [[nodiscard]] TimelineRow rowAt(int y) const;
    [[nodiscard]] Number numberAt(int y) const; ///< of a height inside the content
    [[nodiscard]] TimelineRow rowWith(Number number) const { return rowIn(blocks_[number.block], number.place); }
    /// The goroutine's row, or that of its folded group; none if it is in no group.
    [[nodiscard]] TimelineRow rowOf(GoroutineIndex g) const;
    [[nodiscard]] TimelineRow rowOfGroup(std::size_t group) const;
    [[nodiscard]] TimelineRow rowOf(TimelineSection section) const;
    [[nodiscard]] TimelineRow rowBelow(const TimelineRow& row) const { return rowAt(row.top + row.height); }
    [[nodiscard]] TimelineRow rowAbove(const TimelineRow& row) const { return rowAt(row.top - 1); }
    /// How many rows a section has, folded or not.
    [[nodiscard]] std::size_t sizeOf(TimelineSection section) const;
    [[nodiscard]] int heightOf(GoroutineIndex g) const;
    [[nodiscard]] std::size_t regionTracks(GoroutineIndex g) const;

  private:
    /// Rows of one kind, one below the other.
    struct Block {
        TimelineRow::Kind kind = TimelineRow::Kind::None;
        int top = 0;
        int height = 0;          ///< of one row
        std::uint32_t count = 1; ///< of rows
        std::uint32_t which = 0; ///< section, group or pinned row
        bool pinned = false;
        std::int32_t tall = -1; ///< the place in tallRows_ where rows are not equally high, else -1
    };
    void layOut();
    void appendPinned();
    /// Without a place; none if it has none. O(1), of a group O(groups).
    [[nodiscard]] TimelineRow rowOf(const PinnedRow& pinned) const;
    [[nodiscard]] std::size_t groupNamed(const std::string& name) const; ///< as many as there are: none
    void append(TimelineRow::Kind kind, int height, std::size_t count, std::size_t which);
    void appendGoroutines(TimelineRow::Kind kind, const std::vector<GoroutineIndex>& members, std::size_t which);
    [[nodiscard]] int headerHeight(std::size_t group) const;
    [[nodiscard]] TimelineRow rowIn(const Block& block, std::size_t i) const;
    [[nodiscard]] bool beginsFolded(std::size_t group) const;

    std::shared_ptr<const TraceFacts> facts_;
    std::shared_ptr<const GoroutineGroups> groups_;
    TimelineSizes sizes_;
    std::vector<ProcIndex> processors_; ///< by Go's id
    std::vector<PinnedRow> pinned_;
    std::vector<TimelineRow> pinnedRows_; ///< of those that have a row: found once, not whenever one is painted
    std::vector<std::pair<GoroutineIndex, std::size_t>>
        stacked_;              ///< whose stacks are shown, and how many tracks they take
    std::vector<bool> folded_; ///< by group
    static constexpr std::array<bool, timelineSectionCount> sectionsBeginFolded{true, false, true, true};
    std::array<bool, timelineSectionCount> foldedSections_ = sectionsBeginFolded;
    std::vector<Block> blocks_;
    std::vector<std::uint32_t> firstBlocks_; ///< by group: the block of its header
    std::array<std::uint32_t, timelineSectionCount> sectionBlocks_{};
    std::vector<std::vector<int>> tallRows_; ///< tops inside a block, and its height
    int height_ = 0;
    int stickyHeight_ = 0;
};

} // namespace waitscope
