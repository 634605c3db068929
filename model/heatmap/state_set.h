// SPDX-License-Identifier: GPL-3.0-or-later
// Which states of a goroutine does a heatmap measure? Any set of Go's states, with waiting split by what is waited for,
// and the names of such sets: `lock`, `running`, `mutex+chan-send`.
#pragma once

#include "model/trace/primitive.h"
#include "model/trace/spans.h"

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
            bits_ |= bitsOf(f);
    }
    constexpr explicit StateSet(Primitive p) : bits_(bit(p)) {}

    /// Of the states but Waiting, which is the primitives'. A system call is a primitive too.
    [[nodiscard]] constexpr bool contains(GoroutineState s) const {
        switch (s) {
        case GoroutineState::Running:
            return (bits_ & running) != 0;
        case GoroutineState::Runnable:
            return (bits_ & runnable) != 0;
        case GoroutineState::Unknown:
            return (bits_ & unknown) != 0;
        case GoroutineState::Syscall:
            return contains(Primitive::Syscall);
        default:
            return false;
        }
    }
    [[nodiscard]] constexpr bool contains(Primitive p) const { return (bits_ & bit(p)) != 0; }
    [[nodiscard]] constexpr bool containsAll(StateSet other) const { return (bits_ & other.bits_) == other.bits_; }
    [[nodiscard]] constexpr bool touches(StateSet other) const { return (bits_ & other.bits_) != 0; }
    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
    [[nodiscard]] constexpr StateSet with(StateSet other) const { return StateSet(bits_ | other.bits_); }
    [[nodiscard]] constexpr StateSet without(StateSet other) const { return StateSet(bits_ & ~other.bits_); }
    friend constexpr bool operator==(StateSet, StateSet) = default;

  private:
    constexpr explicit StateSet(std::uint32_t bits) : bits_(bits) {}
    static constexpr std::uint32_t bit(Primitive p) { return 1U << static_cast<unsigned>(p); }
    static constexpr std::uint32_t running = 1U << primitiveNames.size();
    static constexpr std::uint32_t runnable = running << 1U;
    static constexpr std::uint32_t unknown = running << 2U;
    static constexpr std::uint32_t bitsOf(StateFamily f) {
        if (f == StateFamily::Running)
            return running;
        if (f == StateFamily::Runnable)
            return runnable;
        if (f == StateFamily::Unknown)
            return unknown;
        std::uint32_t bits = 0;
        for (std::size_t p = 0; p < primitiveNames.size(); ++p)
            if (familyOf(static_cast<Primitive>(p)) == f)
                bits |= bit(static_cast<Primitive>(p));
        return bits;
    }
    std::uint32_t bits_ = 0;
};

/// Go's state Waiting, whatever is waited for. System calls are a state of their own.
constexpr StateSet waitingStates{StateFamily::Lock,  StateFamily::Channel, StateFamily::Network,
                                 StateFamily::Sleep, StateFamily::GC,      StateFamily::Other};
/// Whatever a goroutine does as long as it lives.
constexpr StateSet aliveStates =
    waitingStates.with({StateFamily::Running, StateFamily::Runnable, StateFamily::Syscall, StateFamily::Unknown});

/// A question that a heatmap answers.
struct NamedStates {
    std::string_view name; ///< on the command line: `--metric lock`
    std::string_view text; ///< as in "share of time spent …", "goroutines …"
    StateSet states;
};

constexpr std::array<NamedStates, 20> namedStates{{
    {"waiting", "waiting", waitingStates},
    {"lock", "waiting for locks", {StateFamily::Lock}},
    {"channel", "waiting for channels", {StateFamily::Channel}},
    {"network", "waiting for the network", {StateFamily::Network}},
    {"sleep", "asleep", {StateFamily::Sleep}},
    {"gc", "waiting for the garbage collector", {StateFamily::GC}},
    {"syscall", "in system calls", {StateFamily::Syscall}},
    {"runnable", "ready, waiting for a processor", {StateFamily::Runnable}},
    {"running", "running", {StateFamily::Running}},
    {"alive", "alive", aliveStates},
    {"mutex", "waiting for a mutex", StateSet(Primitive::Mutex)},
    {"rwmutex-read", "waiting to read-lock an RWMutex", StateSet(Primitive::RWMutexRead)},
    {"rwmutex-write", "waiting to write-lock an RWMutex", StateSet(Primitive::RWMutexWrite)},
    {"chan-send", "waiting to send on a channel", StateSet(Primitive::ChanSend)},
    {"chan-receive", "waiting to receive from a channel", StateSet(Primitive::ChanReceive)},
    {"select", "waiting in a select", StateSet(Primitive::Select)},
    {"select-empty", "waiting in an empty select", StateSet(Primitive::SelectEmpty)},
    {"nil-chan", "waiting for a nil channel", StateSet(Primitive::NilChan)},
    {"cond", "waiting for a condition", StateSet(Primitive::Cond)},
    {"waitgroup", "waiting for a WaitGroup", StateSet(Primitive::WaitGroup)},
}};

/// "lock", "mutex+chan-send"; nothing if a part is no such name.
[[nodiscard]] std::optional<StateSet> statesFrom(std::string_view name);
/// The name that `statesFrom` understands.
[[nodiscard]] std::string nameOf(StateSet states);
/// "waiting for locks", "waiting for a mutex or in system calls".
[[nodiscard]] std::string textOf(StateSet states);

} // namespace waitscope
