// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/inspector/works_model.h"

#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/text_style.h"

#include <array>

namespace waitscope {

Time WorksModel::Content::figureOf(const Work& work, int column) const {
    const Trace& trace = *facts->trace;
    switch (column) {
    case Number:
        return works.kind == WorkKind::Task
                   ? static_cast<Time>(trace.tasks[work.place].id)
                   : trace.goroutines.id(waitscope::workAt(trace, works.kind, work.place).goroutine);
    case Begun:
        return waitscope::workAt(trace, works.kind, work.place).range.begin;
    case Lasted:
        return work.length;
    case Waiting:
        return work.spent[GoroutineState::Waiting];
    case Running:
        return work.spent[GoroutineState::Running];
    case Ready:
        return work.spent[GoroutineState::Runnable];
    default:
        return work.spent[GoroutineState::Syscall];
    }
}

QString WorksModel::Content::textOf(const Work& work, int column, const TimeText& times) const {
    const Trace& trace = *facts->trace;
    const WorkFacts what = waitscope::workAt(trace, works.kind, work.place);
    switch (column) {
    case Name:
        return fromUtf8(trace.text(what.type));
    case Number:
        return (works.kind == WorkKind::Task ? QStringLiteral("#%1") : QStringLiteral("g%1"))
            .arg(figureOf(work, column));
    case Begun:
        return what.beforeTrace ? tr("before") : times.text(what.range.begin);
    case Lasted:
        return (what.open || what.beforeTrace ? QStringLiteral("≥ ") : QString()) + fromUtf8(durationText(work.length));
    default: {
        const Time time = figureOf(work, column);
        return time > 0 ? fromUtf8(durationText(time)) : QString();
    }
    }
}

SortedRows::Places WorksModel::Content::arranged(const Arrangement& how) const {
    const auto work = [&](std::uint32_t i) -> const Work& { return works.works[i]; };
    Places places = matching(works.works.size(), {}, [](std::uint32_t, const QString&) { return true; });
    if (how.column == Name)
        sortBy(places, how.order, [&](std::uint32_t i) { return textOf(work(i), how.column); });
    else
        sortBy(places, how.order, [&](std::uint32_t i) { return figureOf(work(i), how.column); });
    return places;
}

void WorksModel::show(std::shared_ptr<const TraceFacts> facts, Works works) {
    const std::size_t count = works.works.size();
    const auto content = std::make_shared<const Content>(Content{std::move(facts), std::move(works)});
    reset(
        count, [content](const Arrangement& how) { return content->arranged(how); },
        [this, content] {
            content_ = content;
            Q_EMIT headerDataChanged(Qt::Horizontal, Number, Number);
        });
}

QVariant WorksModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columns)
        return {};
    if (role == Qt::TextAlignmentRole)
        return lookOf(role, section != Name);
    if (role != Qt::DisplayRole)
        return {};
    const std::array<QString, columns> names{tr("Name"),    kind() == WorkKind::Task ? tr("Task") : tr("Goroutine"),
                                             tr("Begun"),   tr("Lasted"),
                                             tr("Waiting"), tr("Running"),
                                             tr("Ready"),   tr("Syscalls")};
    return names[static_cast<std::size_t>(section)];
}

QVariant WorksModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Work& work = workAt(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return content_->textOf(work, index.column(), times_);
    case Qt::ToolTipRole: {
        const Trace& trace = *content_->facts->trace;
        const GoroutineIndex g = waitscope::workAt(trace, kind(), work.place).goroutine;
        return kind() == WorkKind::Task ? fromUtf8(taskText(trace, {work.place}))
               : g.known()              ? fromUtf8(goroutineText(trace, g))
                                        : QString();
    }
    default:
        return lookOf(role, index.column() != Name, isStale());
    }
}

} // namespace waitscope
