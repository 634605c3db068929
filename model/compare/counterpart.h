// SPDX-License-Identifier: GPL-3.0-or-later
// Where does the other trace wait for the same? For a selection that is to be seen in both at once.
#pragma once

#include "model/facts.h"
#include "model/trace/primitive.h"

#include <optional>

namespace waitscope {

struct WaitPlace {
    Primitive primitive = Primitive::Unknown;
    FrameId site;
    friend bool operator==(const WaitPlace&, const WaitPlace&) = default;
};

/// The place of `other` in the same function, by the names that rows are paired by (keys.h): on the same primitive
/// rather than on another kind of lock, at the same line rather than at the nearest one. None if nobody waits for this
/// there. O(wait classes).
[[nodiscard]] std::optional<WaitPlace> counterpartOf(const TraceFacts& facts, const WaitPlace& place,
                                                     const TraceFacts& other);

} // namespace waitscope
