// SPDX-License-Identifier: GPL-3.0-or-later
// Does a trace fit into memory? Asked before any of it is touched: a program that is killed for want of memory says
// nothing.
#pragma once

#include <cstdint>
#include <string>

namespace waitscope {

/// Memory that this process could still have, and what sets the limit.
struct MemoryRoom {
    std::uint64_t bytes = UINT64_MAX; ///< UINT64_MAX: not known
    bool ofGroup = false;             ///< a container's or a service's limit, not the machine's
};

/// Asks the system: what is free or can be given back at once, the limits of the control groups, and the process's own.
/// `fixed` is taken instead, if it is not 0.
[[nodiscard]] MemoryRoom memoryRoom(std::uint64_t fixed = 0);

/// The most memory that loading a trace of so many bytes takes, as measured.
[[nodiscard]] std::uint64_t memoryFor(std::uint64_t traceBytes);

/// Why a trace is not loaded, with what would help; empty if it fits. `inParts`: a part of it can be read.
[[nodiscard]] std::string refusalOf(const std::string& name, std::uint64_t traceBytes, const MemoryRoom& room,
                                    bool inParts);

} // namespace waitscope
