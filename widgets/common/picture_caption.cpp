// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/picture_caption.h"

#include "model/report/range_text.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"

#include <QPainter>
#include <QTextLayout>

#include <cmath>
#include <fstream>
#include <limits>
#include <string>

namespace waitscope {

namespace {

constexpr qreal margin = 12;
constexpr qreal titlePixels = 18;
constexpr qreal calloutPixels = 14; // what the reader of a report reads first
constexpr qreal textPixels = smallestPixels;
constexpr qreal leastPlotHeight = 150;
constexpr QRgb ink = qRgb(0x1a, 0x1a, 0x1a);
constexpr QRgb fainterInk = qRgb(0x50, 0x50, 0x50); // 8.1 : 1 on white
const QString separator = QStringLiteral(" · ");

QString shortened(const QString& text, qsizetype longest) {
    if (text.size() <= longest)
        return text;
    const qsizetype tail = (longest - 1) / 2;
    return text.left(longest - 1 - tail) + QStringLiteral("…") + text.right(tail);
}

// A sentence begins with what matters most.
QString begun(const QString& text, qsizetype longest) {
    return text.size() <= longest ? text : text.left(longest - 1).trimmed() + QStringLiteral("…");
}

QFont fontOf(const PictureCaption::Text& text) {
    QFont font = pictureFont(text.pixels);
    font.setBold(text.bold);
    return font;
}

// Breaks the text into lines of at most `width`, inside words too if one is longer than a line; returns the height.
qreal wrap(QTextLayout& layout, qreal width) {
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    layout.setTextOption(option);
    qreal y = 0;
    layout.beginLayout();
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLineWidth(width);
        line.setPosition({0, y});
        y += std::ceil(line.height());
    }
    layout.endLayout();
    return y;
}

} // namespace

QFont pictureFont(qreal pixels) {
    QFont font;
    // Named, so that a desktop's own font does not change the picture.
    font.setFamilies({QStringLiteral("DejaVu Sans"), QStringLiteral("Noto Sans"), font.defaultFamily()});
    font.setPixelSize(static_cast<int>(std::lround(pixels)));
    font.setHintingPreference(QFont::PreferNoHinting);
    font.setStyleStrategy(QFont::StyleStrategy(QFont::PreferAntialias | QFont::NoSubpixelAntialias));
    return font;
}

namespace {

// What the system can give without swapping; the largest number where it does not say. A picture that it cannot hold
// would not fail here but end the program later, page by page.
qint64 memoryAvailable() {
    std::ifstream file("/proc/meminfo");
    std::string name;
    for (qint64 kilobytes = 0; file >> name >> kilobytes;
         file.ignore(std::numeric_limits<std::streamsize>::max(), '\n'))
        if (name == "MemAvailable:")
            return kilobytes * 1024;
    return std::numeric_limits<qint64>::max();
}

} // namespace

QImage emptyPicture(QSize size, int scale, int dotsAnInch) {
    constexpr int mostPixels = 32767;
    const QSize pixels = size * scale;
    if (pixels.isEmpty() || pixels.width() > mostPixels || pixels.height() > mostPixels)
        return {};
    constexpr qint64 bytesAPixel = 4;
    if (bytesAPixel * pixels.width() * pixels.height() > memoryAvailable() / 4 * 3)
        return {};
    QImage picture(pixels, QImage::Format_RGB32);
    if (picture.isNull())
        return {};
    constexpr double inchesAMetre = 1 / 0.0254;
    const auto dotsAMetre = static_cast<int>(std::lround(dotsAnInch * inchesAMetre));
    picture.setDotsPerMeterX(dotsAMetre * scale);
    picture.setDotsPerMeterY(dotsAMetre * scale);
    picture.setDevicePixelRatio(scale);
    picture.fill(Qt::white);
    return picture;
}

PictureCaption::PictureCaption(const Trace& trace, const PictureSubject& subject)
    : title_(subject.title)
    , callouts_(subject.callouts)
    , briefCallouts_(subject.briefCallouts)
    , command_(subject.command) {
    const auto duration = [](Time t) { return fromUtf8(durationText(t)); };
    const TimeRange whole = trace.wholeRange();
    const auto ends = endsText(subject.range);
    const QString range = fromUtf8(ends.first) + QStringLiteral(" … ") + fromUtf8(ends.second);
    shown_.push_back(
        {QStringLiteral("Range"),
         {},
         subject.range == whole
             ? QStringLiteral("whole trace, ") + duration(trace.duration)
             : range + QStringLiteral(" (%1 of %2)").arg(duration(subject.range.length()), duration(trace.duration)),
         {}});
    shown_.push_back({QStringLiteral("Filter"),
                      QStringLiteral("filter: "),
                      subject.filter.isEmpty() ? QStringLiteral("none") : QStringLiteral("“%1”").arg(subject.filter),
                      {}});
    if (!subject.order.isEmpty())
        shown_.push_back({QStringLiteral("Order"), QStringLiteral("ordered by "), subject.order, {}});
    if (!subject.rows.isEmpty())
        shown_.push_back({QStringLiteral("Rows"), {}, subject.rows, {}});
    shown_.push_back(
        {QStringLiteral("Goroutines"),
         {},
         QStringLiteral("%1 of %2 goroutines shown")
             .arg(fromUtf8(countText(subject.goroutinesShown)), fromUtf8(countText(subject.goroutinesTotal))),
         {}});
    if (!subject.legend.isEmpty())
        shown_.push_back({QStringLiteral("Legend"), QStringLiteral("colour: "), subject.legend, {}});
    if (!subject.more.isEmpty())
        shown_.push_back({QStringLiteral("Details"), {}, subject.more.join(separator), {}});

    const QString sha = fromUtf8(trace.identity.sha256);
    trace_.push_back({QStringLiteral("Trace"), {}, fromUtf8(trace.identity.fileName), {}});
    trace_.push_back({QStringLiteral("SHA-256"), QStringLiteral("SHA-256 "), sha, sha.left(12)});
    trace_.push_back({QStringLiteral("Format"), QStringLiteral("format: "), fromUtf8(trace.identity.format), {}});
    trace_.push_back({QStringLiteral("Duration"), QStringLiteral("trace of "), duration(trace.duration), {}});
    trace_.push_back({QStringLiteral("Start"),
                      {},
                      trace.wallClock
                          ? QStringLiteral("started ") + fromUtf8(rfc3339(trace.wallClock->unixNanosecondsAtStart))
                          : QStringLiteral("start time not recorded"),
                      {}});
    if (const auto& warnings = trace.report.warnings; !warnings.empty()) {
        QStringList texts;
        for (const LoadWarning& warning : warnings)
            texts.push_back(fromUtf8(warning.text));
        const QString count = warnings.size() == 1
                                  ? QStringLiteral("1 load warning")
                                  : fromUtf8(countText(warnings.size())) + QStringLiteral(" load warnings");
        trace_.push_back({QStringLiteral("Load-warnings"), {}, count + QStringLiteral(": ") + texts.join(' '), count});
    }
    trace_.push_back({QStringLiteral("Waits"), {}, QStringLiteral("open waits counted to trace end"), {}});
    trace_.push_back({QStringLiteral("Software"), {}, QStringLiteral("Waitscope " WAITSCOPE_VERSION), {}});
    for (QList<Fact>* const facts : {&shown_, &trace_})
        for (Fact& fact : *facts)
            fact.needed =
                QStringList{QStringLiteral("Range"),         QStringLiteral("Filter"),  QStringLiteral("Rows"),
                            QStringLiteral("Goroutines"),    QStringLiteral("Trace"),   QStringLiteral("SHA-256"),
                            QStringLiteral("Load-warnings"), QStringLiteral("Software")}
                    .contains(fact.key);
}

PictureCaption::Layout PictureCaption::layOut(QSizeF picture) const {
    constexpr qsizetype whole = 600; // of a text that Go or a user made, even in a large picture
    Layout layout = layOut(picture, {.longest = whole});
    const auto tooLittle = [&] { return layout.plot.height() < leastPlotHeight; };
    if (tooLittle())
        layout = layOut(picture, {.longest = whole, .shortest = true});
    for (qsizetype longest = 96; tooLittle() && longest >= 24; longest /= 2)
        layout = layOut(picture, {.longest = longest, .shortest = true});
    // What it is and what it points at are said last of all.
    for (qsizetype longest = 96; tooLittle() && longest >= 24; longest /= 2)
        layout = layOut(picture, {.longest = longest, .longestCallout = 2 * longest, .shortest = true, .few = true});
    return layout;
}

PictureCaption::Layout PictureCaption::layOut(QSizeF picture, const Brevity& brevity) const {
    const qsizetype longest = brevity.longest;
    const qsizetype longestCallout = brevity.longestCallout;
    const bool shortest = brevity.shortest;
    const bool few = brevity.few;
    const auto joined = [&](const QList<Fact>& facts) {
        QStringList texts;
        for (const Fact& fact : facts) {
            if (few && !fact.needed)
                continue;
            // The whole hash is for programs.
            const bool stands = !fact.shortest.isEmpty() && (shortest || fact.key == QStringLiteral("SHA-256"));
            texts.push_back(fact.label + (stands ? fact.shortest : shortened(fact.value, longest)));
        }
        if (few && &facts == &shown_)
            texts.push_back(QStringLiteral("the rest: waitscope info"));
        return texts.join(separator);
    };
    const qreal width = picture.width() - 2 * margin;
    const auto placed = [&](const QString& text, qreal y, qreal pixels, bool bold, QRgb colour) {
        Text result{.text = text, .rect = {}, .pixels = pixels, .bold = bold, .colour = colour};
        QTextLayout layout(text, fontOf(result));
        result.rect = {margin, y, width, wrap(layout, width)};
        return result;
    };
    Layout layout;
    const Text title = placed(shortened(title_, longestCallout), margin, titlePixels, true, ink);
    layout.texts = {title};
    for (qsizetype i = 0; i < callouts_.size(); ++i) {
        const QString brief = briefCallouts_.value(i);
        const bool fits = callouts_[i].size() <= longestCallout || brief.isEmpty();
        layout.texts.push_back(placed(fits ? begun(callouts_[i], longestCallout) : brief,
                                      layout.texts.back().rect.bottom() + 2, calloutPixels, false, ink));
    }
    const Text shown = placed(joined(shown_), layout.texts.back().rect.bottom() + 2, textPixels, false, fainterInk);
    Text trace = placed(joined(trace_), 0, textPixels, false, fainterInk);
    trace.rect.moveBottom(picture.height() - margin);
    layout.texts += {shown, trace};
    const qreal top = shown.rect.bottom() + margin / 2;
    layout.plot = {margin, top, width, trace.rect.top() - margin / 2 - top};
    return layout;
}

QRectF PictureCaption::paint(QPainter& painter, QSizeF picture) const {
    const Layout layout = layOut(picture);
    for (const Text& text : layout.texts) {
        QTextLayout lines(text.text, fontOf(text));
        wrap(lines, text.rect.width());
        painter.setPen(QColor(text.colour));
        lines.draw(&painter, text.rect.topLeft());
    }
    return layout.plot;
}

QList<std::pair<QString, QString>> PictureCaption::facts() const {
    QList<std::pair<QString, QString>> all{{QStringLiteral("Title"), title_}};
    if (!callouts_.isEmpty())
        all.push_back({QStringLiteral("Callouts"), callouts_.join('\n')});
    for (const QList<Fact>& facts : {shown_, trace_})
        for (const Fact& fact : facts)
            all.push_back({fact.key, fact.value});
    if (!command_.isEmpty())
        all.push_back({QStringLiteral("Command"), command_});
    return all;
}

void PictureCaption::describe(QImage& picture) const {
    for (const auto& [key, value] : facts())
        picture.setText(key, value);
}

} // namespace waitscope
