// SPDX-License-Identifier: GPL-3.0-or-later
// What does Ctrl+C take from a canvas, whose rows and spans are no words?
#pragma once

#include "widgets/common/view_state.h"

#include <QString>

namespace waitscope {

/// What is selected, and the chosen range, exact to the nanosecond: a line each; empty if nothing is.
[[nodiscard]] QString copiedText(const ViewState& state);

} // namespace waitscope
