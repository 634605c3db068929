// SPDX-License-Identifier: GPL-3.0-or-later
// Which row of A is which row of B? (analysis.md, section 4)
#pragma once

#include "model/compare/keys.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waitscope {

enum class RowMatch : std::uint8_t {
    Exact, ///< the same key
    Moved, ///< the same family, and at least six of ten functions of both stacks together are in both
    OnlyA,
    OnlyB,
    ByHand,
};
constexpr std::string_view nameOf(RowMatch match) {
    constexpr std::string_view names[]{"exact", "moved", "only a", "only b", "by hand"};
    return names[static_cast<std::size_t>(match)];
}

/// What the user decided, by RowKey::text. Kept in a session, so it may name rows that are not there.
struct HandPairing {
    std::vector<std::pair<std::string, std::string>> pairs; ///< (of A, of B)
    /// (of A, of B) that are not to be paired, by whatever rule. Both stay rows of their own.
    std::vector<std::pair<std::string, std::string>> apart;

    /// What holds after the sides have changed places.
    [[nodiscard]] HandPairing swapped() const;
};

/// The share of the functions of both stacks that are in both, 0 to 1 (Jaccard).
[[nodiscard]] double similarity(const RowKey& a, const RowKey& b);
constexpr double movedFrom = 0.6;

struct RowPair {
    std::optional<std::size_t> a; ///< place in the keys of A
    std::optional<std::size_t> b;
    RowMatch match = RowMatch::Exact;
};

/// Every row of both once. By hand first, then equal keys, then the most similar ones (equals: by key, so that the
/// order of the sides and of their rows does not matter). O(n log n), and of those
/// that are left O(pairs with a rare function in common).
[[nodiscard]] std::vector<RowPair> pairsOf(std::span<const RowKey> a, std::span<const RowKey> b,
                                           const HandPairing& byHand = {});

} // namespace waitscope
