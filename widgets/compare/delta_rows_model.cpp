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

QString textOf(const Comparison& comparison, const ComparedRow& row, DeltaMeasure measure, DeltaColumn column) {
    return fromUtf8(cellText(comparison, row, measure, column));
}

/// In what it waits on, where, or in its verdict.
bool matches(const Comparison& comparison, const ComparedRow& row, DeltaMeasure measure, const QString& text) {
    for (const DeltaColumn column :
         {DeltaColumn::Verdict, DeltaColumn::Primitive, DeltaColumn::Site, DeltaColumn::Match})
        if (textOf(comparison, row, measure, column).contains(text, Qt::CaseInsensitive))
            return true;
    return std::ranges::any_of(std::array{Side::A, Side::B}, [&](Side side) {
        return fromUtf8(row.key.of(side).text()).contains(text, Qt::CaseInsensitive);
    });
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

// They come with the largest change first. What is not known comes last, whatever the order.
void DeltaRowsModel::change(std::shared_ptr<const Comparison> comparison, DeltaMeasure measure) {
    const std::size_t count = comparison ? comparison->rows.size() : 0;
    const auto arranger = [comparison, measure, count](const Arrangement& how) {
        Places places = matching(count, how.filter, [&](std::uint32_t i, const QString& text) {
            return matches(*comparison, comparison->rows[i], measure, text);
        });
        if (how.column < 0)
            return places;
        const DeltaColumn column = columnOf(how.column);
        if (!isFigure(column)) {
            sortBy(places, how.order,
                   [&](std::uint32_t i) { return textOf(*comparison, comparison->rows[i], measure, column); });
            return places;
        }
        const auto figure = [&](std::uint32_t i) { return cellFigure(comparison->rows[i], measure, column); };
        sortBy(places, how.order, [&](std::uint32_t i) { return figure(i).value_or(0); });
        std::stable_partition(places.begin(), places.end(), [&](std::uint32_t i) { return figure(i).has_value(); });
        return places;
    };
    reset(count, arranger, [this, comparison = std::move(comparison), measure] {
        comparison_ = comparison;
        measure_ = measure;
    });
}

void DeltaRowsModel::show(std::shared_ptr<const Comparison> comparison) {
    change(std::move(comparison), measure_);
}

void DeltaRowsModel::setMeasure(DeltaMeasure measure) {
    if (measure == measure_)
        return;
    const bool stale = isStale();
    change(comparison_, measure);
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

QVariant DeltaRowsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const ComparedRow& row = rowAt(index.row());
    const DeltaColumn column = columnOf(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return textOf(*comparison_, row, measure_, column);
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

} // namespace waitscope
