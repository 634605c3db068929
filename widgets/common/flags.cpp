// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/flags.h"

#include "widgets/common/colours.h"

#include <QFontMetrics>
#include <QPainter>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace waitscope {

std::vector<PlacedFlag> placeFlags(std::vector<Flag> flags, double top, const QFontMetrics& metrics) {
    constexpr std::size_t lanes = 4;
    const double height = metrics.height() + 2;
    const double step = height + 1;
    std::ranges::stable_sort(flags, {}, &Flag::x);
    std::array<double, lanes> ends;
    ends.fill(-std::numeric_limits<double>::infinity());
    std::vector<PlacedFlag> placed;
    const auto boxOf = [&](double x, std::size_t lane, const QString& text) {
        return QRectF(x, top + static_cast<double>(lane) * step, metrics.horizontalAdvance(text) + 8, height);
    };
    // Below the lanes: how many had no room, at the first of them.
    int more = 0;
    PlacedFlag rest;
    const auto sayMore = [&] {
        if (std::exchange(more, 0) > 0)
            placed.push_back(rest);
    };
    for (const Flag& flag : flags) {
        const auto free = std::ranges::find_if(ends, [&](double end) { return end <= flag.x; });
        if (free != ends.end()) {
            const QRectF box = boxOf(flag.x, static_cast<std::size_t>(free - ends.begin()), flag.text);
            *free = box.right() + 1;
            placed.push_back({box, flag.text, flag.colour});
            continue;
        }
        if (more > 0 && flag.x > rest.box.right() + step)
            sayMore();
        const QString text = QStringLiteral("+%1").arg(++more);
        rest = {boxOf(more == 1 ? flag.x : rest.box.x(), lanes, text), text, flag.colour};
    }
    sayMore();
    return placed;
}

void paintFlags(QPainter& painter, std::vector<Flag> flags, double top) {
    for (const PlacedFlag& flag : placeFlags(std::move(flags), top, painter.fontMetrics())) {
        painter.fillRect(flag.box, flag.colour);
        painter.setPen(readableOn(flag.colour));
        painter.drawText(flag.box, Qt::AlignCenter, flag.text);
    }
}

} // namespace waitscope
