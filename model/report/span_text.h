// SPDX-License-Identifier: GPL-3.0-or-later
// What is a goroutine doing, in one line? And if the trace does not say something: why not, and what would help?
// The stack panel, the status line and tooltips use the same words.
#pragma once

#include "model/facts.h"
#include "model/waits/wake_up.h"

#include <span>
#include <string>
#include <string_view>

namespace waitscope {

/// "main.(*cache).Get" + "cache.go:45"; both empty for no frame.
[[nodiscard]] std::string functionText(const Trace& trace, FrameId frame);
[[nodiscard]] std::string placeText(const Trace& trace, FrameId frame);
/// "/home/me/shop/cache.go:45": the whole path.
[[nodiscard]] std::string fullPlaceText(const Trace& trace, FrameId frame);
/// "cache.go:45  main.(*cache).Get"; "not recorded" for no frame.
[[nodiscard]] std::string siteText(const Trace& trace, FrameId frame);
/// "mutex", "mutex (sync.Once)".
[[nodiscard]] std::string primitiveText(Primitive primitive, std::string_view detail);

/// "goroutine 4711 · main.neverServed".
[[nodiscard]] std::string goroutineText(const Trace& trace, GoroutineIndex g);
/// "goroutine 4711 · main.neverServed · waiting 4.89 s, still open · chan receive".
[[nodiscard]] std::string spanText(const TraceFacts& facts, GoroutineIndex g, SpanIndex s);
/// The same for a goroutine as a whole: what it does at the end of the trace, or that it ended, and when.
[[nodiscard]] std::string goroutineSentence(const TraceFacts& facts, GoroutineIndex g);

/// "main.worker · 1,000 goroutines · 12 still waiting, the longest for 4.89 s". O(members).
[[nodiscard]] std::string groupText(const Trace& trace, std::string_view name, std::span<const GoroutineIndex> members);
/// "processor 3 · busy 43.2 % of the trace · 1,204 runs". O(runs).
[[nodiscard]] std::string processorText(const Trace& trace, ProcIndex processor);
/// "thread 7 · held a processor for 43.2 % of the trace · 12 times". O(times).
[[nodiscard]] std::string threadText(const TraceFacts& facts, ThreadIndex thread);
/// "region parse · 12.3 ms · of task #7 · goroutine 5". O(1).
[[nodiscard]] std::string regionText(const Trace& trace, const Region& region);
/// "task request #7 · 12.3 ms from 1.20 s · part of task #2". O(1).
[[nodiscard]] std::string taskText(const Trace& trace, TaskIndex task);

/// Why a span has no stack of its own.
[[nodiscard]] std::string missingStackText(const TraceFacts& facts, SpanIndex s);
/// Why it is not known where a goroutine was created.
[[nodiscard]] std::string missingCreationText(const Trace& trace, GoroutineIndex g);
/// "It held processor 3 for 1.20 ms of it: nothing else could run there."; empty if it is not known to have held one.
[[nodiscard]] std::string heldProcessorText(const Trace& trace, SpanIndex syscall);
/// Of a span that was ready: "Meanwhile processor 1 was idle for 1.20 ms of it: woken late.", "No processor was idle
/// meanwhile."; empty if the trace does not say.
[[nodiscard]] std::string idleProcessorsText(const Trace& trace, SpanIndex ready);
/// What ended a wait: "Woken by goroutine 12 · main.worker", "Woken by a timer: ...".
[[nodiscard]] std::string wakeUpText(const TraceFacts& facts, SpanIndex wait, const WakeUp& wakeUp);

} // namespace waitscope
