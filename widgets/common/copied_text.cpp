// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/copied_text.h"

#include "model/report/text.h"
#include "widgets/common/from_utf8.h"

#include <QStringList>

namespace waitscope {

QString copiedText(const ViewState& state) {
    QStringList lines;
    if (!state.facts())
        return {};
    if (const std::string selected = selectionText(*state.facts(), state.selection()); !selected.empty())
        lines.push_back(fromUtf8(selected));
    if (const TimeRange chosen = state.chosenRange(); !chosen.empty())
        lines.push_back(QStringLiteral("%1 … %2 (%3)")
                            .arg(fromUtf8(exactDurationText(chosen.begin)), fromUtf8(exactDurationText(chosen.end)),
                                 fromUtf8(exactDurationText(chosen.length()))));
    return lines.join('\n');
}

} // namespace waitscope
