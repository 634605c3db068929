// SPDX-License-Identifier: GPL-3.0-or-later
// The waits of a trace in the forms that other programs read: the same bytes from the window and from the command.
#pragma once

#include "model/report/wait_profile.h"
#include "model/waits/row_of_wait.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace waitscope {

enum class WaitsForm : std::uint8_t { Pprof, Folded, Csv, Chrome };
inline constexpr std::array waitsForms{WaitsForm::Pprof, WaitsForm::Folded, WaitsForm::Csv, WaitsForm::Chrome};
/// As --format takes it.
[[nodiscard]] std::string_view nameOf(WaitsForm form);
/// By the ending of a file's name; nothing if none is written so.
[[nodiscard]] std::optional<WaitsForm> waitsFormOf(std::string_view path);

struct WaitsChoice {
    WaitsForm form = WaitsForm::Csv;
    ProfileKind kind = ProfileKind::Sync; ///< of pprof and folded
    WaitGrouping by = WaitGrouping::Site; ///< of csv
    TimeRange range;
    bool runtimeGoroutines = false;
};
[[nodiscard]] std::string waitsDocument(const TraceFacts& facts, const WaitsChoice& choice);

} // namespace waitscope
