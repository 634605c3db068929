// SPDX-License-Identifier: GPL-3.0-or-later
// What was found before and after: gone, new, or still there? Findings are paired by what they are about, with the keys
// of rows, never by goroutines. A leak that became slower is still a leak.
#pragma once

#include "model/compare/both.h"
#include "model/findings/findings.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waitscope {

enum class FindingFate : std::uint8_t { Gone, New, StillThere };
constexpr std::string_view nameOf(FindingFate fate) {
    constexpr std::string_view names[]{"gone", "new", "still there"};
    return names[static_cast<std::size_t>(fate)];
}

struct FindingPair {
    FindingFate fate = FindingFate::StillThere;
    Both<std::optional<std::size_t>> index; ///< in Findings::all; none where it is not
    Tier tier = Tier::Info;                 ///< the higher one
    std::string sentence; ///< what became of it: "still there, slower: 200 goroutines a second became 20"
};

struct FindingsAcross {
    Both<const Findings*> findings{}; ///< that must outlive this
    std::vector<FindingPair> pairs;   ///< new ones first, then still there, then gone; each by tier
};

/// Of all findings that nothing explains and nobody dismissed. O(n²) of a few dozen.
[[nodiscard]] FindingsAcross findingsAcross(const Findings& a, const Findings& b);

} // namespace waitscope
