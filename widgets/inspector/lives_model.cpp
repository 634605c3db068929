// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/inspector/lives_model.h"

#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/text_style.h"

#include <array>

namespace waitscope {

namespace {

bool isFigure(int column) {
    return column != LivesModel::Function && column != LivesModel::AtEnd;
}

Time figureOf(const Trace& trace, const Life& life, int column) {
    switch (column) {
    case LivesModel::Goroutine:
        return trace.goroutines.id(life.goroutine);
    case LivesModel::Created: // those from before the trace before those from its very start
        return trace.lifetime(life.goroutine).begin - (trace.preExisting(life.goroutine) ? 1 : 0);
    case LivesModel::Lived:
        return life.length;
    case LivesModel::Waiting:
        return life.spent[GoroutineState::Waiting];
    case LivesModel::Running:
        return life.spent[GoroutineState::Running];
    case LivesModel::Ready:
        return life.spent[GoroutineState::Runnable];
    default:
        return life.spent[GoroutineState::Syscall];
    }
}

} // namespace

QString LivesModel::Content::textOf(const Life& life, int column, const TimeText& times) const {
    const Trace& trace = *facts->trace;
    const GoroutineIndex g = life.goroutine;
    const auto duration = [](Time time) { return time > 0 ? fromUtf8(durationText(time)) : QString(); };
    switch (column) {
    case Goroutine:
        return QString::number(trace.goroutines.id(g));
    case Function:
        return trace.goroutines.entry(g).known() ? fromUtf8(functionText(trace, trace.goroutines.entry(g)))
                                                 : tr("not recorded");
    case Created:
        return trace.preExisting(g) ? tr("before") : times.text(trace.lifetime(g).begin);
    case Lived:
        return (trace.preExisting(g) || trace.aliveAtEnd(g) ? QStringLiteral("≥ ") : QString()) +
               fromUtf8(durationText(life.length));
    case AtEnd:
        return trace.aliveAtEnd(g) ? fromUtf8(waitscope::textOf(activenessOf(*facts, trace.lastSpan(g)))) : tr("ended");
    default:
        return duration(figureOf(trace, life, column));
    }
}

SortedRows::Places LivesModel::Content::arranged(const Arrangement& how) const {
    const auto life = [&](std::uint32_t i) -> const Life& { return lives.lives[i]; };
    Places places = matching(lives.lives.size(), how.filter, [&](std::uint32_t i, const QString& text) {
        return textOf(life(i), Function).contains(text, Qt::CaseInsensitive);
    });
    if (isFigure(how.column))
        sortBy(places, how.order, [&](std::uint32_t i) { return figureOf(*facts->trace, life(i), how.column); });
    else
        sortBy(places, how.order, [&](std::uint32_t i) { return textOf(life(i), how.column); });
    return places;
}

void LivesModel::show(std::shared_ptr<const TraceFacts> facts, Lives lives) {
    const std::size_t count = lives.lives.size();
    const auto content = std::make_shared<const Content>(Content{std::move(facts), std::move(lives)});
    reset(
        count, [content](const Arrangement& how) { return content->arranged(how); },
        [this, content] { content_ = content; });
}

QVariant LivesModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columns)
        return {};
    if (role == Qt::TextAlignmentRole)
        return lookOf(role, isFigure(section));
    if (role != Qt::DisplayRole)
        return {};
    const std::array<QString, columns> names{tr("Goroutine"), tr("Function"), tr("Created"),
                                             tr("Lived"),     tr("Waiting"),  tr("Running"),
                                             tr("Ready"),     tr("Syscalls"), tr("At the end")};
    return names[static_cast<std::size_t>(section)];
}

QVariant LivesModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Life& life = lifeAt(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return content_->textOf(life, index.column(), times_);
    case Qt::ToolTipRole:
        return fromUtf8(goroutineSentence(*content_->facts, life.goroutine));
    default:
        return lookOf(role, isFigure(index.column()), isStale());
    }
}

} // namespace waitscope
