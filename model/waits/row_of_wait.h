// SPDX-License-Identifier: GPL-3.0-or-later
// To which row of a table of waits does a wait belong?
#pragma once

#include "model/waits/annotation_types.h"
#include "model/waits/wake_up.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace waitscope {

enum class WaitGrouping : std::uint8_t {
    Site, ///< primitive and site
    Primitive,
    Waker, ///< site of the waker; open waits and system calls, which nobody ends, have a row of their own
    Goroutine,
    Function, ///< that the waiting goroutine runs
    Task,     ///< type of the task that the goroutine is in when the wait begins
    Region,   ///< type of the innermost region
};
inline constexpr std::array waitGroupings{WaitGrouping::Site,      WaitGrouping::Primitive, WaitGrouping::Waker,
                                          WaitGrouping::Goroutine, WaitGrouping::Function,  WaitGrouping::Task,
                                          WaitGrouping::Region};
constexpr std::string_view nameOf(WaitGrouping by) {
    constexpr std::array<std::string_view, waitGroupings.size()> names{"site",     "primitive", "waker", "goroutine",
                                                                       "function", "task",      "region"};
    return names[static_cast<std::size_t>(by)];
}

/// Who or what ends waits.
struct WakerKey {
    WokenBy how = WokenBy::Unknown;
    FrameId site; ///< of the waking goroutine's stack; none unless `how` is Goroutine
    friend bool operator==(const WakerKey&, const WakerKey&) = default;
};

/// What the waits of a row have in common. Only what the grouping is by is set.
struct WaitRowKey {
    WaitGrouping by = WaitGrouping::Site;
    Primitive primitive = Primitive::Unknown; ///< grouped by site or primitive
    FrameId site;                             ///< grouped by site
    GoroutineIndex goroutine;                 ///< grouped by goroutine
    StringId function;                        ///< grouped by function; empty if not known
    std::optional<StringId> annotation;       ///< grouped by task or region: its type; none outside of any
    std::optional<WakerKey> waker;            ///< grouped by waker; none for waits that nobody ended
    std::uint32_t own = nowhere;              ///< the caller's own number, if the caller groups the classes
    friend bool operator==(const WaitRowKey&, const WaitRowKey&) = default;
};

/// Who ended the wait; none if it is open or a system call. `waitClass` is its place in `facts.waits.all()`.
[[nodiscard]] std::optional<WakerKey> wakerKeyOf(const TraceFacts& facts, SpanIndex s, std::uint32_t waitClass,
                                                 bool open);

class RowOfWait {
  public:
    /// `facts` must outlive it. With `rowOfClass` (by place in `facts.waits.all()`) waits whose classes have the same
    /// number are a row, and `by` means nothing.
    RowOfWait(const TraceFacts& facts, WaitGrouping by, std::span<const std::uint32_t> rowOfClass = {});

    /// The row, in the order in which they came up. `waker` as from wakerKeyOf.
    std::uint32_t rowOf(GoroutineIndex g, SpanIndex s, std::uint32_t waitClass, const std::optional<WakerKey>& waker);
    [[nodiscard]] const std::vector<WaitRowKey>& keys() const { return keys_; }

  private:
    std::uint32_t rowFor(std::uint64_t number, const WaitRowKey& key);

    const TraceFacts& facts_;
    WaitGrouping by_;
    std::span<const std::uint32_t> ownRows_;
    std::optional<AnnotationTypes> annotations_;
    std::vector<WaitRowKey> keys_;
    std::unordered_map<std::uint64_t, std::uint32_t> rows_;
    std::vector<std::uint32_t> rowOfClass_;
    GoroutineIndex lastGoroutine_; ///< waits come goroutine by goroutine
    std::uint32_t lastRow_ = 0;
};

} // namespace waitscope
