// SPDX-License-Identifier: GPL-3.0-or-later
// What can a goroutine wait on, and how are these things called?
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace waitscope {

/// What a wait is for. The names are part of the JSON contract: there are no others.
enum class Primitive : std::uint8_t {
    Mutex,
    RWMutexRead,
    RWMutexWrite,
    ChanSend,
    ChanReceive,
    Select,
    SelectEmpty,
    NilChan,
    Cond,
    WaitGroup,
    Network,
    Sleep,
    Syscall,
    GC,
    Other,
    Unknown, ///< the trace does not say why
};

constexpr std::array<std::string_view, 16> primitiveNames{
    "mutex", "rwmutex read", "rwmutex write", "chan send", "chan receive", "select", "select empty", "nil chan",
    "cond",  "waitgroup",    "network",       "sleep",     "syscall",      "gc",     "other",        "unknown"};

constexpr std::string_view nameOf(Primitive p) {
    return primitiveNames[static_cast<std::size_t>(p)];
}

/// What a colour stands for: the states of a goroutine, with waiting split by what is waited for.
enum class StateFamily : std::uint8_t {
    Unknown,
    Running,
    Runnable,
    Lock,    ///< mutex, rwmutex, cond, waitgroup
    Channel, ///< send, receive, select, select {}, nil channel
    Network,
    Syscall,
    Sleep,
    GC,
    Other, ///< a wait of the runtime, or one the trace does not explain
};
constexpr std::size_t stateFamilyCount = 10;

constexpr std::string_view nameOf(StateFamily f) {
    constexpr std::array<std::string_view, stateFamilyCount> names{
        "unknown",      "running", "runnable", "lock wait", "channel wait",
        "network wait", "syscall", "sleep",    "gc wait",   "other wait"};
    return names[static_cast<std::size_t>(f)];
}

constexpr StateFamily familyOf(Primitive p) {
    switch (p) {
    case Primitive::Mutex:
    case Primitive::RWMutexRead:
    case Primitive::RWMutexWrite:
    case Primitive::Cond:
    case Primitive::WaitGroup:
        return StateFamily::Lock;
    case Primitive::ChanSend:
    case Primitive::ChanReceive:
    case Primitive::Select:
    case Primitive::SelectEmpty:
    case Primitive::NilChan:
        return StateFamily::Channel;
    case Primitive::Network:
        return StateFamily::Network;
    case Primitive::Syscall:
        return StateFamily::Syscall;
    case Primitive::Sleep:
        return StateFamily::Sleep;
    case Primitive::GC:
        return StateFamily::GC;
    case Primitive::Other:
    case Primitive::Unknown:
        break;
    }
    return StateFamily::Other;
}

} // namespace waitscope
