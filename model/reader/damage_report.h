// SPDX-License-Identifier: GPL-3.0-or-later
// What does damage mean for the numbers? From what was wrong with the bytes to sentences for a person: what is missing,
// where in the file, and of which stretch of the trace numbers are incomplete.
#pragma once

#include "model/reader/generation.h"
#include "model/trace/trace.h"

#include <cstdint>
#include <map>
#include <vector>

namespace waitscope {

/// Adds a warning for each problem to the trace's report, as far as there are not too many, and the first one that lost
/// something as its error. `clockAtStart`: of the trace's first event, ns of the trace clock.
void reportDamage(Trace& trace, const std::vector<ReadProblem>& problems, std::int64_t clockAtStart);

/// A problem as a sentence, where nothing is known of its time.
[[nodiscard]] std::string sentenceOf(const ReadProblem& problem);

/// What the finished trace holds that this program does not know.
[[nodiscard]] std::vector<UnknownThing> unknownThings(const Trace& trace,
                                                      const std::map<std::uint8_t, std::uint64_t>& eventTypes,
                                                      const std::map<std::uint8_t, std::uint64_t>& experiments);

} // namespace waitscope
