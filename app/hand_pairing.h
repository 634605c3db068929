// SPDX-License-Identifier: GPL-3.0-or-later
// Which rows of comparisons did the user say are the same, or are not? Kept in the settings by the rows' names, so that
// they hold for the next traces of the same program too, also with A and B the other way round.
#pragma once

#include "model/compare/pairing.h"

#include <string>

namespace waitscope {

[[nodiscard]] HandPairing handPairing();
/// The last word holds: what was said before of these two is forgotten.
void rememberPaired(const std::string& a, const std::string& b);
void rememberApart(const std::string& a, const std::string& b);
void forgetHandPairing();

} // namespace waitscope
