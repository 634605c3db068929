// SPDX-License-Identifier: GPL-3.0-or-later
// D1: goroutines that are blocked and were not woken before the trace ended.
#pragma once

#include "model/findings/blocked_groups.h"
#include "model/findings/detector.h"

namespace waitscope {

/// How sure is it that a group will never be woken? By primitive, by how many, and by whether they came one after
/// another (a leak) or all at once (which a pool does too). `rule` says what decided. O(members).
[[nodiscard]] Tier neverWokenTier(const Evidence& evidence, const BlockedGroup& group, std::string_view& rule);

/// A finding for each group.
void neverWoken(const Scene& scene, std::vector<Finding>& found);

} // namespace waitscope
