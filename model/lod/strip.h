// SPDX-License-Identifier: GPL-3.0-or-later
// What does a row look like at this zoom: one cell a pixel? Reads a number of items bounded by the cells (and the
// logarithm of the row), never by what the row holds.
#pragma once

#include "model/lod/pyramid.h"
#include "model/trace/trace.h"
#include "model/waits/wait_classes.h"

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace waitscope {

struct StripCell {
    StateFamily family = StateFamily::Unknown; ///< that took most of the cell
    bool alive = false;                        ///< something of the row is here
    bool merged = false;                       ///< it hides more than one stretch
    std::uint8_t share = 0;                    ///< of the cell in which anything is alive, 255 is all
};

/// Pyramids of the rows that need one. Built once for a trace. O(spans of those rows).
class Pyramids {
  public:
    Pyramids() = default;
    Pyramids(const Trace& trace, const WaitClasses& waits);

    [[nodiscard]] const Pyramid* of(GoroutineIndex g) const;
    [[nodiscard]] const Pyramid* of(ProcIndex p) const;

    /// Rows with fewer stretches are read directly.
    static constexpr std::size_t fewestStretches = 2048;

  private:
    std::unordered_map<std::uint32_t, Pyramid> goroutines_;
    std::vector<Pyramid> processors_;
};

/// How much a frame has read; tests hold it against the number of pixels.
struct StripWork {
    std::size_t itemsRead = 0;
};

/// Fills `cells`, which divide `range` evenly, with the states of a goroutine.
void stripOf(const Trace& trace, const WaitClasses& waits, const Pyramids& pyramids, GoroutineIndex g, TimeRange range,
             std::span<StripCell> cells, StripWork& work);

/// The span of a goroutine that is seen at a cell: the longest of those that touch `range`. Looks at the first thousand
/// at most, so that a cell which hides millions costs no more. None if the goroutine is not alive there.
[[nodiscard]] SpanIndex longestSpanIn(const Trace& trace, GoroutineIndex g, TimeRange range);

/// The same as `stripOf` for a processor: running where a goroutine runs on it, nothing where it is idle.
void stripOf(const Trace& trace, const Pyramids& pyramids, ProcIndex p, TimeRange range, std::span<StripCell> cells,
             StripWork& work);

/// The span that ran on a processor in [begin, end), or last before it; the first of several. None if none did by then.
/// O(log runs).
[[nodiscard]] SpanIndex runAt(const Trace& trace, ProcIndex p, Time begin, Time end);

} // namespace waitscope
