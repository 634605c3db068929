// SPDX-License-Identifier: GPL-3.0-or-later
// Ordered events leave the reader in blocks that fit a core's cache and are used again and again, so that ordering and
// building can run on two cores without touching fresh memory.
#pragma once

#include "model/build/ordered_event.h"

#include <array>
#include <cstddef>

namespace waitscope {

struct EventBlock {
    static constexpr std::size_t capacity = 2048;
    std::array<OrderedEvent, capacity> events;
    std::size_t size = 0;
};

class EventSink {
  public:
    virtual ~EventSink() = default;
    /// Takes a full block and gives an empty one back; null once nobody wants events any more.
    virtual EventBlock* exchange(EventBlock* full) = 0;
};

} // namespace waitscope
