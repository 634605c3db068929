// SPDX-License-Identifier: GPL-3.0-or-later
// Which states of a goroutine does a heatmap measure? A set of state families, with the questions asked of it by name.
#pragma once

#include "model/waits/primitive.h"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace waitscope {

class StateSet {
  public:
    constexpr StateSet() = default;
    constexpr StateSet(std::initializer_list<StateFamily> families) {
        for (const StateFamily f : families)
            bits_ |= bit(f);
    }
    [[nodiscard]] constexpr bool contains(StateFamily f) const { return (bits_ & bit(f)) != 0; }
    [[nodiscard]] constexpr bool containsAll(StateSet other) const { return (bits_ & other.bits_) == other.bits_; }
    [[nodiscard]] constexpr bool touches(StateSet other) const { return (bits_ & other.bits_) != 0; }
    friend constexpr bool operator==(StateSet, StateSet) = default;

  private:
    static constexpr std::uint32_t bit(StateFamily f) { return 1U << static_cast<unsigned>(f); }
    std::uint32_t bits_ = 0;
};

/// Go's state Waiting, whatever is waited for. System calls are a state of their own.
constexpr StateSet waitingStates{StateFamily::Lock,  StateFamily::Channel, StateFamily::Network,
                                 StateFamily::Sleep, StateFamily::GC,      StateFamily::Other};

/// A question that a heatmap answers.
struct NamedStates {
    std::string_view name; ///< on the command line: `--metric lock`
    std::string_view text; ///< as in "share of time spent …"
    StateSet states;
};

constexpr std::array<NamedStates, 9> namedStates{{
    {"waiting", "waiting", waitingStates},
    {"lock", "waiting for locks", {StateFamily::Lock}},
    {"channel", "waiting for channels", {StateFamily::Channel}},
    {"network", "waiting for the network", {StateFamily::Network}},
    {"sleep", "asleep", {StateFamily::Sleep}},
    {"gc", "waiting for the garbage collector", {StateFamily::GC}},
    {"syscall", "in system calls", {StateFamily::Syscall}},
    {"runnable", "ready, waiting for a processor", {StateFamily::Runnable}},
    {"running", "running", {StateFamily::Running}},
}};

/// By its name; none if there is no such one.
[[nodiscard]] constexpr std::optional<NamedStates> findStates(std::string_view name) {
    for (const NamedStates& n : namedStates)
        if (n.name == name)
            return n;
    return {};
}
/// The entry of a set; the first one for sets without a name.
[[nodiscard]] constexpr const NamedStates& namedOf(StateSet states) {
    for (const NamedStates& n : namedStates)
        if (n.states == states)
            return n;
    return namedStates.front();
}

} // namespace waitscope
