// SPDX-License-Identifier: GPL-3.0-or-later
// Who waits for whom? Goroutines that run one function are one point; a line leads from the one that waited to the one
// that ended the wait, as thick as the waiting (analysis.md, D4). A knot is a set of points that wait for one another,
// directly or in a ring: what holds them up is to be found among them.
#pragma once

#include "model/facts.h"

#include <cstdint>
#include <vector>

namespace waitscope {

/// Goroutines that run one function.
struct WakerNode {
    StringId function;            ///< empty: not recorded
    Time waited = 0;              ///< for goroutines, of finished waits inside the range
    Time awaited = 0;             ///< of the waits that it ended, its own kind's among them
    std::uint32_t knot = nowhere; ///< its place among the knots
};

/// Waits at one line that were ended at another.
struct WakerEdge {
    std::uint32_t waiter = 0; ///< place among the nodes
    std::uint32_t waker = 0;
    Primitive primitive = Primitive::Unknown;
    FrameId waitSite;
    FrameId wakeSite; ///< none: not recorded
    std::uint64_t count = 0;
    Time total = 0; ///< inside the range
};

/// All waits of one function for another that are worth a line: see `leastShare`.
struct WakerLink {
    std::uint32_t waiter = 0; ///< place among the nodes
    std::uint32_t waker = 0;
    Time total = 0; ///< of its edges
};

struct WakerKnot {
    std::vector<std::uint32_t> nodes; ///< most awaited first
    Time inside = 0;                  ///< its members waited for one another
    Time outside = 0;                 ///< its members waited for goroutines that are not in it
    Time others = 0;                  ///< goroutines that are not in it waited for its members

    /// What others wait for, and what waits for next to nothing outside: the place to look first.
    [[nodiscard]] bool holdsUpOthers() const { return others > 0 && outside * 100 <= inside; }
};

struct WakerGraph {
    TimeRange range;
    std::vector<WakerNode> nodes; ///< most awaited first
    std::vector<WakerEdge> edges; ///< most time first
    std::vector<WakerLink> links; ///< most time first; those that can tie knots
    std::vector<WakerKnot> knots; ///< those that hold up others first, then by the time of those, then by their own
    Time total = 0;               ///< of all edges
    std::uint64_t open = 0;       ///< waits that last to the end of the trace, in no edge: nobody has ended them
    Time openTime = 0;            ///< of these, inside the range

    /// Two points between which less than this share of all waiting lies have no link: in the end every goroutine has
    /// once waited for every other.
    static constexpr std::int64_t leastShare = 100; ///< a hundredth
};

/// Of finished waits of the program's goroutines; open ones, and those that a timer or the network ended, wait for
/// nobody known. O(spans inside the range + edges · log).
[[nodiscard]] WakerGraph wakerGraph(const TraceFacts& facts, TimeRange range);

} // namespace waitscope
