// SPDX-License-Identifier: GPL-3.0-or-later
// Which goroutines does a trace hold? One row each, in order of first appearance.
#pragma once

#include "model/trace/column.h"
#include "model/trace/ids.h"
#include "model/trace/spans.h"

#include <cstdint>

namespace waitscope {

class Goroutines {
  public:
    Goroutines() = default;
    /// `spans` counts the closing markers too.
    Goroutines(std::size_t size, std::int64_t largestId, FrameId lastFrame, std::uint32_t spans)
        : ids(size, largestId), entries(size, lastFrame), firstSpans(size + 1, spans) {}

    [[nodiscard]] std::size_t size() const { return ids.size(); }
    /// Go's id. Unique in a trace but for cgo callbacks, which reuse theirs.
    [[nodiscard]] std::int64_t id(GoroutineIndex g) const { return ids[g.value]; }
    /// The frame of the function the goroutine runs; none if no stack of it was ever recorded.
    [[nodiscard]] FrameId entry(GoroutineIndex g) const { return entries[g.value]; }
    /// Its spans without the closing marker; at least one.
    [[nodiscard]] SpanRange spans(GoroutineIndex g) const { return {firstSpans[g.value], firstSpans[g.value + 1] - 1}; }
    /// The closing marker: Ended or StillAlive, and when.
    [[nodiscard]] SpanIndex marker(GoroutineIndex g) const { return {firstSpans[g.value + 1] - 1}; }

    NarrowColumn<std::int64_t> ids;
    NarrowColumn<FrameId> entries;
    NarrowColumn<std::uint32_t> firstSpans; ///< one more than there are goroutines
};

} // namespace waitscope
