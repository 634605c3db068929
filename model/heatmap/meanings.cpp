// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/heatmap/meanings.h"

namespace waitscope {

Meanings::Meanings(const TraceFacts& facts, StateSet states) : facts_(facts) {
    for (std::size_t i = 0; i < states_.size(); ++i)
        states_[i] = states.contains(static_cast<GoroutineState>(i)) ? Meaning::Inside : Meaning::Outside;
    auto& unknown = states_[static_cast<std::size_t>(GoroutineState::Unknown)];
    if (unknown == Meaning::Outside)
        unknown = Meaning::Unknown;
    for (const WaitClass& c : facts.waits.all()) {
        Meaning meaning = states.contains(c.primitive) ? Meaning::Inside : Meaning::Outside;
        // A wait for nobody knows what is a wait; whether it is one for a lock nobody knows either.
        if (c.primitive == Primitive::Unknown && !states.containsAll(waitingStates) && states.touches(waitingStates))
            meaning = Meaning::Unknown;
        waits_.push_back(meaning);
    }
}

} // namespace waitscope
