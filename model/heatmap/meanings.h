// SPDX-License-Identifier: GPL-3.0-or-later
// Does a span belong to the states that a heatmap measures? Answers by table.
#pragma once

#include "model/facts.h"
#include "model/heatmap/state_set.h"

#include <array>
#include <vector>

namespace waitscope {

enum class Meaning : std::uint8_t { Outside, Inside, Unknown };

class Meanings {
  public:
    Meanings(const TraceFacts& facts, StateSet states);
    /// O(1).
    [[nodiscard]] Meaning of(SpanIndex s) const {
        const Trace& trace = *facts_.trace;
        const GoroutineState state = trace.spans.state(s);
        return state == GoroutineState::Waiting ? waits_[facts_.waits.indexOf(trace, s)]
                                                : states_[static_cast<std::size_t>(state)];
    }
    [[nodiscard]] bool contains(SpanIndex s) const { return of(s) == Meaning::Inside; }

  private:
    const TraceFacts& facts_;
    std::array<Meaning, goroutineStateCount> states_{};
    std::vector<Meaning> waits_; ///< by wait class
};

} // namespace waitscope
