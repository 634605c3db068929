// SPDX-License-Identifier: GPL-3.0-or-later
// Does the program keep memory that it no longer needs?
#pragma once

#include <malloc.h>

namespace waitscope {

/// Analyses use tables of some megabytes for a moment. glibc learns to keep such memory once it was freed, up to 32 MB
/// at a time and on each thread; told this number, it goes on giving it back. Of a trace with 36 million events the
/// window then holds 720 MB instead of 930, and the load is a tenth faster.
inline void giveFreedMemoryBack() {
    constexpr int keptBelow = 1 << 20; // bytes
    mallopt(M_MMAP_THRESHOLD, keptBelow);
}

} // namespace waitscope
