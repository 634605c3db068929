// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_picture.h"

#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/picture_caption.h"
#include "widgets/timeline/timeline_painter.h"

#include <QPainter>

#include <unordered_map>

namespace waitscope {

namespace {

// What the colours mean, in one line that wraps into as many as it needs.
constexpr std::array legend{StateFamily::Running, StateFamily::Runnable, StateFamily::Lock,
                            StateFamily::Channel, StateFamily::Network,  StateFamily::Syscall,
                            StateFamily::Sleep,   StateFamily::GC,       StateFamily::Other};
constexpr int legendLine = 18;
constexpr int swatch = 12;

// Lays the entries out in lines of `width`; draws them if there is a painter. Returns the height.
int legendHeight(const QFontMetricsF& metrics, QPainter* painter, QRectF area) {
    double x = area.left();
    int lines = 1;
    for (const StateFamily family : legend) {
        const QString name = fromUtf8(nameOf(family));
        const double width = swatch + 5 + metrics.horizontalAdvance(name) + 16;
        if (x > area.left() && x + width > area.right()) {
            x = area.left();
            ++lines;
        }
        if (painter != nullptr) {
            const double y = area.top() + (lines - 1) * legendLine;
            painter->fillRect(QRectF(x, y + 3, swatch, swatch), colourOf(family));
            painter->setPen(canvasColours(false).text);
            painter->drawText(QPointF(x + swatch + 5, y + 13), name);
        }
        x += width;
    }
    return lines * legendLine + 4;
}

} // namespace

QImage renderTimeline(std::shared_ptr<const TraceFacts> facts, const TimelinePictureOptions& options) {
    const Trace& trace = *facts->trace;
    const TimeRange range = options.range.empty() ? trace.wholeRange() : options.range;
    TimelineRows rows(facts, options.filter);
    std::size_t shown = 0;
    for (const std::size_t group : rows.shownGroups())
        shown += facts->groups.groups[group].members.size();
    PictureSubject subject{.title = QStringLiteral("Timeline: what goroutines were doing"),
                           .range = range,
                           .filter = options.filterText,
                           .order = QStringLiteral("open wait of the function"),
                           .rows = QStringLiteral("by function; a folded group shows how many are in each state"),
                           .goroutinesShown = shown,
                           .goroutinesTotal = trace.goroutines.size(),
                           .more = {}};
    QImage picture = emptyPicture(options.size, options.scale);
    if (picture.isNull())
        return picture;
    {
        QPainter painter(&picture);
        const QFont font = pictureFont();
        painter.setFont(font);
        const PictureCaption caption(trace, subject);
        const QRectF plot = caption.paint(painter, options.size);
        painter.setFont(font);
        const int keyHeight = legendHeight(QFontMetricsF(font, &picture), nullptr, plot);
        legendHeight(QFontMetricsF(font, &picture), &painter,
                     QRectF(plot.left(), plot.bottom() - keyHeight, plot.width(), keyHeight));
        std::unordered_map<std::size_t, Activity> activities;
        const QRect area = plot.adjusted(0, 0, 0, -keyHeight).toAlignedRect();
        const auto bins =
            static_cast<std::size_t>(std::max(1, (area.width() - canvasLeft - canvasRight) * options.scale));
        TimelineFrame frame{.range = range, .area = area, .devicePixelRatio = static_cast<qreal>(options.scale)};
        frame.activityOf = [&](std::size_t group) -> const Activity* {
            const auto [found, isNew] = activities.try_emplace(group);
            if (isNew)
                found->second = activityOf(trace, facts->waits, facts->groups.groups[group].members, range, bins);
            return &found->second;
        };
        TimelinePainter().paint(painter, *facts, rows, frame);
        caption.describe(picture);
    }
    return picture;
}

} // namespace waitscope
