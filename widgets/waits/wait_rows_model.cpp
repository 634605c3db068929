// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/waits/wait_rows_model.h"

#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/taken_down.h"
#include "widgets/common/text_style.h"

#include <QApplication>

#include <algorithm>

namespace waitscope {

namespace {

WaitColumn columnOf(int column) {
    return static_cast<WaitColumn>(column);
}

} // namespace

WaitRowsModel::Content::Content(std::shared_ptr<const TraceFacts> facts, WaitTable table)
    : facts_(std::move(facts)), table_(std::move(table)), waits_(table_.waits()) {}

std::shared_ptr<const WaitRowsModel::Content> WaitRowsModel::Content::of(std::shared_ptr<const TraceFacts> facts,
                                                                         WaitTable table) {
    return {new Content(std::move(facts), std::move(table)),
            [](const Content* unwanted) { takeDownAside(std::shared_ptr<const Content>(unwanted)); }};
}

QString WaitRowsModel::Content::textOf(const WaitRow& row, int column) const {
    return fromUtf8(cellText(*facts_, table_, row, columnOf(column)));
}

bool WaitRowsModel::Content::matches(const WaitRow& row, const QString& text) const {
    const Trace& trace = *facts_->trace;
    const auto holds = [&](std::string_view part) { return fromUtf8(part).contains(text, Qt::CaseInsensitive); };
    const Frame& frame = trace.frame(row.site);
    return textOf(row, PrimitiveName).contains(text, Qt::CaseInsensitive) ||
           textOf(row, Site).contains(text, Qt::CaseInsensitive) || holds(trace.text(frame.function)) ||
           holds(trace.text(frame.file)) || holds(row.idiom) ||
           textOf(row, TopWaker).contains(text, Qt::CaseInsensitive);
}

// They come with most time first; what is idle by nature stands at the end, whatever the order.
SortedRows::Places WaitRowsModel::Content::arranged(const Arrangement& how) const {
    const auto row = [&](std::uint32_t i) -> const WaitRow& { return table_.rows[i]; };
    Places places = matching(table_.rows.size(), how.filter,
                             [&](std::uint32_t i, const QString& text) { return matches(row(i), text); });
    if (isFigure(columnOf(how.column)))
        sortBy(places, how.order, [&](std::uint32_t i) { return cellFigure(table_, row(i), columnOf(how.column)); });
    else
        sortBy(places, how.order, [&](std::uint32_t i) { return textOf(row(i), how.column); });
    std::stable_partition(places.begin(), places.end(), [&](std::uint32_t i) { return row(i).idiom.empty(); });
    return places;
}

void WaitRowsModel::show(const std::shared_ptr<const Content>& content) {
    const std::size_t count = content->table_.rows.size();
    reset(
        count, [content](const Arrangement& how) { return content->arranged(how); },
        [this, content] { content_ = content; });
}

int WaitRowsModel::rowOf(const WaitRowKey& key) const {
    const auto found =
        std::ranges::find_if(shown(), [&](std::uint32_t i) { return content_->table_.rows[i].key == key; });
    return found == shown().end() ? -1 : static_cast<int>(found - shown().begin());
}

int WaitRowsModel::idleRows() const {
    const auto first = std::ranges::partition_point(
        shown(), [this](std::uint32_t i) { return table().rows[i].idiom.empty(); }); // they stand at the end
    return static_cast<int>(shown().end() - first);
}

QVariant WaitRowsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columns)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter | (isFigure(columnOf(section)) ? Qt::AlignRight : Qt::AlignLeft));
    if (role == Qt::DisplayRole)
        return fromUtf8(titleOf(columnOf(section), content_->table_.by));
    if (role == Qt::ToolTipRole)
        return fromUtf8(meaningOf(columnOf(section), content_->table_.by));
    return {};
}

QString WaitRowsModel::toolTipOf(const WaitRow& row, int column) const {
    const Trace& trace = *content_->facts_->trace;
    const auto waits = [&](std::uint64_t count, Time time) {
        return tr("%1 waits, %2").arg(fromUtf8(countText(count)), fromUtf8(exactDurationText(time)));
    };
    switch (column) {
    case PrimitiveName:
        return row.idiom.empty() ? textOf(row, column)
                                 : tr("%1\nidle by nature: %2").arg(textOf(row, column), fromUtf8(row.idiom));
    case Site:
        if (content_->table_.by != WaitGrouping::Site)
            return textOf(row, column);
        return row.site.known() ? fromUtf8(std::string(trace.text(trace.frame(row.site).function))) + u'\n' +
                                      fromUtf8(fullPlaceText(trace, row.site))
                                : tr("No stack was recorded for these waits.");
    case Total:
        return tr("%1\nfinished: %2\nopen: %3")
            .arg(fromUtf8(exactDurationText(row.total())), waits(row.finished, row.finishedTime),
                 waits(row.open, row.openTime));
    case Finished:
        return waits(row.finished, row.finishedTime);
    case Open:
        return row.open > 0 ? waits(row.open, row.openTime) + u'\n' + tr("Still blocked when the trace ends")
                            : waits(0, 0);
    case Longest:
        return fromUtf8(exactDurationText(row.longest())) +
               (row.longestBeforeTrace ? u'\n' + tr("It began before the trace: it is at least this long") : QString());
    case TopWaker: {
        QString text;
        for (const RowWaker& waker : row.wakers) {
            if (text.count(u'\n') == 9) // the rest is a long tail
                return text + QStringLiteral("…");
            text += QStringLiteral("%1 × %2 · %3\n")
                        .arg(fromUtf8(countText(waker.count)), fromUtf8(wakerText(trace, waker)),
                             fromUtf8(durationText(waker.total)));
        }
        return text.trimmed();
    }
    default:
        return textOf(row, column).trimmed();
    }
}

QVariant WaitRowsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const WaitRow& row = rowAt(index.row());
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return textOf(row, column);
    case Qt::AccessibleTextRole:
        return column == Open && row.open > 0 ? tr("%1 still open").arg(row.open) : textOf(row, column).trimmed();
    case Qt::ToolTipRole:
        return toolTipOf(row, column);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter | (isFigure(columnOf(column)) ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::FontRole: {
        if (column == PrimitiveName)
            return {};
        QFont font = figuresFont(QApplication::font("QTableView"));
        font.setBold(column == Open && row.open > 0);
        return font;
    }
    case Qt::ForegroundRole:
        return isStale() || !row.idiom.empty() || (column == Open && row.open == 0) ||
                       (column == Site && content_->table_.by == WaitGrouping::Site && !row.site.known())
                   ? QVariant(mutedText(QApplication::palette("QTableView")))
                   : QVariant();
    case Qt::DecorationRole:
        return column == PrimitiveName ? QVariant(iconOf(familyOf(row.primitive))) : QVariant();
    default:
        return {};
    }
}

const QIcon& WaitRowsModel::iconOf(StateFamily family) const {
    QIcon& icon = icons_[static_cast<std::size_t>(family)];
    if (icon.isNull())
        icon = familyIcon(family);
    return icon;
}

void WaitRowsModel::sort(int column, Qt::SortOrder order) {
    if (column >= 0)
        SortedRows::sort(column, order);
}

} // namespace waitscope
