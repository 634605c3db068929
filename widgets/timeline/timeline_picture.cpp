// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/timeline_picture.h"

#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/picture_caption.h"
#include "widgets/timeline/timeline_painter.h"

#include <QBuffer>
#include <QPainter>
#include <QSvgGenerator>

#include <algorithm>
#include <unordered_map>
#include <utility>

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

// What a picture shows, laid out: made once, painted on whatever it is asked for.
class Sheet {
  public:
    Sheet(std::shared_ptr<const TraceFacts> facts, const TimelinePictureOptions& options)
        : facts_(std::move(facts))
        , options_(options)
        , range_(options.range.empty() ? facts_->trace->wholeRange() : options.range)
        , groups_(chosenGroups(facts_, options.contents.choice, options.contents.only))
        , subject_(subject())
        , caption_(*facts_->trace, subject_) {}

    [[nodiscard]] const PictureCaption& caption() const { return caption_; }
    [[nodiscard]] const PictureSubject& about() const { return subject_; }

    void paint(QPainter& painter) const {
        const QFont font = pictureFont();
        const QFontMetricsF metrics(font, painter.device());
        painter.setFont(font);
        const QRectF plot = caption_.paint(painter, options_.size);
        painter.setFont(font);
        const int keyHeight = legendHeight(metrics, nullptr, plot);
        legendHeight(metrics, &painter, QRectF(plot.left(), plot.bottom() - keyHeight, plot.width(), keyHeight));
        const QRect area = plot.adjusted(0, 0, 0, -keyHeight).toAlignedRect();
        const CanvasSizes sizes(font);
        const auto bins = static_cast<std::size_t>(
            std::max(1, (area.width() - sizes.left(area.width()) - sizes.right()) * options_.scale));
        std::unordered_map<std::size_t, Activity> activities;
        TimelineRows rows(facts_, groups_);
        rows.setSizes(TimelineSizes::of(sizes, options_.contents.look.thin));
        // A small picture is for goroutines.
        constexpr int roomForGraphs = 400;
        rows.setFolded(TimelineSection::Graphs, area.height() < roomForGraphs);
        rows.setPinned(options_.contents.pinned);
        rows.fold(options_.contents.rows);
        for (const GoroutineIndex g : options_.contents.stacked)
            rows.showStacks(g, true);
        TimeMarks marks;
        for (const TimeMark& mark : options_.contents.marks)
            marks.toggle(mark.time, mark.note);
        marks.setA(options_.contents.a);
        marks.setB(options_.contents.b);
        const TimelineRow first = rows.rowNamed(options_.contents.rows.first);
        TimelineFrame frame{.range = range_,
                            .area = area,
                            .sizes = sizes,
                            .words = options_.contents.look.words,
                            .scrollY = std::max(0, first.top - rows.stickyHeight()),
                            .devicePixelRatio = static_cast<qreal>(options_.scale),
                            .selection = options_.contents.selection,
                            .brushed = options_.contents.chosen,
                            .times = TimeText(*facts_->trace, options_.contents.times, options_.contents.a),
                            .lit = options_.contents.lit,
                            .marks = &marks};
        frame.activityOf = [&](std::size_t group) -> const Activity* {
            const auto [found, isNew] = activities.try_emplace(group);
            if (isNew)
                found->second = activityOf(*facts_->trace, facts_->waits,
                                           group == everyGroup ? goroutinesOf(*facts_->trace, facts_->waits, false)
                                                               : groups_->groups[group].members,
                                           range_, bins);
            return &found->second;
        };
        TimelinePainter().paint(painter, *facts_, rows, frame);
    }

  private:
    [[nodiscard]] PictureSubject subject() const {
        const auto textOf = [](const NamedChoice& choice) { return fromUtf8(choice.text); };
        PictureSubject subject;
        subject.title = QStringLiteral("Timeline: what goroutines were doing");
        subject.range = range_;
        subject.filter = whatIsLeftOut(options_.contents.choice, options_.contents.only);
        subject.order = textOf(namedGroupOrders[static_cast<std::size_t>(options_.contents.choice.order)]);
        subject.rows = QStringLiteral("groups: %1; a folded group shows how many are in each state")
                           .arg(textOf(namedGroupings[static_cast<std::size_t>(options_.contents.choice.grouping)]));
        if (const std::size_t hidden = options_.contents.choice.hidden.size(); hidden > 0)
            subject.rows += QStringLiteral("; %1 hidden").arg(fromUtf8(countText(hidden)));
        if (options_.contents.lit.any())
            subject.rows += QStringLiteral("; only in colour: %1").arg(fromUtf8(namesOf(options_.contents.lit)));
        subject.goroutinesShown = groups_->shown;
        subject.goroutinesTotal = facts_->trace->goroutines.size();
        subject.command = options_.command ? options_.command() : QString();
        return subject;
    }

    std::shared_ptr<const TraceFacts> facts_;
    const TimelinePictureOptions& options_;
    TimeRange range_;
    std::shared_ptr<const GoroutineGroups> groups_;
    PictureSubject subject_;
    PictureCaption caption_;
};

} // namespace

QImage renderTimeline(std::shared_ptr<const TraceFacts> facts, const TimelinePictureOptions& options) {
    QImage picture = emptyPicture(options.size, options.scale);
    if (picture.isNull())
        return picture;
    const Sheet sheet(std::move(facts), options);
    QPainter painter(&picture);
    sheet.paint(painter);
    painter.end();
    sheet.caption().describe(picture);
    return picture;
}

QByteArray renderTimelineSvg(std::shared_ptr<const TraceFacts> facts, const TimelinePictureOptions& options) {
    const QString file = fromUtf8(facts->trace->identity.fileName);
    const Sheet sheet(std::move(facts), options);
    QBuffer buffer;
    QSvgGenerator svg;
    svg.setOutputDevice(&buffer);
    svg.setSize(options.size);
    svg.setViewBox(QRect({0, 0}, options.size));
    svg.setTitle(sheet.about().title);
    svg.setDescription(file);
    QPainter painter(&svg);
    painter.fillRect(QRect({0, 0}, options.size), Qt::white);
    sheet.paint(painter);
    painter.end();
    return buffer.data();
}

} // namespace waitscope
