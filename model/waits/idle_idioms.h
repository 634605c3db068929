// SPDX-License-Identifier: GPL-3.0-or-later
// Which waits are idle by nature, whatever their length? A server that waits for a connection is well.
#pragma once

#include "model/trace/primitive.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace waitscope {

/// What a goroutine does that waits on `primitive` in these functions, if that is an idle habit of Go's library or of a
/// module that everybody uses (analysis.md section 3): "accepts connections", "idle connection", "sleep" and so on.
/// Empty otherwise. `functions` are those from the innermost frame to the first one of the program.
[[nodiscard]] std::string_view idleIdiomOf(Primitive primitive, std::span<const std::string_view> functions);

/// What those that look for leaks must know of a function, as bits.
namespace idle_habit {
constexpr std::uint8_t connectionLoop = 1; ///< it stands for the other end of a connection, whatever it waits on
constexpr std::uint8_t wait = 2;           ///< it may wait there for ever and nothing is wrong
constexpr std::uint8_t call = 4;           ///< a system call below it may last for ever
} // namespace idle_habit

/// It ends a process with its context, and ends itself when somebody has waited for the process: idle only as long as
/// somebody does.
[[nodiscard]] bool watchesProcess(std::string_view function);

/// Of one function, from the same list. O(list).
[[nodiscard]] std::uint8_t idleHabitsOf(std::string_view function);

} // namespace waitscope
