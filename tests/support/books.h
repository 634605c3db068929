// SPDX-License-Identifier: GPL-3.0-or-later
// What must hold in every trace, however damaged its file: times add up, every index leads somewhere.
#pragma once

#include "model/trace/trace.h"

#include <cstddef>
#include <span>
#include <string>

namespace waitscope::test {

/// The first thing that does not hold, as a sentence; empty if everything does. O(trace).
[[nodiscard]] std::string whatDoesNotAddUp(const Trace& trace);

/// Loads `bytes` as one thread does, then as several do and in slices of a few bytes, and looks at what comes out. A
/// sentence about the first thing that is wrong; empty if nothing is. What is asked of a damaged file is less: its
/// slices may keep different parts of what fits no order.
[[nodiscard]] std::string whatIsWrongWithLoading(std::span<const std::byte> bytes);

} // namespace waitscope::test
