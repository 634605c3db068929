// SPDX-License-Identifier: GPL-3.0-or-later
// The waits of a trace as a file that the window writes.
#pragma once

#include "app/file_export.h"
#include "app/waits_document.h"

#include <QString>

#include <memory>

namespace waitscope {

class WaitsExport : public FileExport {
    Q_OBJECT

  public:
    using FileExport::FileExport;

    /// The form is that of the name's ending. Written on another thread; `written` or `failed` follows.
    void toFile(std::shared_ptr<const TraceFacts> facts, WaitsChoice choice, const QString& path);
};

} // namespace waitscope
