// SPDX-License-Identifier: GPL-3.0-or-later
// A table whose rows are shown in an order of their own: those that match a filter, sorted by a column. What is
// selected stays selected when the order changes. Many rows are arranged on another thread; until they are, the old
// ones stay.
#pragma once

#include "widgets/common/latest_result.h"

#include <QAbstractTableModel>
#include <QString>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace waitscope {

class SortedRows : public QAbstractTableModel {
    Q_OBJECT

  public:
    /// The shown rows by their place among all.
    using Places = std::vector<std::uint32_t>;
    struct Arrangement {
        QString filter;
        int column = -1; ///< to sort by; -1: as they come
        Qt::SortOrder order = Qt::DescendingOrder;
    };

    /// Sorted by `sortColumn` at first, the largest first. More than `fewRows` are arranged on another thread.
    SortedRows(int columns, int sortColumn, std::size_t fewRows, QObject* parent)
        : QAbstractTableModel(parent), columns_(columns), fewRows_(fewRows), wanted_{{}, sortColumn} {}

    /// Only rows that hold `text`, in any case of letters.
    void setFilter(const QString& text);
    /// The rows are of an older range: they are drawn faded.
    void setStale(bool stale);
    /// What was asked for last is not there yet.
    [[nodiscard]] bool busy() const { return work_.busy(); }
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

  Q_SIGNALS:
    /// The rows, their order or the filter are those that were asked for last.
    void arranged();

  protected:
    /// Which rows are shown, and in which order. Called on another thread: shares all that it reads.
    using Arranger = std::function<Places(const Arrangement&)>;
    /// Shows other rows, `count` of them: calls `change` when they are arranged. They are no longer stale then.
    void reset(std::size_t count, Arranger arranger, std::function<void()> change);

    [[nodiscard]] std::uint32_t shown(int row) const { return places_[static_cast<std::size_t>(row)]; }
    [[nodiscard]] const Places& shown() const { return places_; }
    [[nodiscard]] bool isStale() const { return stale_; }

    /// The places below `count` that match; all without a filter.
    template <class Matches> static Places matching(std::size_t count, const QString& filter, const Matches& matches) {
        Places places;
        for (std::size_t place = 0; place < count; ++place)
            if (const auto p = static_cast<std::uint32_t>(place); filter.isEmpty() || matches(p, filter))
                places.push_back(p);
        return places;
    }
    /// Sorts by what `key` says of each place, asked once. Stable: equals stay as they came. O(n · log).
    template <class Key> static void sortBy(Places& places, Qt::SortOrder order, const Key& key) {
        std::vector<std::pair<decltype(key(0)), std::uint32_t>> keyed;
        keyed.reserve(places.size());
        for (const std::uint32_t place : places)
            keyed.emplace_back(key(place), place);
        const auto first = [](const auto& entry) -> const auto& {
            return entry.first;
        };
        if (order == Qt::AscendingOrder)
            std::ranges::stable_sort(keyed, std::ranges::less{}, first);
        else
            std::ranges::stable_sort(keyed, std::ranges::greater{}, first);
        for (std::size_t i = 0; i < places.size(); ++i)
            places[i] = keyed[i].second;
    }

  private:
    struct Arranged {
        Arrangement how;
        Places places;
    };
    void arrange();
    void show(Arranged arranged);

    int columns_;
    std::size_t fewRows_;
    Arrangement wanted_;
    QString shownFilter_;
    std::size_t count_ = 0;
    Arranger arranger_;
    std::function<void()> change_; ///< not made yet
    Places places_;
    bool stale_ = false;
    LatestResult<Arranged> work_{[this](Arranged arranged) { show(std::move(arranged)); }};
};

} // namespace waitscope
