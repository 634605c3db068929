// SPDX-License-Identifier: GPL-3.0-or-later
// How much memory does a piece of work take at its worst moment? Counted, not measured, so that it is the same on every
// machine.
#pragma once

#include <cstddef>

namespace waitscope::test {

/// Forgets the peak so far.
void startCountingAllocations();
/// The most bytes that were allocated at one time since then, beyond those that were allocated at its begin. All
/// threads, with the address sanitizer everything that malloc and realloc gave; else what `new` gave.
[[nodiscard]] std::size_t mostAllocated();

} // namespace waitscope::test
