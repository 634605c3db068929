// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/evidence.h"

#include "model/findings/threshold.h"
#include "model/waits/rank.h"
#include "model/waits/wake_up.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace waitscope {

namespace {

/// Mean and spread of the gaps between times that are told in order (Welford's sums).
struct Gaps {
    Time last = -1;
    std::uint32_t count = 0;
    double mean = 0;
    double squares = 0;
    void tell(Time t) {
        if (last >= 0) {
            const auto gap = static_cast<double>(t - last);
            ++count;
            const double delta = gap - mean;
            mean += delta / count;
            squares += delta * (gap - mean);
        }
        last = t;
    }
    [[nodiscard]] double variation() const {
        return count < 2 || mean <= 0 ? 0 : std::sqrt(squares / (count - 1)) / mean;
    }
};

} // namespace

Time wholeUntil(const Trace& trace) {
    // Stretches that follow each other, with nothing between them that could be told, are one.
    constexpr Time between = 1'000'000;
    Time end = trace.duration;
    for (bool changed = true; changed;) {
        changed = false;
        for (const LoadWarning& warning : trace.report.warnings)
            if (warning.affected && warning.affected->end + between >= end && warning.affected->begin < end) {
                end = warning.affected->begin;
                changed = true;
            }
    }
    return std::max<Time>(end, 0);
}

bool isHeldUp(Primitive p) {
    const StateFamily family = familyOf(p);
    return family == StateFamily::Lock || family == StateFamily::Channel;
}

bool waitsToBePulled(const Trace& trace, GoroutineIndex g, const WaitClass& wait) {
    return wait.primitive == Primitive::Other && wait.detail == "coroutine" && trace.function(g) == "runtime.corostart";
}

bool isFromModule(const Trace& trace, FrameId frame) {
    const std::string_view file = trace.text(trace.frame(frame).file);
    return file.find("@v") != std::string_view::npos || file.find("/vendor/") != std::string_view::npos;
}

FrameId ownLine(const TraceFacts& facts, StackId stack) {
    for (const FrameId f : facts.trace->stacks[stack])
        if (!facts.waits.isLibrary(f) && !isFromModule(*facts.trace, f))
            return f;
    return {};
}

Evidence::Evidence(std::shared_ptr<const TraceFacts> facts, FindingOptions options)
    : facts_(std::move(facts))
    , options_(std::move(options))
    , idioms_(*facts_, options_.idleFunction)
    , end_(wholeUntil(*facts_->trace))
    , threshold_(options_.threshold.value_or(defaultThreshold(facts_->trace->duration)))
    , long_(waitscope::longWait(threshold_, facts_->trace->duration)) {
    allDamaged_ = end_ <= 0 && trace().duration > 0;
    if (allDamaged_)
        end_ = trace().duration;
    findCohorts();
    findSites();
    walkSpans();
    fillSites();
    standsStill_ = nothingGoesOn();
}

void Evidence::findCohorts() {
    const Trace& t = trace();
    const std::size_t count = t.goroutines.size();
    cohortOf_.resize(count);
    std::unordered_map<std::uint64_t, CohortIndex> cohorts;
    std::uint64_t lastKey = UINT64_MAX;
    CohortIndex last = 0;
    for (std::uint32_t g = 0; g < count; ++g) {
        const StringId function = t.frame(t.goroutines.entry({g})).function;
        const std::uint64_t key = std::uint64_t{t.creationStack({g}).value} << 32U | function.value;
        if (key != lastKey) { // bursts create one kind
            lastKey = key;
            last = cohorts.try_emplace(key, static_cast<CohortIndex>(cohorts.size())).first->second;
        }
        cohortOf_[g] = last;
    }
    cohorts_ = OwnedList<GoroutineIndex>(cohorts.size(), count, [&](std::uint32_t g) { return cohortOf_[g]; });

    usualLife_.assign(cohorts.size(), -1);
    ended_.assign(cohorts.size(), 0);
    std::vector<Time> lives;
    for (CohortIndex c = 0; c < cohorts.size(); ++c) {
        lives.clear();
        for (const GoroutineIndex g : cohort(c))
            if (!t.aliveAtEnd(g))
                lives.push_back(t.lifetime(g).length());
        ended_[c] = static_cast<std::uint32_t>(lives.size());
        if (lives.size() < 5 || lives.size() == cohort(c).size())
            continue;
        const auto rank = lives.begin() + static_cast<std::ptrdiff_t>((lives.size() * 99 + 99) / 100 - 1);
        std::ranges::nth_element(lives, rank);
        usualLife_[c] = *rank;
    }

    livingChildren_ = OwnedList<GoroutineIndex>(count, count, [&](std::uint32_t g) {
        const Waker creator = t.aliveAtEnd({g}) ? t.creator({g}) : Waker();
        return creator.isGoroutine() ? creator.goroutine().value : nowhere;
    });
}

void Evidence::findSites() {
    const auto& classes = facts_->waits.all();
    std::map<std::pair<Primitive, FrameId>, SiteIndex> sites;
    siteOfClass_.resize(classes.size());
    for (std::size_t c = 0; c < classes.size(); ++c) {
        const auto [found, isNew] =
            sites.try_emplace({classes[c].primitive, classes[c].site}, static_cast<SiteIndex>(sites_.size()));
        if (isNew) {
            sites_.emplace_back();
            sites_.back().primitive = classes[c].primitive;
            sites_.back().frame = classes[c].site;
        }
        siteOfClass_[c] = found->second;
    }
    const Trace& t = trace();
    wanted_.resize(sites_.size());
    lengths_.resize(sites_.size());
    for (std::uint32_t g = 0; g < t.goroutines.size(); ++g) {
        if (!t.aliveAtEnd({g}) || idioms_.isExcluded({g}))
            continue;
        Living l{.goroutine = {g}};
        const SpanIndex last = t.lastSpan({g});
        if (const std::uint32_t c = facts_->waits.indexOf(t, last); c != 0) {
            l.wait = last;
            l.klass = c;
            wanted_[siteOfClass_[c]] |= isHeldUp(classes[c].primitive) ? 1 : 0;
        }
        living_.push_back(l);
    }
}

void Evidence::walkSpans() {
    const Trace& t = trace();
    const WaitClasses& waits = facts_->waits;
    const Spans& spans = t.spans;
    lastWait_.resize(t.goroutines.size());
    std::vector<Time> lastActed(t.goroutines.size(), -1); // a number for each of millions: of most nobody asks
    std::vector<GoroutineIndex> lastWaker(sites_.size());
    LengthClasses runnable;
    std::size_t nextLiving = 0;
    for (std::uint32_t g = 0; g < t.goroutines.size(); ++g) {
        if (const Waker creator = t.creator({g}); creator.isGoroutine()) {
            Time& acted = lastActed[creator.goroutine().value];
            acted = std::max(acted, t.lifetime({g}).begin);
        }
        if (waits.isRuntime({g}))
            continue;
        goroutineTime_ += t.lifetime({g}).length();
        Living* const alive =
            nextLiving < living_.size() && living_[nextLiving].goroutine.value == g ? &living_[nextLiving++] : nullptr;
        Gaps gaps;
        const std::uint64_t readyBefore = runnable_.count;
        const SpanRange own = t.goroutines.spans({g});
        work_ += own.size();
        for (std::uint32_t s = own.begin; s < own.end; ++s) {
            const GoroutineState state = spans.state({s});
            const Time start = spans.starts[s];
            if (state == GoroutineState::Running) {
                if (alive != nullptr)
                    alive->running += spans.starts[s + 1] - start;
                continue;
            }
            if (state == GoroutineState::Runnable) {
                const Time length = spans.starts[s + 1] - start;
                runnable.add(length);
                ++runnable_.count;
                runnable_.total += length;
                runnable_.max = std::max(runnable_.max, length);
                continue;
            }
            const std::uint32_t c = waits.indexOf(t, {s});
            if (c == 0)
                continue;
            lastWait_[g] = {s};
            const WaitClass& wait = waits.all()[c];
            const SiteIndex site = siteOfClass_[c];
            if ((isLock(wait.primitive) || wait.detail == connectionPool) && !idioms_.isNetworkLike(wait)) {
                lockWaits_.push_back({site, {g}, {s}, alive != nullptr && s + 1 == own.end});
                wanted_[site] = 1;
            }
            if (alive != nullptr) {
                alive->usualPrimitive = wait.primitive;
                alive->usualSite = wait.site;
                alive->usualStack = wait.stack;
            }
            if (s + 1 == own.end || state == GoroutineState::Syscall)
                continue; // open, lost, or ended by nobody
            const WakeUp wakeUp = wakeUpAfter(*facts_, {s});
            const Time end = spans.starts[s + 1];
            if (wakeUp.how == WokenBy::Goroutine) {
                Time& acted = lastActed[wakeUp.goroutine.value];
                acted = std::max(acted, end);
                if (idioms_.isRoundTrip(wait.stack)) {
                    const FrameId caller = ownLine(*facts_, wait.stack);
                    callers_[wakeUp.goroutine.value] = caller.known() ? caller : wait.site;
                }
            }
            if (wanted_[site] != 0) {
                lengths_[site].push_back(end - start);
                if (wakeUp.how == WokenBy::Goroutine) {
                    sites_[site].cancelled |= idioms_.isCancel(wakeUp.stack);
                    if (lastWaker[site] != wakeUp.goroutine) {
                        lastWaker[site] = wakeUp.goroutine;
                        sites_[site].wakers.push_back(wakeUp.goroutine);
                    }
                } else {
                    sites_[site].byNobody = true;
                }
            }
            if (alive == nullptr)
                continue;
            ++alive->wakes;
            if (wakeUp.how == WokenBy::Timer) {
                ++alive->timerWakes;
                alive->lastWokenByTimer = end;
                gaps.tell(end);
            } else if (wakeUp.how == WokenBy::Goroutine) {
                alive->lastWokenByGoroutine = end;
            } else if (wakeUp.how == WokenBy::Network) {
                ++alive->networkWakes;
                alive->lastWokenByNetwork = end;
            }
            if (alive->wait.known() && siteOfClass_[alive->klass] == site) {
                ++alive->earlierHere;
                alive->earlierByTimer = alive->earlierByTimer && wakeUp.how == WokenBy::Timer;
                alive->earlierLongest = std::max(alive->earlierLongest, end - start);
            }
        }
        runnable_.goroutines += runnable_.count > readyBefore ? 1 : 0;
        if (alive != nullptr) {
            alive->meanGap = gaps.mean;
            alive->gapVariation = gaps.variation();
        }
    }
    for (Living& l : living_)
        l.lastActedOnOthers = lastActed[l.goroutine.value];
    if (runnable_.count != 0) {
        runnable_.p50 = LengthClasses::longest(runnable.placeOf(50).klass);
        runnable_.p99 = std::min(LengthClasses::longest(runnable.placeOf(99).klass), runnable_.max);
    }
}

void Evidence::fillSites() {
    for (std::size_t s = 0; s < sites_.size(); ++s) {
        const std::span<Time> lengths(lengths_[s].begin(), lengths_[s].end());
        SiteHistory& site = sites_[s];
        std::ranges::sort(site.wakers);
        site.wakers.erase(std::unique(site.wakers.begin(), site.wakers.end()), site.wakers.end());
        site.finished = lengths.size();
        if (lengths.empty())
            continue;
        site.longest = *std::ranges::max_element(lengths);
        const auto rank = static_cast<std::ptrdiff_t>((lengths.size() * 99 + 99) / 100 - 1);
        std::ranges::nth_element(lengths, lengths.begin() + rank);
        site.p99 = lengths[static_cast<std::size_t>(rank)];
    }
    lengths_.clear();
}

// O(living + what ran at the end).
bool Evidence::nothingGoesOn() const {
    using namespace literals;
    const Trace& t = trace();
    const bool othersWait = std::ranges::all_of(living_, [&](const Living& l) {
        const bool waits = l.wait.known() && t.spans.state(l.wait) == GoroutineState::Waiting;
        return waits && l.timerWakes == 0 && openAge(l) >= long_ && openWait(l).primitive != Primitive::Network &&
               openWait(l).primitive != Primitive::Sleep && !isUnnamed(l);
    });
    // Main may have slept until it stopped the trace.
    constexpr Time stopping = 100_ms;
    const auto mayGoOn = [&](SpanIndex run) {
        const GoroutineIndex g = t.ownerOf(run);
        return t.spans.start(run) <= end_ - stopping && (t.goroutines.id(g) == 1 || !idioms_.isExcluded(g));
    };
    const auto wentOn = [&](const Processor& processor) {
        for (std::size_t i = processor.runs.size(); i > 0 && t.spans.end(processor.runs[i - 1]) > end_ - long_; --i)
            if (mayGoOn(processor.runs[i - 1]))
                return true;
        return false;
    };
    return othersWait && std::ranges::none_of(t.processors, wentOn);
}

const Living* Evidence::livingOf(GoroutineIndex g) const {
    const auto found = std::ranges::lower_bound(living_, g, {}, &Living::goroutine);
    return found != living_.end() && found->goroutine == g ? &*found : nullptr;
}

FrameId Evidence::callerServedBy(GoroutineIndex readLoop) const {
    const auto found = callers_.find(readLoop.value);
    return found != callers_.end() ? found->second : FrameId{};
}

} // namespace waitscope
