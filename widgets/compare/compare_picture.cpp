// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare/compare_picture.h"

#include "model/compare/largest_change.h"
#include "model/report/html_text.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/picture_caption.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace waitscope {

namespace {

constexpr int margin = 12;
constexpr int stripHeight = 24;
constexpr int titleRoom = 22;                               ///< of the line above it
constexpr int stripRoom = titleRoom + stripHeight + margin; ///< with both
constexpr int headlinePixels = 20;
constexpr qsizetype mostWarnings = 4;
constexpr double mostStretched = 4; ///< of lengths; beyond, the shorter trace would be too small to read
const QColor ink(0x1a, 0x1a, 0x1a);
const QColor faint(0x60, 0x60, 0x60);

struct Line {
    QString text;
    QFont font;
    QRect where;
};

// The headline and what warns of it, as many lines as they need, from the top.
std::vector<Line> headOf(const CompareSheet& sheet) {
    std::vector<Line> lines;
    int y = margin;
    const auto add = [&](const QString& text, const QFont& font) {
        const QRect room(margin, y, sheet.options.size.width() - 2 * margin, 10'000);
        const QRect needed = QFontMetrics(font).boundingRect(room, Qt::TextWordWrap, text);
        lines.push_back({text, font, {room.topLeft(), QSize(room.width(), needed.height())}});
        y += needed.height() + 4;
    };
    if (!sheet.options.headline)
        return lines;
    QFont bold = pictureFont(headlinePixels);
    bold.setBold(true);
    add(sheet.headline, bold);
    for (qsizetype i = 0; i < std::min(mostWarnings, sheet.warnings.size()); ++i)
        add(QStringLiteral("⚠ ") + sheet.warnings[i], pictureFont());
    if (sheet.warnings.size() > mostWarnings)
        add(QStringLiteral("and %1 more warnings: waitscope info").arg(sheet.warnings.size() - mostWarnings),
            pictureFont());
    return lines;
}

int heightOf(const std::vector<Line>& head) {
    return head.empty() ? 0 : head.back().where.bottom() + margin / 2;
}

int roomBetween(const CompareSheet& sheet) {
    return sheet.sameTimeAPixel ? stripRoom : titleRoom + margin;
}

HeatmapPictureOptions halfOf(const Comparison& comparison, Side side, const CompareSheet& sheet, int height) {
    const auto length = [&](Side s) { return static_cast<double>(comparison.ranges.range.of(s).length()); };
    HeatmapPictureOptions half;
    half.size = {sheet.options.size.width(), height};
    half.scale = sheet.options.scale;
    half.what.metric = {.states = sheet.states};
    half.what.range = comparison.ranges.range.of(side);
    half.heading = side == Side::A ? QStringLiteral("A, before") : QStringLiteral("B, after");
    half.across = sheet.sameTimeAPixel ? length(side) / std::max(length(Side::A), length(Side::B)) : 1;
    half.oneScale = true;
    return half;
}

QString stripTitle(const CompareSheet& sheet) {
    const QString what = QStringLiteral("B − A: goroutines ") + fromUtf8(textOf(sheet.states)) +
                         QStringLiteral(", mean of each bin, both from the left edge. ");
    if (!sheet.sameTimeAPixel)
        return QStringLiteral(
            "⚠ The lengths differ so much that the shorter trace is stretched: a pixel is not the same "
            "time in both, and there is no difference by time.");
    if (sheet.strip.largest == 0)
        return what + QStringLiteral("No difference.");
    return what +
           QStringLiteral(
               "Orange: more in B; blue: fewer; white: as many; hatched: only one trace; full colour at ± ") +
           fromUtf8(meanText(sheet.strip.largest));
}

void paintStrip(QPainter& painter, const CompareSheet& sheet, int top) {
    const Both<QRect> cells{cellsOf(*sheet.half.a), cellsOf(*sheet.half.b)};
    const QRect longer = cells.a.width() >= cells.b.width() ? cells.a : cells.b;
    painter.setFont(pictureFont());
    painter.setPen(ink);
    painter.drawText(QRect(margin, top, sheet.options.size.width() - 2 * margin, 18), Qt::AlignLeft | Qt::AlignVCenter,
                     stripTitle(sheet));
    const auto& difference = sheet.strip.difference;
    if (difference.empty())
        return;
    const QRect strip(longer.left(), top + titleRoom, longer.width(), stripHeight);
    QImage colours(static_cast<int>(difference.size()), 1, QImage::Format_ARGB32);
    for (std::size_t i = 0; i < difference.size(); ++i) {
        const double change = sheet.strip.largest > 0 ? difference[i].value_or(0) / sheet.strip.largest : 0;
        colours.setPixel(static_cast<int>(i), 0, difference[i] ? differenceColour(change) : qRgba(0, 0, 0, 0));
    }
    painter.fillRect(strip, QBrush(faint, Qt::BDiagPattern)); // where only one of them reaches
    painter.drawImage(QRect(strip.topLeft(), QSize(std::min(cells.a.width(), cells.b.width()), stripHeight)), colours);
    painter.setPen(faint);
    painter.drawRect(strip.adjusted(0, 0, -1, -1));
    painter.setPen(ink);
    painter.drawText(QRect(0, strip.top(), strip.left() - 10, strip.height()), Qt::AlignRight | Qt::AlignVCenter,
                     QStringLiteral("B − A"));
}

} // namespace

std::shared_ptr<const CompareSheet> prepareComparison(const Comparison& comparison, const FindingsAcross* findings,
                                                      const ComparePictureOptions& options) {
    auto made = std::make_shared<CompareSheet>();
    CompareSheet& sheet = *made;
    sheet.options = options;
    // Names of a program may have thousands of letters.
    constexpr std::size_t longestText = 400;
    sheet.headline = fromUtf8(shortenedInTheMiddle(comparison.headline, longestText));
    for (const std::string& warning : comparison.warnings)
        sheet.warnings.push_back(fromUtf8(shortenedInTheMiddle(warning, longestText)));
    const std::string_view family = familyOfLargestChange(comparison);
    sheet.states = statesFrom(family).value_or(waitingStates);
    const Time lengthA = comparison.ranges.range.a.length(), lengthB = comparison.ranges.range.b.length();
    const Time shorter = std::min(lengthA, lengthB), longer = std::max(lengthA, lengthB);
    sheet.sameTimeAPixel = static_cast<double>(longer) <= mostStretched * static_cast<double>(shorter);
    const int height = (options.size.height() - heightOf(headOf(sheet)) - roomBetween(sheet)) / 2;
    Both<std::shared_ptr<HeatmapSheet>> half;
    for (const Side side : {Side::A, Side::B}) {
        HeatmapPictureOptions asked = halfOf(comparison, side, sheet, height);
        if (findings != nullptr)
            asked.callouts = calloutsOf(*findings->findings.of(side));
        const auto prepared = prepareHeatmap(comparison.facts.of(side), asked);
        if (!prepared)
            return nullptr;
        half.of(side) = std::make_shared<HeatmapSheet>(*prepared);
    }
    half.a->beside = half.b->grid;
    half.b->beside = half.a->grid;
    sheet.half = {half.a, half.b};
    if (sheet.sameTimeAPixel) {
        const int time = std::min(cellsOf(*half.a).width(), cellsOf(*half.b).width());
        const auto common = [&](TimeRange range) { return TimeRange{range.begin, range.begin + shorter}; };
        const Both<const TraceFacts*> facts{comparison.facts.a.get(), comparison.facts.b.get()};
        sheet.strip = blockedOverTime(facts, each(facts, [&](const auto* f) { return classesOfFamily(*f, family); }),
                                      each(comparison.ranges.range, common),
                                      static_cast<std::uint32_t>(std::clamp(time * options.scale, 1, 4000)));
    }
    return made;
}

QImage paintComparison(const CompareSheet& sheet) {
    QImage picture = emptyPicture(sheet.options.size, sheet.options.scale);
    if (picture.isNull())
        return {};
    QPainter painter(&picture);
    const std::vector<Line> head = headOf(sheet);
    painter.setPen(ink);
    for (const Line& line : head) {
        painter.setFont(line.font);
        painter.drawText(line.where, Qt::TextWordWrap, line.text);
    }
    int y = heightOf(head);
    for (const Side side : {Side::A, Side::B}) {
        const HeatmapSheet& half = *sheet.half.of(side);
        const QImage image = paintHeatmap(half);
        if (image.isNull())
            return {};
        painter.drawImage(QPoint(0, y), image);
        y += half.options.size.height();
        if (side == Side::A) {
            paintStrip(painter, sheet, y);
            y += roomBetween(sheet);
        }
    }
    painter.end();
    picture.setText(QStringLiteral("Title"), sheet.headline);
    for (const Side side : {Side::A, Side::B})
        for (auto [key, value] : factsOf(*sheet.half.of(side))) {
            if (key != QStringLiteral("Software"))
                key.prepend(side == Side::A ? QStringLiteral("A-") : QStringLiteral("B-"));
            picture.setText(key, value);
        }
    if (!sheet.warnings.isEmpty())
        picture.setText(QStringLiteral("Warnings"), sheet.warnings.join('\n'));
    picture.setText(QStringLiteral("Difference"), stripTitle(sheet));
    if (!sheet.options.command.isEmpty())
        picture.setText(QStringLiteral("Command"), sheet.options.command);
    return picture;
}

} // namespace waitscope
