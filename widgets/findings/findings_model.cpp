// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/findings/findings_model.h"

#include "model/report/span_text.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/text_style.h"

#include <QApplication>
#include <QPainter>
#include <QPixmap>

namespace waitscope {

QColor colourOf(Tier tier) {
    switch (tier) {
    case Tier::High:
        return {0xD5, 0x5E, 0x00};
    case Tier::Medium:
        return {0xE6, 0x9F, 0x00};
    case Tier::Low:
        return {0x56, 0xB4, 0xE9};
    case Tier::Info:
        break;
    }
    return {0x99, 0x99, 0x99};
}

QString tierText(Tier tier) {
    return fromUtf8(nameOf(tier)).toUpper();
}

void FindingsModel::show(std::shared_ptr<const Findings> findings) {
    beginResetModel();
    findings_ = std::move(findings);
    order_.clear();
    if (findings_) {
        const auto& all = findings_->all;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (all[i].under)
                continue;
            order_.push_back(i);
            for (std::size_t k = 0; k < all.size(); ++k)
                if (all[k].under == i)
                    order_.push_back(k);
        }
    }
    endResetModel();
}

const Finding& FindingsModel::at(int row) const {
    return findings_->all[order_[static_cast<std::size_t>(row)]];
}

int FindingsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(order_.size());
}

int FindingsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columns;
}

QVariant FindingsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || !findings_)
        return {};
    const Finding& f = at(index.row());
    const Trace& trace = findings_->judgement->evidence.trace();
    const FrameId place = f.site.known() ? f.site : f.createdAt;
    if (role == Qt::DisplayRole) {
        switch (index.column()) {
        case TierName:
            return f.dismissed ? tr("dismissed") : tierText(f.tier);
        case What: {
            QString what = fromUtf8(f.name);
            if (f.primitive)
                what += QStringLiteral(" · ") + fromUtf8(nameOf(*f.primitive));
            return f.under ? QStringLiteral("    ↳ ") + what : what;
        }
        case Goroutines:
            return f.goroutines > 0 ? fromUtf8(countText(f.goroutines)) : QString();
        case Where:
            return place.known() ? fromUtf8(placeText(trace, place) + "  " + functionText(trace, place))
                                 : tr("not recorded");
        case Since:
            return f.beforeTrace && f.since == 0 ? tr("before the trace") : times_.text(f.since);
        case Oldest:
            return f.oldest > 0 ? fromUtf8((f.beforeTrace ? "≥ " : "") + durationText(f.oldest)) : QString();
        default:
            return {};
        }
    }
    if (role == Qt::ToolTipRole || role == Qt::AccessibleDescriptionRole)
        return index.column() == Where && place.known() ? fromUtf8(fullPlaceText(trace, place))
                                                        : fromUtf8(f.sentence());
    if (role == Qt::DecorationRole && index.column() == TierName) {
        QPixmap dot(10, 10);
        dot.fill(Qt::transparent);
        QPainter painter(&dot);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(colourOf(f.dismissed ? Tier::Info : f.tier));
        painter.drawEllipse(1, 1, 8, 8);
        return dot;
    }
    if (role == Qt::ForegroundRole && (f.under || f.dismissed || f.tier < Tier::Medium))
        return mutedText(QApplication::palette());
    const bool figures = index.column() == Goroutines || index.column() == Since || index.column() == Oldest;
    if (role == Qt::TextAlignmentRole && figures)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::FontRole && figures)
        return figuresFont(QApplication::font());
    return {};
}

QVariant FindingsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case TierName:
        return tr("tier");
    case What:
        return tr("finding");
    case Goroutines:
        return tr("goroutines");
    case Where:
        return tr("where");
    case Since:
        return tr("since");
    case Oldest:
        return tr("oldest");
    default:
        return {};
    }
}

} // namespace waitscope
