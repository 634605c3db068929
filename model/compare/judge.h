// SPDX-License-Identifier: GPL-3.0-or-later
// From evidence to a verdict, and the sentence that gives its reason.
#pragma once

#include "model/compare/comparison.h"

namespace waitscope {

/// Sets q, verdict and reason of every row from its metrics, changes and evidence.
void judgeRows(Comparison& comparison);

/// Whether both traces can record what the row holds.
[[nodiscard]] bool bothRecord(const Comparability& comparability, const ComparedRow& row);

/// The change that a row is judged by.
[[nodiscard]] const Change& judgedChange(NormalisedBy by, const Changes& changes);

} // namespace waitscope
