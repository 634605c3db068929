// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of findings share: stories that many of them tell, and questions that they ask of what was found.
#pragma once

#include "model/findings/findings.h"
#include "tests/support/story.h"

#include <optional>
#include <string>
#include <string_view>

namespace waitscope::test {

inline const StackText receive{"runtime.chanrecv1", "main.receive"};
inline const StackText sending{"runtime.chansend1", "main.send"};
inline const StackText locking{"sync.(*Mutex).Lock", "main.(*cache).Get"};
inline const StackText selecting{"runtime.selectgo", "main.watch"};
inline const StackText waiting{"sync.(*WaitGroup).Wait", "main.fanOut"};

[[nodiscard]] Findings findingsOf(Story& story, Time duration, FindingOptions options = {},
                                  const Dismiss& dismiss = {});

/// The most important finding of a detector; null, or no tier, if there is none.
[[nodiscard]] const Finding* firstOf(const Findings& findings, std::string_view detector);
[[nodiscard]] std::optional<Tier> tierOf(const Findings& findings, std::string_view detector);

/// A number of a finding, rounded down; -1 if it has none of that name.
[[nodiscard]] std::int64_t numberOf(const Finding& f, std::string_view name);

/// A handler (goroutine 1) starts a goroutine each `every`, which blocks at once and for ever.
void leak(Story& story, Time duration, Time every, const char* reason, const StackText& stack,
          const std::string& function = "main.leaked");

/// `n` goroutines that start together and block at once.
void pool(Story& story, int n, const char* reason, const StackText& stack);

} // namespace waitscope::test
