// SPDX-License-Identifier: GPL-3.0-or-later
// What names a thing inside a trace. Go's own ids (64 bits, sparse, reused by cgo) are kept as data; everything that
// is looked up uses one of these dense 32-bit indices, so that a table is a flat array and an index of the wrong kind
// does not compile.
#pragma once

#include <compare>
#include <cstdint>

namespace waitscope {

/// A dense index. `None` is the value that stands for "there is none" or "not recorded".
template <class Tag, std::uint32_t None> struct Index {
    std::uint32_t value = None;

    [[nodiscard]] constexpr bool known() const { return value != None; }
    friend constexpr auto operator<=>(Index, Index) = default;
};

constexpr std::uint32_t nowhere = UINT32_MAX;

using StringId = Index<struct StringTag, 0>;                ///< 0 is the empty string
using StackId = Index<struct StackTag, 0>;                  ///< 0 is "no stack recorded"
using FrameId = Index<struct FrameTag, 0>;                  ///< 0 is "no frame"
using GoroutineIndex = Index<struct GoroutineTag, nowhere>; ///< order of first appearance in the trace
using SpanIndex = Index<struct SpanTag, nowhere>;
using ProcIndex = Index<struct ProcTag, nowhere>;
using ThreadIndex = Index<struct ThreadTag, nowhere>;
using TaskIndex = Index<struct TaskTag, nowhere>;
using SpanKindId = std::uint8_t;

} // namespace waitscope
