// SPDX-License-Identifier: GPL-3.0-or-later
// How large were the live heap and the collector's goal, when?
#pragma once

#include "model/trace/trace.h"

#include <cstdint>
#include <optional>

namespace waitscope {

class HeapSeries {
  public:
    HeapSeries() = default;
    /// Reads `trace` as long as it lives. O(samples).
    explicit HeapSeries(const Trace& trace);

    struct Values {
        std::optional<std::uint64_t> live; ///< bytes; nothing before the first sample
        std::optional<std::uint64_t> goal;
    };
    /// The last samples before `t`. O(log samples).
    [[nodiscard]] Values before(Time t) const;
    /// The largest of all; 0 if the trace has no such metric.
    [[nodiscard]] std::uint64_t most() const { return most_; }

  private:
    const Metric* live_ = nullptr;
    const Metric* goal_ = nullptr;
    std::uint64_t most_ = 0;
};

} // namespace waitscope
