// SPDX-License-Identifier: GPL-3.0-or-later
// The waits of a trace as a file for other programs, the same bytes from the window and from the command.
#pragma once

#include "app/file_export.h"
#include "model/report/wait_profile.h"
#include "model/waits/row_of_wait.h"

#include <QString>

#include <array>
#include <memory>
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

class WaitsExport : public FileExport {
    Q_OBJECT

  public:
    using FileExport::FileExport;

    /// The form is that of the name's ending. Written on another thread; `written` or `failed` follows.
    void toFile(std::shared_ptr<const TraceFacts> facts, WaitsChoice choice, const QString& path);
};

} // namespace waitscope
