// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/waits/wait_rows_model.h"

#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/text_style.h"

#include <QApplication>

#include <algorithm>

namespace waitscope {

namespace {

constexpr int patchSide = 14; // logical pixels

bool isFigure(int column) {
    return column >= WaitRowsModel::Goroutines && column <= WaitRowsModel::Longest;
}

} // namespace

void WaitRowsModel::show(std::shared_ptr<const TraceFacts> facts, WaitTable table) {
    beginResetModel();
    facts_ = std::move(facts);
    table_ = std::move(table);
    stale_ = false;
    arrange();
    endResetModel();
}

void WaitRowsModel::setFilter(const QString& text) {
    if (text == filter_)
        return;
    beginResetModel();
    filter_ = text;
    arrange();
    endResetModel();
}

void WaitRowsModel::setStale(bool stale) {
    if (stale == stale_)
        return;
    stale_ = stale;
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columns - 1), {Qt::ForegroundRole});
}

int WaitRowsModel::rowOf(Primitive primitive, FrameId site) const {
    const auto found = std::ranges::find_if(
        order_, [&](std::uint32_t i) { return table_.rows[i].primitive == primitive && table_.rows[i].site == site; });
    return found == order_.end() ? -1 : static_cast<int>(found - order_.begin());
}

int WaitRowsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(order_.size());
}

int WaitRowsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columns;
}

QVariant WaitRowsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columns)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter | (isFigure(section) ? Qt::AlignRight : Qt::AlignLeft));
    if (role == Qt::DisplayRole) {
        const std::array<QString, columns> names{tr("Primitive"), tr("Site"),        tr("Goroutines"), tr("Total"),
                                                 tr("Share"),     tr("Concurrency"), tr("Finished"),   tr("Open"),
                                                 tr("Longest"),   tr("Top waker")};
        return names[static_cast<std::size_t>(section)];
    }
    if (role == Qt::ToolTipRole) {
        const std::array<QString, columns> meanings{
            tr("What is waited for"),
            tr("The first line outside Go's standard library"),
            tr("Different goroutines that waited here"),
            tr("Time waited inside the visible range, summed over goroutines. Open waits count to the end of the "
               "trace"),
            tr("Of the time that the program's goroutines existed in the visible range"),
            tr("Goroutines that were blocked here at one time, on average"),
            tr("Waits that ended"),
            tr("Waits that last to the end of the trace"),
            tr("The longest wait, finished or open (▸). ≥: it began before the trace"),
            tr("The line that ended the most waiting time here, or what did if no goroutine did")};
        return meanings[static_cast<std::size_t>(section)];
    }
    return {};
}

QString WaitRowsModel::wakerText(const WaitRow& row) const {
    if (row.wakers.empty())
        return {};
    const RowWaker& top = row.wakers.front();
    if (top.how != WokenBy::Goroutine)
        return top.how == WokenBy::Unknown ? tr("not recorded") : fromUtf8(std::string(nameOf(top.how)));
    return fromUtf8(siteText(*facts_->trace, top.site));
}

QString WaitRowsModel::textOf(const WaitRow& row, int column) const {
    switch (column) {
    case PrimitiveName:
        return fromUtf8(primitiveText(row.primitive, row.detail));
    case Site:
        return fromUtf8(siteText(*facts_->trace, row.site));
    case Goroutines:
        return fromUtf8(countText(row.goroutines));
    case Total:
        return fromUtf8(durationText(row.total()));
    case Share:
        return table_.sharePercent(row) ? fromUtf8(percentText(*table_.sharePercent(row))) : QString();
    case Concurrency:
        return table_.concurrency(row) ? fromUtf8(meanText(*table_.concurrency(row))) : QString();
    case Finished:
        return fromUtf8(countText(row.finished));
    case Open:
        return row.open > 0 ? fromUtf8(countText(row.open)) + QStringLiteral(" ▸") : QStringLiteral("0  ");
    case Longest:
        return (row.longestBeforeTrace ? QStringLiteral("≥ ") : QString()) + fromUtf8(durationText(row.longest())) +
               (row.oldestOpen && *row.oldestOpen == row.longest() ? QStringLiteral(" ▸") : QStringLiteral("  "));
    case TopWaker:
        return wakerText(row);
    default:
        return {};
    }
}

QString WaitRowsModel::toolTipOf(const WaitRow& row, int column) const {
    const Trace& trace = *facts_->trace;
    const auto waits = [&](std::uint64_t count, Time time) {
        return tr("%1 waits, %2").arg(fromUtf8(countText(count)), fromUtf8(exactDurationText(time)));
    };
    switch (column) {
    case Site:
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
                        .arg(fromUtf8(countText(waker.count)),
                             waker.how == WokenBy::Goroutine ? fromUtf8(siteText(trace, waker.site))
                                                             : fromUtf8(std::string(nameOf(waker.how))),
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
        return QVariant::fromValue(Qt::AlignVCenter | (isFigure(column) ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::FontRole: {
        if (column == PrimitiveName)
            return {};
        QFont font = figuresFont(QApplication::font("QTableView"));
        font.setBold(column == Open && row.open > 0);
        return font;
    }
    case Qt::ForegroundRole:
        return stale_ || (column == Open && row.open == 0) || (column == Site && !row.site.known())
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
        for (const qreal ratio : {1.0, 2.0, 3.0})
            for (const QIcon::Mode mode : {QIcon::Normal, QIcon::Selected}) // a selected row must not tint the colour
                icon.addPixmap(familyPatch(family, patchSide, ratio), mode);
    return icon;
}

bool WaitRowsModel::matches(const WaitRow& row) const {
    if (filter_.isEmpty())
        return true;
    const Trace& trace = *facts_->trace;
    const auto holds = [&](std::string_view text) {
        return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()))
            .contains(filter_, Qt::CaseInsensitive);
    };
    const Frame& frame = trace.frame(row.site);
    return textOf(row, PrimitiveName).contains(filter_, Qt::CaseInsensitive) ||
           textOf(row, Site).contains(filter_, Qt::CaseInsensitive) || holds(trace.text(frame.function)) ||
           holds(trace.text(frame.file)) || wakerText(row).contains(filter_, Qt::CaseInsensitive);
}

void WaitRowsModel::sort(int column, Qt::SortOrder order) {
    if (column < 0 || column >= columns)
        return;
    Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    std::vector<std::uint32_t> kept;
    for (const QModelIndex& index : before)
        kept.push_back(order_[static_cast<std::size_t>(index.row())]);
    sortColumn_ = column;
    sortOrder_ = order;
    arrange();
    QModelIndexList after;
    for (qsizetype i = 0; i < before.size(); ++i) {
        const auto row = std::ranges::find(order_, kept[static_cast<std::size_t>(i)]) - order_.begin();
        after.push_back(index(static_cast<int>(row), before[i].column()));
    }
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

void WaitRowsModel::arrange() {
    order_.clear();
    for (std::uint32_t i = 0; i < table_.rows.size(); ++i)
        if (matches(table_.rows[i]))
            order_.push_back(i);
    const auto by = [&](const auto& key) {
        // Stable: equals stay in the order of the table, most time first.
        if (sortOrder_ == Qt::AscendingOrder)
            std::ranges::stable_sort(order_, std::ranges::less{}, key);
        else
            std::ranges::stable_sort(order_, std::ranges::greater{}, key);
    };
    const auto row = [&](std::uint32_t i) -> const WaitRow& { return table_.rows[i]; };
    switch (sortColumn_) {
    case PrimitiveName:
    case Site:
    case TopWaker:
        by([&](std::uint32_t i) { return textOf(row(i), sortColumn_); });
        break;
    case Goroutines:
        by([&](std::uint32_t i) { return row(i).goroutines; });
        break;
    case Finished:
        by([&](std::uint32_t i) { return row(i).finished; });
        break;
    case Open:
        by([&](std::uint32_t i) { return row(i).open; });
        break;
    case Longest:
        by([&](std::uint32_t i) { return row(i).longest(); });
        break;
    default: // shares and concurrency are totals over a constant
        by([&](std::uint32_t i) { return row(i).total(); });
        break;
    }
}

} // namespace waitscope
