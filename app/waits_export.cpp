// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/waits_export.h"

#include <utility>

namespace waitscope {

void WaitsExport::toFile(std::shared_ptr<const TraceFacts> facts, WaitsChoice choice, const QString& path) {
    const auto form = waitsFormOf(path.toLower().toStdString());
    if (!form)
        return Q_EMIT failed(tr("%1: the name must end with .csv, .pb.gz, .folded or .json.").arg(path));
    choice.form = *form;
    write([facts = std::move(facts), choice] { return waitsDocument(*facts, choice); }, path);
}

} // namespace waitscope
