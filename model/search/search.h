// SPDX-License-Identifier: GPL-3.0-or-later
// Where in a trace is a text? In the names of functions, ids of goroutines, logs, regions, tasks, labels, and in the
// stacks of waits. Every text of a trace is stored once, so each is looked at once, and tables are read by number.
#pragma once

#include "model/facts.h"

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace waitscope {

enum class HitKind : std::uint8_t { Goroutine, Task, Region, Log, Label, Stack, Sample };
constexpr std::string_view nameOf(HitKind kind) {
    constexpr std::string_view names[]{"goroutine", "task", "region", "log", "label", "stack", "CPU sample"};
    return names[static_cast<std::size_t>(kind)];
}

struct SearchHit {
    HitKind kind = HitKind::Goroutine;
    std::uint32_t place = 0; ///< in the table of its kind; of a stack: the first span with it, of samples the first one
    Time time = 0;
    GoroutineIndex goroutine;
    std::uint32_t count = 1; ///< of a stack or sample: spans or samples of the goroutine with a matching one
};

struct SearchResult {
    std::vector<SearchHit> hits; ///< an exact id first, then by kind, then by time
    bool cut = false;            ///< there were more
};

/// In any case of ASCII letters; an empty text has no hits. At most `most` hits. A goroutine is a hit of kind Stack
/// where a frame of one of its waits matches that is not the function it runs, and of kind Sample where one of what the
/// profiler saw it do does. O(texts + tables + spans).
[[nodiscard]] SearchResult search(const TraceFacts& facts, std::string_view text, std::size_t most = 100'000,
                                  const std::stop_token& stop = {});

/// What a hit says, in one line.
[[nodiscard]] std::string hitText(const TraceFacts& facts, const SearchHit& hit);

} // namespace waitscope
