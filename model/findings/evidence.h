// SPDX-License-Identifier: GPL-3.0-or-later
// What the detectors decide on: measured in one pass over the spans, so that all detectors cost one.
//
// A *site* is a primitive and the first frame outside the standard library. A *cohort* is all goroutines with the same
// creation stack and start function, ended ones included; those from before the trace have no creation stack.
#pragma once

#include "model/facts.h"
#include "model/findings/idioms.h"
#include "model/lod/owned_places.h"
#include "model/trace/column.h"
#include "model/waits/root_causes.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace waitscope {

struct FindingOptions {
    std::optional<Time> threshold; ///< the age from which an open wait counts as stuck; by default of the length
    /// Functions whose waits the user calls idle; may be null.
    std::function<bool(std::string_view function)> idleFunction;
    /// The text of a source file, if it can be had; may be null. Used where source settles a doubt.
    std::function<std::optional<std::string>(const std::string& path)> source;
};

using SiteIndex = std::uint32_t;
using CohortIndex = std::uint32_t;

/// The finished waits at one site, as far as a detector may ask for them.
struct SiteHistory {
    Primitive primitive = Primitive::Unknown;
    FrameId frame;
    std::uint64_t finished = 0;
    Time p99 = 0;                       ///< of finished waits; 0 if there are none
    Time longest = 0;                   ///< of finished waits
    bool cancelled = false;             ///< one of them was ended by the cancelling of a context
    bool byNobody = false;              ///< one of them was ended by a timer, the network or the unknown
    std::vector<GoroutineIndex> wakers; ///< distinct, by index
};

/// What a goroutine that lives at the trace's end did.
struct Living {
    GoroutineIndex goroutine;
    SpanIndex wait;          ///< its open wait or system call, if it is in one
    std::uint32_t klass = 0; ///< of that wait, in WaitClasses::all()
    Time running = 0;
    std::uint32_t wakes = 0;
    std::uint32_t timerWakes = 0;
    std::uint32_t networkWakes = 0;
    Time lastWokenByGoroutine = -1;
    Time lastWokenByTimer = -1;
    Time lastWokenByNetwork = -1;
    Time lastActedOnOthers = -1;                   ///< when it last woke or created another; -1: never
    double meanGap = 0;                            ///< between wake-ups by a timer, ns
    double gapVariation = 0;                       ///< standard deviation of these gaps / their mean
    Primitive usualPrimitive = Primitive::Unknown; ///< of its last wait, open or finished
    FrameId usualSite;
    StackId usualStack;
    std::uint32_t earlierHere = 0; ///< finished waits of its own at the site of the open one
    bool earlierByTimer = true;    ///< all of those were ended by a timer
    Time earlierLongest = 0;
};

/// A finished or open wait for a mutex or rwmutex of the program, or for a connection of a pool.
struct LockWait {
    SiteIndex site = 0;
    GoroutineIndex goroutine;
    SpanIndex span;
    bool open = false;
};

/// Waits whose history detectors ask for: what a goroutine of the program can hold up.
[[nodiscard]] bool isHeldUp(Primitive p);

/// The body of an iterator waits there to be asked for its next value (iter.Pull). Who asks waits so too, for the body.
[[nodiscard]] bool waitsToBePulled(const Trace& trace, GoroutineIndex g, const WaitClass& wait);

/// Its file belongs to a downloaded module.
[[nodiscard]] bool isFromModule(const Trace& trace, FrameId frame);

/// Where the program itself, neither Go's library nor a module, made the call that a stack ends in; none if it did not.
[[nodiscard]] FrameId ownLine(const TraceFacts& facts, StackId stack);

/// Its end, or where the generation begins in which the file was cut: behind that, wake-ups and ends may be missing.
[[nodiscard]] Time wholeUntil(const Trace& trace);

class Evidence {
  public:
    /// O(spans) and O(n log n) of what is open or waits for locks.
    Evidence(std::shared_ptr<const TraceFacts> facts, FindingOptions options);

    [[nodiscard]] const TraceFacts& facts() const { return *facts_; }
    [[nodiscard]] const Trace& trace() const { return *facts_->trace; }
    [[nodiscard]] const FindingOptions& options() const { return options_; }
    [[nodiscard]] const Idioms& idioms() const { return idioms_; }
    [[nodiscard]] Time threshold() const { return threshold_; }
    [[nodiscard]] Time longWait() const { return long_; }

    /// The goroutines of the program that live at the end, by index; excluded ones (Idioms) are not among them.
    [[nodiscard]] const std::vector<Living>& living() const { return living_; }
    /// The entry of a living goroutine; null for others.
    [[nodiscard]] const Living* livingOf(GoroutineIndex g) const;
    [[nodiscard]] const WaitClass& openWait(const Living& l) const { return facts_->waits.all()[l.klass]; }
    /// Up to here the trace is whole (wholeUntil), and open waits count up to here.
    [[nodiscard]] Time end() const { return end_; }
    /// The file was cut so early that nothing of it is whole.
    [[nodiscard]] bool isAllDamaged() const { return allDamaged_; }
    /// What a goroutine that lives at the trace's end has waited up to end(); 0 if it began behind it.
    [[nodiscard]] Time openAge(const Living& l) const { return std::max<Time>(0, end_ - trace().spans.start(l.wait)); }
    /// It waits, and nothing says where: a wait from before the trace in old formats, or one in the generation in which
    /// a file was cut, whose names come last. It may wait for anything, the network too.
    [[nodiscard]] bool isUnnamed(const Living& l) const { return l.wait.known() && isUnnamed(openWait(l).stack); }
    [[nodiscard]] bool isUnnamed(StackId stack) const { return idioms_.isUnnamed(stack); }

    [[nodiscard]] SiteIndex siteOfClass(std::uint32_t klass) const { return siteOfClass_[klass]; }
    [[nodiscard]] const SiteHistory& site(SiteIndex s) const { return sites_[s]; }
    [[nodiscard]] std::size_t siteCount() const { return sites_.size(); }

    [[nodiscard]] CohortIndex cohortOf(GoroutineIndex g) const { return cohortOf_[g.value]; }
    [[nodiscard]] std::size_t cohortCount() const { return ended_.size(); }
    /// By birth.
    [[nodiscard]] std::span<const GoroutineIndex> cohort(CohortIndex c) const { return cohorts_.of(c); }

    /// How many of a cohort ended in the trace.
    [[nodiscard]] std::size_t endedOf(CohortIndex c) const { return ended_[c]; }
    /// The 99th percentile of the lives of those that ended; none if fewer than five did. O(1).
    [[nodiscard]] std::optional<Time> usualLife(CohortIndex c) const {
        return usualLife_[c] < 0 ? std::nullopt : std::optional(usualLife_[c]);
    }

    /// The last wait or system call of a goroutine; none if it never waited.
    [[nodiscard]] SpanIndex lastWait(GoroutineIndex g) const { return lastWait_[g.value]; }
    /// Goroutines created by `g` in the trace that are alive, by birth.
    [[nodiscard]] std::span<const GoroutineIndex> livingChildren(GoroutineIndex g) const {
        return livingChildren_.of(g.value);
    }

    [[nodiscard]] const std::vector<LockWait>& lockWaits() const { return lockWaits_; }
    /// Where the program called the HTTP client, itself or by a module that does, for the connection whose readLoop
    /// this is; none if not seen.
    [[nodiscard]] FrameId callerServedBy(GoroutineIndex readLoop) const;

    /// Lengths of the Runnable spans of the program's goroutines.
    struct RunnableTimes {
        std::uint64_t count = 0;
        std::uint64_t goroutines = 0; ///< that have one
        Time total = 0;
        Time p50 = 0, p99 = 0, max = 0; ///< percentiles to 1.6 %
    };
    [[nodiscard]] const RunnableTimes& runnable() const { return runnable_; }
    /// For a long wait nothing of the program has run, and nobody but main waits for the network, a system call or a
    /// time: nothing is left that could go on by itself.
    [[nodiscard]] bool standsStill() const { return standsStill_; }
    /// Lifetimes of the program's goroutines together.
    [[nodiscard]] Time goroutineTime() const { return goroutineTime_; }

    /// Spans looked at, for tests of the cost.
    [[nodiscard]] std::uint64_t work() const { return work_; }

  private:
    void findCohorts();
    void findSites();
    void walkSpans();
    void fillSites();
    [[nodiscard]] bool nothingGoesOn() const;

    std::shared_ptr<const TraceFacts> facts_;
    FindingOptions options_;
    Idioms idioms_;
    Time end_;
    bool allDamaged_ = false;
    Time threshold_;
    Time long_;
    std::vector<Living> living_;
    std::vector<SiteIndex> siteOfClass_;
    std::vector<SiteHistory> sites_;
    std::vector<std::uint8_t> wanted_; ///< by site: its history may be asked for
    std::vector<CohortIndex> cohortOf_;
    OwnedList<GoroutineIndex> cohorts_;
    std::vector<Time> usualLife_;      ///< by cohort; -1: not known
    std::vector<std::uint32_t> ended_; ///< by cohort
    std::vector<SpanIndex> lastWait_;
    OwnedList<GoroutineIndex> livingChildren_;
    std::vector<LockWait> lockWaits_;
    std::unordered_map<std::uint32_t, FrameId> callers_;
    std::vector<GrowingColumn<Time>> lengths_; ///< of finished waits, by site; only while the spans are walked
    RunnableTimes runnable_;
    Time goroutineTime_ = 0;
    bool standsStill_ = false;
    std::uint64_t work_ = 0;
};

} // namespace waitscope
