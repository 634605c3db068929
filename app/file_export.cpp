// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/file_export.h"

#include "app/output.h"
#include "app/threads.h"
#include "widgets/common/from_utf8.h"

#include <utility>

namespace waitscope {

void FileExport::write(std::function<std::string()> document, const QString& path) {
    begun();
    elsewhere([this, document = std::move(document), path, asker = asker()] {
        std::string problem;
        const bool fine = writeResult(document(), path, problem);
        atHome(asker, [this, fine, path, problem] {
            ended();
            if (fine)
                Q_EMIT written(path);
            else
                Q_EMIT failed(fromUtf8(problem));
        });
    });
}

} // namespace waitscope
