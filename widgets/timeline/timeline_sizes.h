// SPDX-License-Identifier: GPL-3.0-or-later
// How high is what a timeline shows? Rows are as high as their words, or thin and without words, so that several times
// as many are seen.
#pragma once

#include "widgets/common/canvas_sizes.h"

#include <cstddef>

namespace waitscope {

/// In logical pixels.
struct TimelineSizes {
    int line = 14; ///< of words
    int ruler = 26;
    int header = 18; ///< of a section, and of the collector
    int row = 18;    ///< of a goroutine's states, a processor, a thread, a task
    int group = 24;
    int folded = 36; ///< a folded group shows how its goroutines spent their time
    int graph = 40;
    int track = 11; ///< of regions and stacks, below the states of their goroutine
    int above = 2;  ///< the bar of a row
    int below = 2;

    /// Of the words of a canvas; `thin`: goroutines, processors, threads and tasks have no words.
    [[nodiscard]] static TimelineSizes of(const CanvasSizes& canvas, bool thin);

    [[nodiscard]] bool hasRoomForWords(int height) const { return height >= line; }
    /// From the top of a goroutine's row.
    [[nodiscard]] int trackTop(std::size_t which) const { return row - above / 2 + static_cast<int>(which) * track; }

    friend bool operator==(const TimelineSizes&, const TimelineSizes&) = default;
};

inline TimelineSizes TimelineSizes::of(const CanvasSizes& canvas, bool thin) {
    const auto high = [&](int usual) { return canvas.high(usual); };
    if (thin)
        return {.line = high(14),
                .ruler = high(26),
                .header = high(18),
                .row = high(5),
                .group = high(18),
                .folded = high(18),
                .graph = high(24),
                .track = high(3),
                .above = 0,
                .below = 1};
    return {.line = high(14),
            .ruler = high(26),
            .header = high(18),
            .row = high(18),
            .group = high(24),
            .folded = high(36),
            .graph = high(40),
            .track = high(11)};
}

} // namespace waitscope
