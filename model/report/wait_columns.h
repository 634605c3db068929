// SPDX-License-Identifier: GPL-3.0-or-later
// The columns of a table of waits: how they are called, and what a row says in each. The window, the command line and
// copied text use these.
#pragma once

#include "model/waits/wait_table.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace waitscope {

enum class WaitColumn : std::uint8_t {
    Primitive,
    Key, ///< what makes a row: the site, the waker, the goroutine ...
    Goroutines,
    Open,
    Longest,
    Total,
    OpenTime,
    Share,
    Concurrency,
    Finished,
    P50,
    P95,
    P99,
    Max,
    Peak,
    AtEnd,
    BeforeTrace,
    TopWaker,
};
inline constexpr std::array waitColumns{WaitColumn::Primitive, WaitColumn::Key,         WaitColumn::Goroutines,
                                        WaitColumn::Open,      WaitColumn::Longest,     WaitColumn::Total,
                                        WaitColumn::OpenTime,  WaitColumn::Share,       WaitColumn::Concurrency,
                                        WaitColumn::Finished,  WaitColumn::P50,         WaitColumn::P95,
                                        WaitColumn::P99,       WaitColumn::Max,         WaitColumn::Peak,
                                        WaitColumn::AtEnd,     WaitColumn::BeforeTrace, WaitColumn::TopWaker};

/// As --columns takes it: "open-time".
[[nodiscard]] std::string_view nameOf(WaitColumn column);
/// As a header: "Of it open"; the key's is that of the grouping.
[[nodiscard]] std::string titleOf(WaitColumn column, WaitGrouping by);
/// What it means, in a sentence.
[[nodiscard]] std::string meaningOf(WaitColumn column, WaitGrouping by);
/// Numbers, to be aligned at the right.
[[nodiscard]] bool isFigure(WaitColumn column);

/// "4.89 s"; empty where nothing is known. `table` with distributions for those columns that need them.
[[nodiscard]] std::string cellText(const TraceFacts& facts, const WaitTable& table, const WaitRow& row,
                                   WaitColumn column);
/// By what a column of figures is sorted.
[[nodiscard]] double cellFigure(const WaitTable& table, const WaitRow& row, WaitColumn column);

/// "timer", "network", "not recorded", or the line of the goroutine that did it.
[[nodiscard]] std::string wakerText(const Trace& trace, const WakerKey& waker);
/// What the waits of a row have in common: "cache.go:45  main.(*cache).Get", "goroutine 17 · main.worker".
[[nodiscard]] std::string rowKeyText(const TraceFacts& facts, const WaitRowKey& key);

} // namespace waitscope
