// SPDX-License-Identifier: GPL-3.0-or-later
// Whose are the rows of a table? Lists of places, one list an owner, in one array. Where hardly any owner has some,
// only those who have are kept.
#pragma once

#include "model/trace/ids.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace waitscope {

/// `Place` is an index, or a plain number.
template <class Place> class OwnedList {
  public:
    OwnedList() = default;
    /// `ownerOf(place)` for the places below `count` is less than `owners`, or `nowhere`: nobody owns it. The places of
    /// an owner keep their order. O(owners + count), and n log n of those that are owned if they are few.
    template <class OwnerOf> OwnedList(std::size_t owners, std::size_t count, const OwnerOf& ownerOf) {
        std::size_t owned = 0;
        for (std::uint32_t place = 0; place < count; ++place)
            owned += ownerOf(place) != nowhere ? 1 : 0;
        if (owned == 0)
            return;
        places_.resize(owned);
        if (owned < owners / fewest) {
            std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
            pairs.reserve(owned);
            for (std::uint32_t place = 0; place < count; ++place)
                if (const std::uint32_t owner = ownerOf(place); owner != nowhere)
                    pairs.emplace_back(owner, place);
            std::ranges::sort(pairs);
            for (std::uint32_t i = 0; i < pairs.size(); ++i) {
                if (owners_.empty() || owners_.back() != pairs[i].first) {
                    owners_.push_back(pairs[i].first);
                    firsts_.push_back(i);
                }
                places_[i] = Place{pairs[i].second};
            }
            firsts_.push_back(static_cast<std::uint32_t>(owned));
            return;
        }
        // Counted, then put down from each owner's first place on, by which the firsts move to the next owner's.
        firsts_.resize(owners + 1);
        for (std::uint32_t place = 0; place < count; ++place)
            if (const std::uint32_t owner = ownerOf(place); owner != nowhere)
                ++firsts_[owner];
        std::uint32_t before = 0;
        for (std::uint32_t& first : firsts_)
            before += std::exchange(first, before);
        for (std::uint32_t place = 0; place < count; ++place)
            if (const std::uint32_t owner = ownerOf(place); owner != nowhere)
                places_[firsts_[owner]++] = Place{place};
        std::shift_right(firsts_.begin(), firsts_.end(), 1);
        firsts_.front() = 0;
    }

    [[nodiscard]] bool empty() const { return places_.empty(); }
    /// O(1), or O(log) where few have some.
    [[nodiscard]] std::span<const Place> of(std::uint32_t owner) const {
        std::size_t rank = owner;
        if (!owners_.empty()) {
            const auto at = std::ranges::lower_bound(owners_, owner);
            if (at == owners_.end() || *at != owner)
                return {};
            rank = static_cast<std::size_t>(at - owners_.begin());
        }
        return empty() ? std::span<const Place>() : listAt(rank);
    }
    /// All lists, one after the other.
    [[nodiscard]] std::span<const Place> all() const { return places_; }
    /// Calls `visit(list)` for the owners that have some, at least. O(owners).
    template <class Visit> void each(const Visit& visit) const {
        for (std::size_t rank = 0; rank + 1 < firsts_.size(); ++rank)
            visit(listAt(rank));
    }

  private:
    /// With fewer places than a quarter of the owners, those who have some are listed: that takes less then.
    static constexpr std::size_t fewest = 4;

    [[nodiscard]] std::span<const Place> listAt(std::size_t rank) const {
        return std::span(places_).subspan(firsts_[rank], firsts_[rank + 1] - firsts_[rank]);
    }

    std::vector<std::uint32_t> owners_; ///< those who have some, rising; empty: all
    std::vector<std::uint32_t> firsts_; ///< by owner, or by place in owners_, and one more
    std::vector<Place> places_;
};

using OwnedPlaces = OwnedList<std::uint32_t>;

} // namespace waitscope
