// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/heatmap/state_set.h"

#include <algorithm>

namespace waitscope {

namespace {

// The names of a set: one if there is one, else those that make it up.
template <class Member> std::string joined(StateSet states, const char* separator, Member member) {
    if (const auto* const same = std::ranges::find(namedStates, states, &NamedStates::states);
        same != namedStates.end())
        return std::string((*same).*member);
    std::string text;
    for (const NamedStates& n : namedStates)
        if (states.containsAll(n.states)) {
            text += (text.empty() ? "" : separator) + std::string(n.*member);
            states = states.without(n.states);
        }
    return text;
}

} // namespace

std::optional<StateSet> statesFrom(std::string_view name) {
    StateSet states;
    while (true) {
        const std::size_t plus = name.find('+');
        const auto* const named = std::ranges::find(namedStates, name.substr(0, plus), &NamedStates::name);
        if (named == namedStates.end())
            return {};
        states = states.with(named->states);
        if (plus == std::string_view::npos)
            return states;
        name.remove_prefix(plus + 1);
    }
}

std::string nameOf(StateSet states) {
    return joined(states, "+", &NamedStates::name);
}

std::string textOf(StateSet states) {
    return joined(states, " or ", &NamedStates::text);
}

} // namespace waitscope
