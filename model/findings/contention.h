// SPDX-License-Identifier: GPL-3.0-or-later
// D3: locks that many wait for.
#pragma once

#include "model/findings/detector.h"

#include <string>

namespace waitscope {

/// Says of each site how bad it is, and of those that are to be checked why they waited. O(waits at a few sites).
void rateContention(const Evidence& evidence, LockUse& use);

/// "the lock (mutex) taken at main.get cache.go:45", "a connection of the pool at main.list db.go:20".
[[nodiscard]] std::string lockText(const Evidence& evidence, const LockSite& row);
/// The line that most of the waiting is owed to: where the one waited for was meanwhile, if one such line explains
/// enough, with the share in percent.
struct MainCause {
    const RootCause* cause = nullptr;
    double percent = 0;
};
[[nodiscard]] MainCause mainCauseOf(const LockSite& row);
/// It is Go's runtime that kept the holder: one who has to help the collector is woken by the collector's workers.
[[nodiscard]] bool isOfRuntime(const Trace& trace, const RootCause& cause);

void contention(const Scene& scene, std::vector<Finding>& found);

} // namespace waitscope
