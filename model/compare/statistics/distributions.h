// SPDX-License-Identifier: GPL-3.0-or-later
// The two distributions that the tests read their p-values from.
#pragma once

namespace waitscope {

/// The chance that a standard normal value is at least |z| away from 0.
[[nodiscard]] double normalTwoSided(double z);
/// The chance that a standard normal value is below z.
[[nodiscard]] double normalBelow(double z);

/// The chance that a value of Student's t is at least |t| away from 0. `degrees` > 0, whole or not.
[[nodiscard]] double studentTwoSided(double t, double degrees);
/// The t > 0 for which that chance is `p`, 0 < p < 1; at most 10⁶.
[[nodiscard]] double studentQuantile(double p, double degrees);

} // namespace waitscope
