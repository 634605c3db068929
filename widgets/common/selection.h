// SPDX-License-Identifier: GPL-3.0-or-later
// What is looked at? One thing at a time, the same in every view.
#pragma once

#include "model/facts.h"
#include "model/trace/primitive.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace waitscope {

/// All waits on one primitive at one site.
struct SiteSelection {
    Primitive primitive = Primitive::Unknown;
    FrameId site;
    friend bool operator==(const SiteSelection&, const SiteSelection&) = default;
};
struct GoroutineSelection {
    GoroutineIndex goroutine;
    friend bool operator==(const GoroutineSelection&, const GoroutineSelection&) = default;
};
struct SpanSelection {
    GoroutineIndex goroutine;
    SpanIndex span;
    friend bool operator==(const SpanSelection&, const SpanSelection&) = default;
};
/// Goroutines that are looked at together: a group of the timeline, rows brushed in the heatmap.
struct GroupSelection {
    std::string name;
    std::shared_ptr<const std::vector<GoroutineIndex>> members; ///< never null
    friend bool operator==(const GroupSelection& a, const GroupSelection& b) {
        return a.name == b.name && (a.members == b.members || *a.members == *b.members);
    }
};
struct ProcessorSelection {
    ProcIndex processor;
    friend bool operator==(const ProcessorSelection&, const ProcessorSelection&) = default;
};
struct ThreadSelection {
    ThreadIndex thread;
    friend bool operator==(const ThreadSelection&, const ThreadSelection&) = default;
};
struct TaskSelection {
    TaskIndex task;
    friend bool operator==(const TaskSelection&, const TaskSelection&) = default;
};
/// monostate: nothing.
using Selection = std::variant<std::monostate, GoroutineSelection, SpanSelection, SiteSelection, GroupSelection,
                               ProcessorSelection, ThreadSelection, TaskSelection>;

/// The goroutine of a goroutine or span selection; none otherwise.
[[nodiscard]] GoroutineIndex selectedGoroutine(const Selection& selection);
/// The span of a span selection; none otherwise.
[[nodiscard]] SpanIndex selectedSpan(const Selection& selection);

/// One line that names it and says what there is to say of it as a whole; empty for nothing. O(members).
[[nodiscard]] std::string selectionText(const TraceFacts& facts, const Selection& selection);

/// The goroutines that it is about: one, those of a group, those that worked for a task. Empty where it is not about
/// certain goroutines: of a site, of a processor, of a thread, of nothing. O(members), of a task O(regions + logs).
[[nodiscard]] std::vector<GoroutineIndex> goroutinesOf(const TraceFacts& facts, const Selection& selection);

/// The wait that one asks about: the selected one, the last one of a goroutine if it ends in one, the longest one of a
/// task. None for others. O(1), of a task O(regions + logs + spans of its goroutines).
[[nodiscard]] SpanIndex waitOf(const TraceFacts& facts, const Selection& selection);

} // namespace waitscope
