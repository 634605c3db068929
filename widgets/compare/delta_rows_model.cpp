// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare/delta_rows_model.h"

#include "widgets/common/from_utf8.h"
#include "widgets/common/text_style.h"

#include <QApplication>

#include <algorithm>
#include <utility>

namespace waitscope {
namespace {

DeltaColumn columnOf(int column) {
    return static_cast<DeltaColumn>(column);
}

} // namespace

QColor colourOf(RowVerdict verdict) {
    switch (verdict) {
    case RowVerdict::Improved:
    case RowVerdict::Disappeared:
        return QColor(0x00, 0x9E, 0x73);
    case RowVerdict::Regressed:
    case RowVerdict::New:
        return QColor(0xD5, 0x5E, 0x00);
    case RowVerdict::NoEvidence:
    case RowVerdict::NotComparable:
        break;
    }
    return {};
}

void DeltaRowsModel::show(std::shared_ptr<const Comparison> comparison) {
    reset([&] { comparison_ = std::move(comparison); });
}

void DeltaRowsModel::setMeasure(DeltaMeasure measure) {
    if (measure == measure_)
        return;
    const bool stale = isStale();
    reset([&] { measure_ = measure; });
    setStale(stale);
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, columns - 1);
}

int DeltaRowsModel::rowOf(const Both<RowKey>& key) const {
    const auto found = std::ranges::find_if(shown(), [&](std::uint32_t i) { return comparison_->rows[i].key == key; });
    return found == shown().end() ? -1 : static_cast<int>(found - shown().begin());
}

QVariant DeltaRowsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columns)
        return {};
    const DeltaColumn column = columnOf(section);
    switch (role) {
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter | (isFigure(column) ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::DisplayRole:
        return fromUtf8(titleOf(column));
    case Qt::ToolTipRole:
        return fromUtf8(meaningOf(column, measure_));
    default:
        return {};
    }
}

QString DeltaRowsModel::textOf(const ComparedRow& row, int column) const {
    return fromUtf8(cellText(*comparison_, row, measure_, columnOf(column)));
}

QVariant DeltaRowsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const ComparedRow& row = rowAt(index.row());
    const DeltaColumn column = columnOf(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return textOf(row, index.column());
    case Qt::ToolTipRole:
        return fromUtf8(exactText(*comparison_, row, measure_, column));
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter | (isFigure(column) ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::FontRole: {
        if (column == DeltaColumn::Primitive || column == DeltaColumn::Match)
            return {};
        QFont font = column == DeltaColumn::Verdict ? QApplication::font("QTableView")
                                                    : figuresFont(QApplication::font("QTableView"));
        font.setBold(column == DeltaColumn::Verdict && colourOf(row.verdict).isValid());
        return font;
    }
    case Qt::ForegroundRole: {
        const bool idle = !(row.metrics.a ? row.metrics.a : row.metrics.b)->idiom.empty();
        return isStale() || idle ? QVariant(mutedText(QApplication::palette("QTableView"))) : QVariant();
    }
    case Qt::DecorationRole:
        return column == DeltaColumn::Verdict && colourOf(row.verdict).isValid() ? QVariant(colourOf(row.verdict))
                                                                                 : QVariant();
    default:
        return {};
    }
}

bool DeltaRowsModel::matches(std::uint32_t place, const QString& text) const {
    const ComparedRow& row = comparison_->rows[place];
    for (const DeltaColumn column :
         {DeltaColumn::Verdict, DeltaColumn::Primitive, DeltaColumn::Site, DeltaColumn::Match})
        if (textOf(row, static_cast<int>(column)).contains(text, Qt::CaseInsensitive))
            return true;
    return std::ranges::any_of(std::array{Side::A, Side::B}, [&](Side side) {
        return fromUtf8(row.key.of(side).text()).contains(text, Qt::CaseInsensitive);
    });
}

// They come with the largest change first. What is not known comes last, whatever the order.
void DeltaRowsModel::order() {
    if (sortColumn() < 0)
        return;
    if (!isFigure(columnOf(sortColumn())))
        return orderBy([&](std::uint32_t i) { return textOf(comparison_->rows[i], sortColumn()); });
    const auto figure = [&](std::uint32_t i) {
        return cellFigure(comparison_->rows[i], measure_, columnOf(sortColumn()));
    };
    orderBy([&](std::uint32_t i) { return figure(i).value_or(0); });
    std::stable_partition(shown().begin(), shown().end(), [&](std::uint32_t i) { return figure(i).has_value(); });
}

} // namespace waitscope
