// SPDX-License-Identifier: GPL-3.0-or-later
// Which rows does a timeline show, in which groups and order, and what is pointed out in it? The window, its pictures
// and its links, and the command line mean the same by it.
#pragma once

#include "model/lod/groups.h"
#include "widgets/common/colours.h"
#include "widgets/common/selection.h"
#include "widgets/common/time_marks.h"
#include "widgets/common/time_text.h"
#include "widgets/timeline/timeline_rows.h"

#include <QString>

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace waitscope {

struct TimelineChoice {
    Grouping grouping = Grouping::Function;
    GroupOrder order = GroupOrder::OpenWait;
    QString filter; ///< in the words of model/lod/goroutine_filter.h
    std::vector<GoroutineIndex> hidden;
    friend bool operator==(const TimelineChoice&, const TimelineChoice&) = default;
};

/// The groups that are chosen, of the goroutines `only` if it is given; those of `facts` if they are the same. A filter
/// that is not understood lets all through. What is stopped is incomplete. O(goroutines · log), and what the filter and
/// the order need.
[[nodiscard]] std::shared_ptr<const GoroutineGroups> chosenGroups(const std::shared_ptr<const TraceFacts>& facts,
                                                                  const TimelineChoice& choice,
                                                                  const std::optional<GroupSelection>& only,
                                                                  const std::stop_token& stop = {});

/// What lets only some goroutines through, for a caption: "on:mutex, only main.worker"; empty: nothing does.
[[nodiscard]] QString whatIsLeftOut(const TimelineChoice& choice, const std::optional<GroupSelection>& only);

/// What the user made of the rows, and may want to have undone.
struct RowsArrangement {
    TimelineChoice choice;
    RowsState folds; ///< without the first row in sight
    std::vector<PinnedRow> pinned;
    std::vector<GoroutineIndex> stacked;
    friend bool operator==(const RowsArrangement&, const RowsArrangement&) = default;
};

/// How much room rows take and give.
struct TimelineLook {
    bool thin = false; ///< rows without words, so that several times as many are seen
    bool words = true; ///< on spans, regions and stacks
    friend bool operator==(const TimelineLook&, const TimelineLook&) = default;
};

/// Everything that a timeline shows besides the range: in the window, in a picture, in a link.
struct TimelineContents {
    TimelineChoice choice;
    TimelineLook look;
    std::optional<GroupSelection> only;        ///< goroutines that are looked at alone
    std::vector<PinnedRow> pinned;             ///< at the top
    std::vector<GoroutineIndex> stacked;       ///< with what they called below their rows
    TimeFormat times = TimeFormat::SinceStart; ///< how instants are written
    StateFamilies lit;                         ///< the states that keep their colour; none: all do
    RowsState rows;                            ///< what is folded; the first row in sight
    Selection selection;
    TimeRange chosen; ///< looked at closely; empty: none
    std::vector<TimeMark> marks;
    std::optional<Time> a, b; ///< the markers
};

} // namespace waitscope
