// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/inspector/events_model.h"

#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace waitscope {

void EventsModel::show(std::shared_ptr<const TraceFacts> facts, std::vector<Event> events) {
    beginResetModel();
    facts_ = std::move(facts);
    events_ = std::move(events);
    endResetModel();
}

int EventsModel::rowCount(const QModelIndex& parent) const {
    constexpr std::size_t most = std::numeric_limits<int>::max();
    return parent.isValid() ? 0 : static_cast<int>(std::min(events_.size(), most));
}

int EventsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columns;
}

QVariant EventsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    if (role == Qt::TextAlignmentRole && (index.column() <= Goroutine || index.column() == For))
        return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    const Trace& trace = *facts_->trace;
    const Event& event = eventAt(index.row());
    switch (index.column()) {
    case At:
        return times_.exact(timeOf(*facts_, event));
    case Goroutine: {
        const GoroutineIndex g = goroutineOf(*facts_, event);
        if (g.value >= trace.goroutines.size())
            return {};
        return role == Qt::ToolTipRole ? QVariant(fromUtf8(goroutineText(trace, g)))
                                       : QVariant(QStringLiteral("g%1").arg(trace.goroutines.id(g)));
    }
    case Kind:
        return fromUtf8(nameOf(event.kind));
    case For: {
        const auto length = lengthOf(*facts_, event);
        return length ? QVariant(fromUtf8(role == Qt::ToolTipRole ? exactDurationText(*length) : durationText(*length)))
                      : QVariant();
    }
    case Detail:
        return fromUtf8(detailOf(*facts_, event));
    case By:
        return fromUtf8(linkOf(*facts_, event));
    case Stack: {
        const StackId stack = stackOf(*facts_, event);
        return stack.known() ? fromUtf8(siteText(trace, facts_->waits.siteOf(stack))) : tr("not recorded");
    }
    default:
        return {};
    }
}

QVariant EventsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case At:
        return tr("At");
    case Goroutine:
        return tr("Goroutine");
    case Kind:
        return tr("Event");
    case For:
        return tr("For");
    case Detail:
        return tr("What");
    case By:
        return tr("By");
    default:
        return tr("Stack");
    }
}

} // namespace waitscope
