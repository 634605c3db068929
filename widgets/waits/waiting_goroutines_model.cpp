// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/waits/waiting_goroutines_model.h"

#include "model/inspect/state_times.h"
#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/text_style.h"

#include <QApplication>

#include <algorithm>
#include <array>

namespace waitscope {

namespace {

bool isFigure(int column) {
    return column == WaitingGoroutinesModel::Goroutine || column == WaitingGoroutinesModel::Since ||
           column == WaitingGoroutinesModel::Waited || column == WaitingGoroutinesModel::SameStack;
}

} // namespace

void WaitingGoroutinesModel::show(std::shared_ptr<const TraceFacts> facts, std::vector<WaitingGoroutine> goroutines) {
    beginResetModel();
    facts_ = std::move(facts);
    goroutines_ = std::move(goroutines);
    stale_ = false;
    endResetModel();
}

void WaitingGoroutinesModel::setStale(bool stale) {
    if (stale == stale_)
        return;
    stale_ = stale;
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columns - 1), {Qt::ForegroundRole});
}

bool WaitingGoroutinesModel::labelled() const {
    return std::ranges::any_of(goroutines_, [](const WaitingGoroutine& waiting) { return waiting.label.known(); });
}

int WaitingGoroutinesModel::rowOf(GoroutineIndex g) const {
    const auto found = std::ranges::find(goroutines_, g, &WaitingGoroutine::goroutine);
    return found == goroutines_.end() ? -1 : static_cast<int>(found - goroutines_.begin());
}

int WaitingGoroutinesModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(goroutines_.size());
}

int WaitingGoroutinesModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columns;
}

QVariant WaitingGoroutinesModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columns)
        return {};
    if (role == Qt::TextAlignmentRole)
        return lookOf(role, isFigure(section));
    if (role != Qt::DisplayRole)
        return {};
    const std::array<QString, columns> names{tr("Goroutine"), tr("Function"),   tr("State now"),  tr("Since"),
                                             tr("Waited"),    tr("Same stack"), tr("Created at"), tr("Label")};
    return names[static_cast<std::size_t>(section)];
}

QString WaitingGoroutinesModel::textOf(const WaitingGoroutine& waiting, int column) const {
    const Trace& trace = *facts_->trace;
    const GoroutineIndex g = waiting.goroutine;
    switch (column) {
    case Goroutine:
        return QString::number(trace.goroutines.id(g));
    case Function:
        return trace.goroutines.entry(g).known() ? fromUtf8(functionText(trace, trace.goroutines.entry(g)))
                                                 : tr("not recorded");
    case State:
        return waiting.open           ? tr("still open ▸")
               : !trace.aliveAtEnd(g) ? tr("ended")
                                      : fromUtf8(waitscope::textOf(activenessOf(*facts_, trace.lastSpan(g))));
    case Since:
        return waiting.beforeTrace ? tr("before the trace") : times_.text(waiting.since);
    case Waited:
        return (waiting.beforeTrace ? QStringLiteral("≥ ") : QString()) + fromUtf8(durationText(waiting.length));
    case SameStack:
        return fromUtf8(countText(waiting.sameStack));
    case CreatedAt:
        if (trace.preExisting(g))
            return tr("before the trace");
        if (const FrameId site = facts_->waits.siteOf(trace.creationStack(g)); site.known())
            return fromUtf8(siteText(trace, site));
        return trace.creator(g).isGoroutine() ? tr("not recorded") : tr("no goroutine");
    case LastLabel:
        return fromUtf8(trace.text(waiting.label));
    default:
        return {};
    }
}

QString WaitingGoroutinesModel::toolTipOf(const WaitingGoroutine& waiting, int column) const {
    const Trace& trace = *facts_->trace;
    const GoroutineIndex g = waiting.goroutine;
    switch (column) {
    case Goroutine:
    case State:
        return fromUtf8(spanText(*facts_, g, waiting.wait));
    case Function:
        return fromUtf8(std::string(trace.function(g)));
    case Since:
        return times_.exact(waiting.since);
    case Waited:
        return tr("%1\n%2 waits here in the visible range: %3")
            .arg(fromUtf8(exactDurationText(waiting.length)), fromUtf8(countText(waiting.waits)),
                 fromUtf8(exactDurationText(waiting.total)));
    case SameStack:
        return trace.stacks[trace.spans.stack(waiting.wait)].empty()
                   ? tr("The stack was not recorded: it may be like that of others.")
                   : tr("Goroutines with this very stack: %1").arg(fromUtf8(countText(waiting.sameStack)));
    case CreatedAt: {
        const Waker creator = trace.creator(g);
        const FrameId site = facts_->waits.siteOf(trace.creationStack(g));
        if (!creator.isGoroutine() || !site.known())
            return fromUtf8(missingCreationText(trace, g));
        return tr("by %1\n%2")
            .arg(fromUtf8(goroutineText(trace, creator.goroutine())), fromUtf8(fullPlaceText(trace, site)));
    }
    default:
        return {};
    }
}

QVariant WaitingGoroutinesModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const WaitingGoroutine& waiting = goroutineAt(index.row());
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return textOf(waiting, column);
    case Qt::ToolTipRole:
        return toolTipOf(waiting, column);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter | (isFigure(column) ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::FontRole: {
        if (column == State)
            return {};
        QFont font = figuresFont(QApplication::font("QTableView"));
        font.setBold(column == Waited && waiting.open);
        return font;
    }
    case Qt::ForegroundRole:
        return stale_ || (column == State && !waiting.open) ? QVariant(mutedText(QApplication::palette("QTableView")))
                                                            : QVariant();
    default:
        return {};
    }
}

} // namespace waitscope
