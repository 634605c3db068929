// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/why_text.h"

#include "model/report/span_text.h"
#include "model/report/text.h"

namespace waitscope {

std::string_view doingText(BlockerState state) {
    switch (state) {
    case BlockerState::Running:
        return "ran, up to";
    case BlockerState::Runnable:
        return "was ready without a processor, to go on at";
    case BlockerState::Syscall:
        return "was in a system call at";
    case BlockerState::Sleep:
        return "slept at";
    case BlockerState::Timer:
        return "waited for a timer at";
    case BlockerState::Network:
        return "waited for the network at";
    case BlockerState::Waiting:
        return "waited, for what is not recorded, at";
    case BlockerState::NotBorn:
        return "had not been started yet at";
    case BlockerState::Unknown:
        break;
    }
    return "did what is not recorded in";
}

WhyText whyText(const TraceFacts& facts, const Why& why) {
    const Trace& trace = *facts.trace;
    WhyText text;
    if (!why.causes.causes.empty()) {
        const RootCause& first = why.causes.causes.front();
        text.sentence = percentText(why.causes.percent(first).value_or(0)) +
                        " of this waiting happened while a goroutine " + std::string(doingText(first.state)) + " " +
                        siteText(trace, first.site) + ".";
        const bool slow = first.state != BlockerState::Runnable && first.state != BlockerState::Unknown;
        if (why.lock && slow)
            text.sentence += " Move this call out of the locked section.";
        text.doubt = "Derived from the order of wake-ups; who holds a lock is not recorded.";
        if (why.causes.sampled < why.causes.waits)
            text.doubt += " From a sample of " + countText(why.causes.sampled) + " of " + countText(why.causes.waits) +
                          " waits (seed " + std::to_string(BlockerWalk::sampleSeed) + ").";
    }
    if (why.open == 0)
        return text;
    const std::string waits = countText(why.open) + (why.open == 1 ? " wait has" : " waits have");
    if (!text.sentence.empty())
        text.sentence += " ";
    text.sentence += waits + " not ended";
    if (!why.lock) {
        text.sentence += ": nobody has woken " + std::string(why.open == 1 ? "it" : "them") + " in this trace.";
    } else if (why.holders.empty()) {
        text.sentence +=
            ", and no goroutine is in the same function behind the lock: its holder has ended, or holds it "
            "elsewhere. Look for a Lock without Unlock.";
    } else {
        std::uint64_t goroutines = 0;
        for (const CandidateHolder& holder : why.holders)
            goroutines += holder.goroutines;
        text.sentence += "; the lock may be held by " + countText(goroutines) +
                         (goroutines == 1 ? " goroutine that is" : " goroutines that are") +
                         " in the same function behind it, at " + siteText(trace, why.holders.front().frame) + ".";
        text.doubt += (text.doubt.empty() ? "" : " ") + std::string("Inferred from where goroutines are at the end.");
    }
    return text;
}

std::string evidenceText(const TraceFacts& facts, const BlockerStep& step) {
    const Trace& trace = *facts.trace;
    if (!step.woke.known())
        return step.state == BlockerState::Runnable ? "until it ran" : "until it went on";
    return (step.state == BlockerState::NotBorn ? "its wake-up ended the wait of goroutine " : "woke goroutine ") +
           std::to_string(trace.goroutines.id(step.woke)) + " at " + durationText(step.part.end) + " (recorded)";
}

} // namespace waitscope
