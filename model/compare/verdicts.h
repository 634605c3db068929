// SPDX-License-Identifier: GPL-3.0-or-later
// Did a row become better or worse, and how sure is that? (analysis.md, section 4)
#pragma once

#include "model/compare/both.h"
#include "model/trace/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waitscope {

enum class RowVerdict : std::uint8_t { Improved, Regressed, NoEvidence, NotComparable, Disappeared, New };
constexpr std::string_view nameOf(RowVerdict verdict) {
    constexpr std::string_view names[]{"improved", "regressed", "no evidence", "not comparable", "disappeared", "new"};
    return names[static_cast<std::size_t>(verdict)];
}
/// Improved, regressed, disappeared or new.
[[nodiscard]] constexpr bool saysSomething(RowVerdict verdict) {
    return verdict != RowVerdict::NoEvidence && verdict != RowVerdict::NotComparable;
}

/// What it is when the sides change places.
[[nodiscard]] constexpr RowVerdict mirrored(RowVerdict verdict) {
    switch (verdict) {
    case RowVerdict::Improved:
        return RowVerdict::Regressed;
    case RowVerdict::Regressed:
        return RowVerdict::Improved;
    case RowVerdict::Disappeared:
        return RowVerdict::New;
    case RowVerdict::New:
        return RowVerdict::Disappeared;
    case RowVerdict::NoEvidence:
    case RowVerdict::NotComparable:
        break;
    }
    return verdict;
}

/// Changes smaller than these are not worth a verdict, however sure they are.
namespace floors {
constexpr double concurrency = 0.1; ///< goroutines
constexpr double perRequest = 1e6;  ///< ns
constexpr double sharePercent = 1;  ///< points
constexpr std::uint64_t waits = 30; ///< on the side that has more
constexpr double qValue = 0.05;
} // namespace floors

struct ChangeInterval {
    double low = 0;
    double high = 0;
    friend bool operator==(const ChangeInterval&, const ChangeInterval&) = default;
};

/// B minus A: absolute, and of A in percent (none where A is 0 or unknown).
struct Change {
    std::optional<double> absolute;
    std::optional<double> percent;
};
/// Unknown if one of them is.
[[nodiscard]] Change changeOf(std::optional<double> a, std::optional<double> b);

/// What the statistics say of a pair of rows. Intervals are of 95 %, of B minus A.
struct RowEvidence {
    std::optional<double> pDurations;           ///< the lengths differ: Mann and Whitney, or log-rank
    bool logRank = false;                       ///< more than 1 % of the waits are open, so survival was compared
    std::optional<double> pRate;                ///< the number of waits (a second, or a request) differs
    std::optional<double> rateRatio;            ///< B / A
    std::optional<double> cliffsDelta;          ///< −1 … 1: above 0, waits of B are longer
    std::optional<double> shift;                ///< Hodges and Lehmann: by so many ns waits of B are longer
    std::optional<ChangeInterval> byGoroutine;  ///< of the normalised quantity; cluster bootstrap by goroutine
    std::optional<ChangeInterval> concurrency;  ///< moving blocks over time
    std::optional<ChangeInterval> sharePercent; ///< moving blocks over time
    std::optional<ChangeInterval> perRequest;   ///< ns; moving blocks over time
    Both<std::optional<Time>> block;            ///< the length of these blocks; none: no waits on that side
    std::string noInterval;                     ///< why there is none: "not enough time"
    std::optional<double> p;                    ///< of the row: of both tests together
    std::optional<double> q;                    ///< among all rows (Benjamini and Hochberg)
    Both<std::uint64_t> sampled;                ///< waits that the tests of lengths looked at, where not all; else 0
};

} // namespace waitscope
