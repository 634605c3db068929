// SPDX-License-Identifier: GPL-3.0-or-later
// How long do frames take? Logged, and written over the canvas, where QT_LOGGING_RULES="waitscope.frames=true" asks for
// it: what is measured in use keeps what is promised honest.
#pragma once

#include "model/trace/time.h"

#include <QString>

#include <cstddef>
#include <deque>

namespace waitscope {

class FrameTimes {
  public:
    static constexpr std::size_t kept = 240; ///< the last ones

    [[nodiscard]] static bool areWanted();
    /// A frame that took so long (ns) and read so many items of the trace.
    void add(Time length, std::size_t itemsRead);
    /// "frame 1.70 ms · p95 of 240: 2.40 ms · 12,345 items read"; empty before the first one.
    [[nodiscard]] QString text() const;

  private:
    std::deque<Time> lengths_;
    std::size_t itemsRead_ = 0; ///< by the last one
};

} // namespace waitscope
