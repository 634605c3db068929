// SPDX-License-Identifier: GPL-3.0-or-later
// Which of an owner's stretches of time are open at a moment, where some lie inside others? There may be millions, so
// where each lies stays with whoever has them: here are two numbers of 32 bits for each, and one for each owner.
#pragma once

#include "model/lod/owned_places.h"
#include "model/trace/time.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace waitscope {

/// `Stretches` are numbered by their begin: `size()`, `owner(i)` (or `nowhere`) and `range(i)`, where what is
/// open at the end of the trace ends behind it.
template <class Stretches> class NestedStretches {
  public:
    /// O(size + owners), and the depth of nesting.
    NestedStretches(Stretches stretches, std::size_t owners)
        : stretches_(std::move(stretches))
        , numbers_(owners, stretches_.size(), [this](std::uint32_t number) { return stretches_.owner(number); })
        , enclosing_(numbers_.all().size()) {
        numbers_.each([&](std::span<const std::uint32_t> list) {
            const std::uint32_t first = placeOf(list.data());
            for (std::uint32_t i = first; i < first + list.size(); ++i) {
                const Time begin = rangeAt(i).begin;
                std::uint32_t before = i == first ? nowhere : i - 1;
                while (before != nowhere && rangeAt(before).end <= begin)
                    before = enclosing_[before];
                enclosing_[i] = before;
            }
        });
    }

    /// Visits those of `owner` that are open at `t`, the one that began last first, until `visit(number)` says true.
    /// O(log n + those that are open when one of them begins).
    template <class Visit> void openAt(std::uint32_t owner, Time t, const Visit& visit) const {
        const std::span<const std::uint32_t> list = numbers_.of(owner);
        const auto after = std::upper_bound(list.begin(), list.end(), t, [this](Time at, std::uint32_t number) {
            return at < stretches_.range(number).begin;
        });
        if (after == list.begin())
            return;
        for (std::uint32_t i = placeOf(&*(after - 1)); i != nowhere; i = enclosing_[i])
            if (rangeAt(i).end > t && visit(numbers_.all()[i]))
                return;
    }

  private:
    [[nodiscard]] std::uint32_t placeOf(const std::uint32_t* number) const {
        return static_cast<std::uint32_t>(number - numbers_.all().data());
    }
    [[nodiscard]] TimeRange rangeAt(std::uint32_t place) const { return stretches_.range(numbers_.all()[place]); }

    Stretches stretches_;
    OwnedPlaces numbers_;                  ///< by owner, then by begin
    std::vector<std::uint32_t> enclosing_; ///< by place: the latest earlier one that is open when this one begins
};

} // namespace waitscope
