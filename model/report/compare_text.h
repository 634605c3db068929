// SPDX-License-Identifier: GPL-3.0-or-later
// A comparison in words, row by row and as a whole. The terminal, the Markdown and the incident page say the same.
#pragma once

#include "model/compare/comparison.h"
#include "model/compare/findings_across.h"

#include <cstddef>
#include <string>
#include <vector>

namespace waitscope {

/// "lock · cache.go:45  main.get", and where it is now if it has moved.
[[nodiscard]] std::string rowPlaceText(const Comparison& comparison, const ComparedRow& row);
/// The change that the row is judged by: "−982, −99.9 %".
[[nodiscard]] std::string judgedText(const Comparison& comparison, const ComparedRow& row);
/// "Judged per request; a request is task checkout, found by itself."
[[nodiscard]] std::string normalisationText(const Comparison& comparison);
/// "Of 12 rows 1 improved, 0 disappeared, 0 regressed, 2 are new."
[[nodiscard]] std::string verdictsText(const Comparison& comparison);
/// The headline of the finding, on the side that it is on; of both, of B.
[[nodiscard]] std::string findingText(const FindingsAcross& across, const FindingPair& pair);

/// Those with a verdict first, then at most `unjudged` others, each in the order of their changes.
[[nodiscard]] std::vector<const ComparedRow*> topRows(const Comparison& comparison, std::size_t most,
                                                      std::size_t unjudged);

} // namespace waitscope
