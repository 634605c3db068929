// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/stack/stack_lines.h"

#include "model/inspect/state_times.h"
#include "model/report/span_text.h"
#include "model/report/text.h"
#include "model/waits/longest_wait.h"
#include "model/waits/wake_up.h"

#include <algorithm>
#include <span>

namespace waitscope {

namespace {

using Kind = StackLine::Kind;

constexpr std::size_t mostAncestors = 8;
constexpr std::size_t mostListed = 20;
constexpr std::size_t mostWorks = 5;
constexpr std::size_t mostStacks = 10; // of a site; the goroutines' own stacks show the rest
constexpr std::size_t deepStack = 124; // of Go's 128 frames it may have skipped a few innermost ones

class Description {
  public:
    explicit Description(const TraceFacts& facts) : facts_(facts), trace_(*facts.trace) {}

    void goroutine(GoroutineIndex g) {
        add(Kind::Headline, goroutineSentence(facts_, g));
        if (trace_.aliveAtEnd(g))
            span(g, trace_.lastSpan(g));
        creation(g);
        family(g);
    }

    void spanOf(GoroutineIndex g, SpanIndex s) {
        add(Kind::Headline, spanText(facts_, g, s));
        when(g, s);
        span(g, s);
        creation(g);
    }

    // What a group or a task is, and where its goroutines can be gone to.
    void several(const Selection& selection) {
        add(Kind::Headline, selectionText(facts_, selection));
        const std::vector<GoroutineIndex> members = goroutinesOf(facts_, selection);
        if (const auto* const task = std::get_if<TaskSelection>(&selection))
            whatTookLong(members, trace_.tasks.range(task->task.value));
        if (!members.empty())
            list("It is about ", members);
    }

    void site(const SiteSelection& selection) {
        std::vector<const WaitClass*> classes;
        std::string_view detail;
        for (const WaitClass& wait : facts_.waits.all()) {
            if (wait.primitive != selection.primitive || wait.site != selection.site || !wait.stack.known())
                continue;
            classes.push_back(&wait);
            detail = wait.detail;
        }
        add(Kind::Headline, primitiveText(selection.primitive, detail) + " · " + siteText(trace_, selection.site));
        if (classes.empty())
            add(Kind::Note, "The trace holds no stack for these waits. Select one of the goroutines to see why.");
        for (std::size_t i = 0; i < classes.size() && i < mostStacks; ++i) {
            add(Kind::Heading, classes.size() == 1
                                   ? "Blocked at"
                                   : "Blocked at, stack " + countText(i + 1) + " of " + countText(classes.size()));
            stack(classes[i]->stack);
        }
        if (classes.size() > mostStacks)
            add(Kind::Note, countText(classes.size() - mostStacks) + " more. Select a goroutine to see its own stack.");
    }

    std::vector<StackLine> take() { return std::move(lines_); }

  private:
    void add(Kind kind, std::string text, GoroutineIndex g = {}) {
        lines_.push_back({.kind = kind, .text = std::move(text), .goroutine = g});
    }
    // Of what that goroutine did at `t`.
    void add(Kind kind, std::string text, GoroutineIndex g, Time t) {
        add(kind, std::move(text), g);
        lines_.back().span = trace_.spanAt(g, t);
    }

    void stack(StackId id) {
        const FrameId site = facts_.waits.siteOf(id);
        bool siteSeen = false;
        const auto frames = trace_.stacks[id];
        for (std::size_t i = 0; i < frames.size(); ++i) {
            const FrameId f = frames[i];
            const Frame& frame = trace_.frame(f);
            // An inlined call has the pc of the call it was put into.
            const bool inlined = frame.pc != 0 && i + 1 < frames.size() && trace_.frame(frames[i + 1]).pc == frame.pc;
            const Frame& own = trace_.frame(site);
            // A site stands for all frames of its line.
            const bool isSite =
                !siteSeen && frame.function == own.function && frame.file == own.file && frame.line == own.line;
            siteSeen |= isSite;
            lines_.push_back({.kind = facts_.waits.isLibrary(f) ? Kind::LibraryFrame : Kind::Frame,
                              .text = functionText(trace_, f),
                              .place = placeText(trace_, f),
                              .fullText = std::string(trace_.text(frame.function)),
                              .fullPlace = fullPlaceText(trace_, f),
                              .site = isSite,
                              .frame = f,
                              .inlined = inlined});
        }
        if (frames.size() >= deepStack)
            add(Kind::Note, "Go records at most 128 frames: the outer end of this stack may be missing.");
    }

    // Why a task was slow: where the time of its goroutines went, and the wait that took most of it.
    void whatTookLong(std::span<const GoroutineIndex> members, TimeRange range) {
        std::string times;
        for (const StateTime& state : stateTimesOf(facts_, members, range).states)
            times += (times.empty() ? "" : " · ") + textOf(state.what) + " " + durationText(state.total);
        if (!times.empty())
            add(Kind::Note, times);
        const SpanIndex wait = longestWaitOf(facts_, members, range);
        if (!wait.known())
            return;
        add(Kind::Heading, "Longest wait, " + durationText(trace_.spans.range(wait).clippedTo(range).length()) + " of",
            trace_.ownerOf(wait));
        lines_.back().span = wait;
        span(trace_.ownerOf(wait), wait);
    }

    void stackOrNote(StackId id, const std::string& note) {
        if (trace_.stacks[id].empty())
            add(Kind::Note, note);
        else
            stack(id);
    }

    void span(GoroutineIndex g, SpanIndex s) {
        const GoroutineState state = trace_.spans.state(s);
        const StackId own = trace_.spans.stack(s);
        runtimeWork(g, s);
        switch (state) {
        case GoroutineState::Waiting:
        case GoroutineState::Syscall:
            add(Kind::Heading, state == GoroutineState::Waiting ? "Blocked at" : "System call entered at");
            stackOrNote(own, missingStackText(facts_, s));
            if (const std::string held = heldProcessorText(trace_, s); !held.empty())
                add(Kind::Note, held);
            if (trace_.isOpen(g, s)) {
                add(Kind::Heading, state == GoroutineState::Waiting ? "Not woken" : "Not returned");
                add(Kind::Note, "Still open when the trace ends. What happens later the trace cannot show.");
            } else if (state == GoroutineState::Waiting) {
                wakeUp(s);
            }
            break;
        case GoroutineState::Runnable:
            runnable(s, own);
            break;
        case GoroutineState::Running:
        case GoroutineState::Unknown:
            add(Kind::Note, missingStackText(facts_, s));
            break;
        case GoroutineState::Ended:
        case GoroutineState::StillAlive:
            break;
        }
    }

    // Exactly, and by the clock, which logs of the service have too.
    void when(GoroutineIndex g, SpanIndex s) {
        const TimeRange range = trace_.spans.range(s);
        const bool older = trace_.spans.kind(s).origin == SpanOrigin::BeforeTrace;
        add(Kind::Note, "From " + (older ? "before the trace" : exactDurationText(range.begin)) + " to " +
                            (trace_.isOpen(g, s) ? "the end of the trace, " : exactDurationText(range.end) + ", ") +
                            (older ? "at least " : "") + exactDurationText(range.length()) + " long.");
        if (trace_.wallClock && !older)
            add(Kind::Note, "It began at " + rfc3339(trace_.wallClock->unixNanosecondsAtStart + range.begin) + ".");
    }

    // What the goroutine did for the runtime meanwhile: GC assists, sweeps.
    void runtimeWork(GoroutineIndex g, SpanIndex s) {
        const TimeRange span = trace_.spans.range(s);
        const auto places = facts_.notes.runtimeWork(g);
        const auto rangeOf = [&](std::uint32_t place) { return trace_.ranges[place].range; };
        auto next =
            std::ranges::upper_bound(places, span.begin, {}, [&](std::uint32_t place) { return rangeOf(place).end; });
        for (std::size_t i = 0; next != places.end() && rangeOf(*next).begin < span.end; ++next, ++i) {
            if (i == mostWorks) {
                add(Kind::Note, "and more work for the runtime");
                break;
            }
            add(Kind::Note, std::string(trace_.text(trace_.ranges[*next].name)) + " for " +
                                durationText(rangeOf(*next).length()) + " from " + durationText(rangeOf(*next).begin));
        }
    }

    void runnable(SpanIndex s, StackId own) {
        if (const std::string idle = idleProcessorsText(trace_, s); !idle.empty())
            add(Kind::Note, idle);
        const SpanOrigin origin = trace_.spans.kind(s).origin;
        if (origin == SpanOrigin::Created) // its creation is told below
            return;
        const Waker waker = trace_.spans.waker(s);
        if (waker.isGoroutine())
            add(Kind::Heading, "Made ready by", waker.goroutine(), trace_.spans.range(s).begin);
        else if (origin == SpanOrigin::Event && !trace_.stacks[own].empty())
            add(Kind::Heading, "Stopped at");
        stackOrNote(own, missingStackText(facts_, s));
    }

    void wakeUp(SpanIndex wait) {
        const WakeUp woken = wakeUpAfter(facts_, wait);
        if (woken.how != WokenBy::Goroutine) {
            add(Kind::Heading, "Woken");
            add(Kind::Note, wakeUpText(facts_, wait, woken));
            return;
        }
        add(Kind::Heading, "Woken by", woken.goroutine, trace_.spans.end(wait));
        stackOrNote(woken.stack, "Go recorded no stack of the goroutine that woke it.");
    }

    void creation(GoroutineIndex g) {
        const Waker creator = trace_.creator(g);
        if (creator.isGoroutine())
            add(Kind::Heading, "Created by", creator.goroutine(), trace_.lifetime(g).begin);
        else
            add(Kind::Heading, "Created");
        stackOrNote(trace_.creationStack(g), missingCreationText(trace_, g));
    }

    // Who created the one that created it, and so on, and whom it created.
    void family(GoroutineIndex g) {
        Waker creator = trace_.creator(g);
        for (std::size_t i = 0; i < mostAncestors && creator.isGoroutine(); ++i) {
            creator = trace_.creator(creator.goroutine());
            if (creator.isGoroutine())
                add(Kind::Note, "which was created by", creator.goroutine());
        }
        std::vector<GoroutineIndex> created;
        for (const std::uint32_t child : facts_.notes.created(g))
            created.push_back({child});
        if (!created.empty())
            list("It created ", created);
    }

    void list(const std::string& what, std::span<const GoroutineIndex> goroutines) {
        add(Kind::Heading,
            what + countText(goroutines.size()) + (goroutines.size() == 1 ? " goroutine" : " goroutines"));
        for (const GoroutineIndex g : goroutines.first(std::min(goroutines.size(), mostListed)))
            add(Kind::Note, trace_.aliveAtEnd(g) ? "alive at the end:" : "ended:", g);
        if (goroutines.size() > mostListed)
            add(Kind::Note, "and " + countText(goroutines.size() - mostListed) + " more");
    }

    const TraceFacts& facts_;
    const Trace& trace_;
    std::vector<StackLine> lines_;
};

} // namespace

std::vector<StackLine> describe(const TraceFacts& facts, const Selection& selection) {
    Description description(facts);
    if (const auto* const g = std::get_if<GoroutineSelection>(&selection))
        description.goroutine(g->goroutine);
    else if (const auto* const s = std::get_if<SpanSelection>(&selection))
        description.spanOf(s->goroutine, s->span);
    else if (const auto* const site = std::get_if<SiteSelection>(&selection))
        description.site(*site);
    else if (!std::holds_alternative<std::monostate>(selection))
        description.several(selection);
    return description.take();
}

std::string plainText(const TraceFacts& facts, const StackLine& line) {
    switch (line.kind) {
    case Kind::Frame:
    case Kind::LibraryFrame:
        return line.fullText + "\n\t" + line.fullPlace + "\n";
    case Kind::Heading:
        return line.text + (line.goroutine.known() ? " " + goroutineText(*facts.trace, line.goroutine) : "") + ":\n";
    case Kind::Note:
        return line.text + (line.goroutine.known() ? " " + goroutineText(*facts.trace, line.goroutine) : "") + "\n";
    case Kind::Headline:
        break;
    }
    return line.text + "\n";
}

std::string plainText(const TraceFacts& facts, const std::vector<StackLine>& lines) {
    std::string text;
    for (const StackLine& line : lines) {
        if (line.kind == Kind::Heading)
            text += "\n";
        text += plainText(facts, line);
    }
    return text;
}

} // namespace waitscope
