// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/wait_profile.h"

#include "model/report/span_text.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace waitscope {

namespace {

/// As `go tool trace` decides: by Go's reason. Waits from before the trace have none; what they are is known from their
/// stack.
bool belongsTo(ProfileKind kind, const Trace& trace, const SpanKind& span, Primitive primitive) {
    const std::string_view reason = trace.text(span.reason);
    const auto names = [&](std::string_view part) { return reason.find(part) != std::string_view::npos; };
    switch (kind) {
    case ProfileKind::Sync: {
        const StateFamily family = familyOf(primitive);
        return span.state == GoroutineState::Waiting && (names("chan") || names("sync") || names("select") ||
                                                         family == StateFamily::Channel || family == StateFamily::Lock);
    }
    case ProfileKind::Network:
        return primitive == Primitive::Network;
    case ProfileKind::Syscall:
        return span.state == GoroutineState::Syscall;
    case ProfileKind::Scheduler:
        return span.state == GoroutineState::Runnable;
    }
    return false;
}

} // namespace

WaitProfile computeWaitProfile(const TraceFacts& facts, ProfileKind kind, TimeRange range, bool runtimeGoroutines) {
    const Trace& trace = *facts.trace;
    using Key = std::tuple<StackId, Seen, Primitive, int, FrameId>;
    std::map<Key, ProfileRecord> records;
    ProfileRecord* last = nullptr; // waits of a goroutine mostly repeat themselves
    Key lastKey;
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
        if (!runtimeGoroutines && facts.waits.isRuntime({g}))
            continue;
        const SpanRange inside = trace.spansIn({g}, range);
        for (std::uint32_t s = inside.begin; s < inside.end; ++s) {
            const std::uint32_t waitClass = facts.waits.indexOf(trace, {s});
            const Primitive primitive = facts.waits.all()[waitClass].primitive;
            const SpanKind& span = trace.spans.kind({s});
            const Time time = trace.spans.range({s}).clippedTo(range).length();
            if (time == 0 || !belongsTo(kind, trace, span, primitive))
                continue;
            const bool open = trace.isOpen({g}, {s});
            const Seen seen = open                                     ? Seen::Open
                              : span.origin == SpanOrigin::BeforeTrace ? Seen::SinceBeforeTrace
                                                                       : Seen::Whole;
            const auto waker = kind == ProfileKind::Scheduler ? std::nullopt : wakerKeyOf(facts, {s}, waitClass, open);
            const StackId stack = trace.spans.stack({s});
            const Key key{stack, seen, primitive, waker ? static_cast<int>(waker->how) : -1,
                          waker ? waker->site : FrameId{}};
            if (last == nullptr || key != lastKey) {
                last = &records.try_emplace(key, ProfileRecord{stack, seen, primitive, waker}).first->second;
                lastKey = key;
            }
            ++last->count;
            last->time += time;
        }
    }
    WaitProfile profile{kind, range, {}};
    for (const auto& [key, record] : records)
        profile.records.push_back(record);
    std::ranges::stable_sort(profile.records, std::ranges::greater{}, &ProfileRecord::time);
    return profile;
}

std::string foldedStacksOf(const TraceFacts& facts, const WaitProfile& profile) {
    const Trace& trace = *facts.trace;
    // Labels have no place in this format: lines of the same frames are one, and a last frame says what is open.
    std::map<std::string, Time> lines;
    for (const ProfileRecord& record : profile.records) {
        std::string line;
        const auto add = [&](std::string_view frame) {
            if (!line.empty())
                line += ';';
            for (const char c : frame) // the two characters that the format gives a meaning
                line += c == ';' || c == '\n' ? ':' : c;
        };
        const auto frames = trace.stacks[record.stack];
        for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame)
            add(trace.text(trace.frame(*frame).function));
        if (frames.empty())
            add("(not recorded)");
        if (record.primitive != Primitive::Unknown)
            add("[" + std::string(nameOf(record.primitive)) + "]");
        if (record.seen == Seen::Open)
            add("[still open]");
        lines[line] += record.time;
    }
    std::string text;
    for (const auto& [line, time] : lines)
        text += line + " " + std::to_string(time) + "\n";
    return text;
}

} // namespace waitscope
