// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/stats.h"

#include "model/build/side_by_side.h"
#include "model/report/identity_json.h"
#include "model/report/text.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace waitscope {

namespace {

using Json = nlohmann::json; // an ordered map: keys come out sorted

constexpr std::array<const char*, goroutineStateCount> stateNames{"Unknown", "Runnable", "Running",   "Waiting",
                                                                  "Syscall", "NotExist", "StillAlive"};
constexpr std::array<const char*, 3> procStateNames{"Unknown", "Running", "Idle"};
constexpr int firstV2 = 22;
constexpr auto waiting = static_cast<std::size_t>(GoroutineState::Waiting);
constexpr std::size_t notExist = static_cast<std::size_t>(GoroutineState::Ended);

struct WaitSum {
    std::uint64_t finished = 0;
    std::uint64_t open = 0;
    std::uint64_t wokenByGoroutine = 0;
    Time finishedTime = 0;
    Time openTime = 0;

    void add(const WaitSum& other) {
        finished += other.finished;
        open += other.open;
        wokenByGoroutine += other.wokenByGoroutine;
        finishedTime += other.finishedTime;
        openTime += other.openTime;
    }
    [[nodiscard]] Json json() const {
        return {{"finished", finished},
                {"finished_ns", finishedTime},
                {"open", open},
                {"open_ns", openTime},
                {"woken_by_goroutine", wokenByGoroutine}};
    }
};

// Sums of waits by kind and stack: for each stack a chain of the few kinds that occur with it.
class WaitSums {
  public:
    struct Entry {
        SpanKindId kind = 0;
        StackId stack;
        std::uint32_t next = nowhere;
        WaitSum sum;
    };
    explicit WaitSums(std::size_t stacks) : first_(stacks, nowhere) {}

    void add(const WaitSums& other) {
        for (const Entry& entry : other.entries_)
            of(entry.kind, entry.stack).add(entry.sum);
    }

    WaitSum& of(SpanKindId kind, StackId stack) {
        std::uint32_t* link = &first_[stack.value];
        while (*link != nowhere && entries_[*link].kind != kind)
            link = &entries_[*link].next;
        if (*link == nowhere) {
            *link = static_cast<std::uint32_t>(entries_.size());
            entries_.push_back({.kind = kind, .stack = stack});
            return entries_.back().sum;
        }
        return entries_[*link].sum;
    }
    [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

  private:
    std::vector<std::uint32_t> first_;
    std::vector<Entry> entries_;
};

// What the reference calls the reason of a wait.
std::string reasonText(const Trace& trace, const SpanKind& kind) {
    if (kind.origin == SpanOrigin::BeforeTrace)
        return "(before the trace)";
    if (kind.origin == SpanOrigin::Created)
        return "(created blocked)";
    return std::string(trace.text(kind.reason));
}

// The function as the reference names it. One that a C thread brought along has none. For a goroutine from before the
// trace it knows only stacks of its own events, not the entry function that v1 files give; and where the first such
// stack has only an empty frame (Go up to 1.24 writes those), the name is empty.
std::string_view functionInReference(const Trace& trace, GoroutineIndex g) {
    const SpanRange own = trace.goroutines.spans(g);
    if (!trace.preExisting(g) && trace.spans.state(trace.firstSpan(g)) == GoroutineState::Syscall)
        return "(unknown)";
    for (std::uint32_t s = own.begin; trace.preExisting(g) && s < own.end; ++s) {
        const SpanKind& kind = trace.spans.kind({s});
        if (kind.state == GoroutineState::Runnable && kind.origin != SpanOrigin::Event &&
            kind.origin != SpanOrigin::BeforeTrace)
            continue; // the stack is another's
        if (const auto frames = trace.stacks[trace.spans.stack({s})]; !frames.empty())
            return frames.back().known() ? trace.text(trace.frame(frames.back()).function) : std::string_view();
    }
    const bool namedByCreation = trace.preExisting(g) && trace.formatVersion < firstV2;
    return namedByCreation ? std::string_view("(unknown)") : trace.function(g);
}

class Counts {
  public:
    /// Of the goroutines from `begin` until before `end`.
    Counts(const Trace& trace, std::uint32_t begin, std::uint32_t end) : trace_(trace), waits_(trace.stacks.size()) {
        std::vector<std::uint64_t> byEntry(trace.stacks.frameCount());
        for (std::uint32_t g = begin; g < end; ++g)
            addGoroutine({g}, byEntry);
        for (std::size_t frame = 0; frame < byEntry.size(); ++frame)
            if (byEntry[frame] != 0)
                byFunction_[trace.functionOf({static_cast<std::uint32_t>(frame)})] += byEntry[frame];
    }
    void add(const Counts& other);
    void write(Json& out) const;

  private:
    /// `byEntry` counts goroutines by the frame that names them, those of which the reference says the same as we.
    void addGoroutine(GoroutineIndex g, std::vector<std::uint64_t>& byEntry);
    [[nodiscard]] Json waitsByStack() const;

    using Transitions = std::array<std::array<std::uint64_t, goroutineStateCount>, goroutineStateCount>;
    const Trace& trace_;
    WaitSums waits_;
    Transitions transitions_{};
    std::array<Time, goroutineStateCount> stateTime_{};
    std::uint64_t created_ = 0, ended_ = 0, preExisting_ = 0, alive_ = 0;
    std::vector<std::int64_t> reusable_; ///< ids
    std::map<std::string_view, std::uint64_t> byFunction_, openByFunction_;
};

void Counts::add(const Counts& other) {
    waits_.add(other.waits_);
    for (std::size_t from = 0; from < goroutineStateCount; ++from) {
        stateTime_[from] += other.stateTime_[from];
        for (std::size_t to = 0; to < goroutineStateCount; ++to)
            transitions_[from][to] += other.transitions_[from][to];
    }
    created_ += other.created_;
    ended_ += other.ended_;
    preExisting_ += other.preExisting_;
    alive_ += other.alive_;
    reusable_.insert(reusable_.end(), other.reusable_.begin(), other.reusable_.end());
    for (const auto& [function, count] : other.byFunction_)
        byFunction_[function] += count;
    for (const auto& [function, count] : other.openByFunction_)
        openByFunction_[function] += count;
}

// Counted on all cores.
Counts countsOf(const Trace& trace) {
    const unsigned threads = threadsByDefault();
    const unsigned pieces = 4 * threads; // some goroutines have more spans than others
    const auto count = static_cast<std::uint64_t>(trace.goroutines.size());
    std::vector<std::optional<Counts>> counted(pieces);
    sideBySide(pieces, threads, [&](std::size_t i) {
        counted[i].emplace(trace, static_cast<std::uint32_t>(count * i / pieces),
                           static_cast<std::uint32_t>(count * (i + 1) / pieces));
    });
    for (std::size_t i = 1; i < pieces; ++i)
        counted[0]->add(*counted[i]);
    return std::move(*counted[0]);
}

void Counts::addGoroutine(GoroutineIndex g, std::vector<std::uint64_t>& byEntry) {
    const Spans& spans = trace_.spans;
    const SpanRange own = trace_.goroutines.spans(g);
    const bool alive = trace_.aliveAtEnd(g);
    const bool preExisting = trace_.preExisting(g);
    (preExisting ? preExisting_ : created_) += 1;
    (alive ? alive_ : ended_) += 1;
    // Only cgo callbacks reuse an id: they are born in a system call, or were there before the trace.
    if (preExisting || spans.state({own.begin}) == GoroutineState::Syscall) {
        reusable_.push_back(trace_.goroutines.id(g));
        ++byFunction_[functionInReference(trace_, g)];
    } else {
        ++byEntry[trace_.goroutines.entry(g).value];
    }
    std::size_t from = preExisting ? static_cast<std::size_t>(GoroutineState::Unknown) : notExist;
    const SpanKindId* const kinds = &spans.kinds[own.begin];
    Time begin = spans.starts[own.begin];
    spans.starts.takeEach(own.begin + 1, own.size(), [&](std::size_t n, Time end) {
        const Time length = end - std::exchange(begin, end);
        const auto state = static_cast<std::size_t>(spans.stateOfKind[kinds[n]]);
        ++transitions_[std::exchange(from, state)][state];
        stateTime_[state] += length;
        if (state != waiting)
            return;
        const auto row = own.begin + static_cast<std::uint32_t>(n);
        WaitSum& sum = waits_.of(kinds[n], {spans.stacks[row]});
        if (row + 1 == own.end && alive) {
            ++sum.open;
            sum.openTime += length;
            ++openByFunction_[functionInReference(trace_, g)];
        } else {
            ++sum.finished;
            sum.finishedTime += length;
            sum.wokenByGoroutine += row + 1 < own.end && spans.waker({row + 1}).isGoroutine() ? 1 : 0;
        }
    });
    if (!alive)
        ++transitions_[from][notExist];
}

Json Counts::waitsByStack() const {
    using Key = std::pair<std::string, std::vector<std::string_view>>;
    std::map<Key, WaitSum> byName;
    for (const WaitSums::Entry& entry : waits_.entries()) {
        Key key{reasonText(trace_, trace_.spans.kindTable[entry.kind]), {}};
        for (const FrameId frame : trace_.stacks[entry.stack])
            key.second.push_back(trace_.text(trace_.frame(frame).function));
        byName[std::move(key)].add(entry.sum);
    }
    std::vector<std::pair<const Key*, const WaitSum*>> rows;
    rows.reserve(byName.size());
    for (const auto& [key, sum] : byName)
        rows.emplace_back(&key, &sum);
    std::ranges::stable_sort(rows, std::greater<>(),
                             [](const auto& row) { return row.second->finishedTime + row.second->openTime; });
    constexpr std::size_t mostRows = 40;
    Json out = Json::array();
    for (std::size_t i = 0; i < std::min(rows.size(), mostRows); ++i) {
        Json row = rows[i].second->json();
        row["reason"] = rows[i].first->first;
        row["stack"] = rows[i].first->second;
        out.push_back(std::move(row));
    }
    return out;
}

void Counts::write(Json& out) const {
    std::vector<std::int64_t> reusable = reusable_;
    std::ranges::sort(reusable);
    const auto repeated = static_cast<std::uint64_t>(reusable.end() - std::unique(reusable.begin(), reusable.end()));
    const std::uint64_t distinct = trace_.goroutines.size() - repeated;
    out["goroutines"] = {{"seen", distinct},
                         {"created", created_},
                         {"ended", ended_},
                         {"pre_existing", preExisting_},
                         {"alive_at_end", alive_}};
    out["goroutines_by_function"] = byFunction_;
    out["open_waits_by_function"] = openByFunction_;
    Json transitions = Json::object();
    for (std::size_t from = 1; from < goroutineStateCount; ++from)
        for (std::size_t to = 0; to < goroutineStateCount; ++to)
            if (transitions_[from][to] != 0)
                transitions[std::string(stateNames[from]) + "->" + stateNames[to]] = transitions_[from][to];
    out["goroutine_transitions"] = std::move(transitions);
    Json times = Json::object();
    for (std::size_t state = 0; state < notExist; ++state)
        if (stateTime_[state] != 0)
            times[stateNames[state]] = stateTime_[state];
    out["goroutine_state_ns"] = std::move(times);
    std::map<std::string, WaitSum> byReason;
    for (const WaitSums::Entry& entry : waits_.entries())
        byReason[reasonText(trace_, trace_.spans.kindTable[entry.kind])].add(entry.sum);
    Json reasons = Json::object();
    for (const auto& [reason, sum] : byReason)
        reasons[reason] = sum.json();
    out["waits_by_reason"] = std::move(reasons);
    out["waits_by_stack"] = waitsByStack();
}

void writeProcessors(const Trace& trace, Json& out) {
    Json transitions = Json::object();
    Json times = Json::object();
    const auto count = [](Json& object, const std::string& key, std::int64_t n) {
        object[key] = object.value(key, std::int64_t{0}) + n;
    };
    for (const Processor& processor : trace.processors)
        for (std::size_t i = 0; i < processor.spans.size(); ++i) {
            const ProcSpan& span = processor.spans[i];
            const Time end = i + 1 < processor.spans.size() ? processor.spans[i + 1].start : trace.duration;
            const std::string state = procStateNames[static_cast<std::size_t>(span.state)];
            count(times, state, end - span.start);
            if (i > 0)
                count(transitions,
                      procStateNames[static_cast<std::size_t>(processor.spans[i - 1].state)] + ("->" + state), 1);
            else if (!span.beforeTrace)
                count(transitions, "NotExist->" + state, 1);
        }
    out["proc_transitions"] = std::move(transitions);
    out["proc_state_ns"] = std::move(times);
}

struct RangeSum {
    std::uint64_t count = 0;
    std::uint64_t open = 0;
    Time total = 0;
    void add(bool isOpen, Time length) {
        (isOpen ? open : count) += 1;
        total += isOpen ? 0 : length;
    }
    void add(const RangeSum& other) {
        count += other.count;
        open += other.open;
        total += other.total;
    }
};

Json jsonOf(const std::map<std::string_view, RangeSum>& sums) {
    Json out = Json::object();
    for (const auto& [name, sum] : sums)
        out[std::string(name)] = {{"count", sum.count}, {"open", sum.open}, {"total_ns", sum.total}};
    return out;
}

// By type. Counted on all cores.
std::vector<RangeSum> regionSums(const Trace& trace) {
    const unsigned pieces = threadsByDefault();
    std::vector<std::vector<RangeSum>> sums(pieces);
    sideBySide(pieces, pieces, [&](std::size_t i) {
        sums[i].resize(trace.strings.size());
        const Regions& regions = trace.regions;
        const std::size_t end = regions.size() * (i + 1) / pieces;
        for (std::size_t row = regions.size() * i / pieces; row < end; ++row)
            sums[i][regions.type(row).value].add(regions.isOpen(row), regions.range(row).length());
    });
    for (std::size_t i = 1; i < pieces; ++i)
        for (std::size_t type = 0; type < sums[i].size(); ++type)
            sums[0][type].add(sums[i][type]);
    return std::move(sums[0]);
}

void writeAnnotations(const Trace& trace, Json& out) {
    std::map<std::string_view, RangeSum> ranges, regions;
    for (const RuntimeRange& range : trace.ranges)
        ranges[trace.text(range.name)].add(range.open, range.range.length());
    const std::vector<RangeSum> byType = regionSums(trace);
    for (std::uint32_t type = 0; type < byType.size(); ++type)
        if (byType[type].count + byType[type].open != 0)
            regions[trace.text(StringId{type})].add(byType[type]);
    out["ranges"] = jsonOf(ranges);
    out["regions"] = jsonOf(regions);
    Json metrics = Json::object();
    for (const Metric& metric : trace.metrics) {
        const auto& samples = metric.samples;
        metrics[std::string(trace.text(metric.name))] = {
            {"count", samples.size()},
            {"first", samples.front().value},
            {"last", samples.back().value},
            {"max", std::ranges::max_element(samples, {}, &MetricSample::value)->value}};
    }
    out["metrics"] = std::move(metrics);
    out["tasks"] = {{"begun", trace.tasks.begunCount()}, {"ended", trace.tasks.endedCount()}};
    Json logs = Json::object();
    for (const Log& log : trace.logs) {
        Json& n = logs[std::string(trace.text(log.category))];
        n = n.is_null() ? 1 : n.get<std::uint64_t>() + 1;
    }
    out["logs"] = std::move(logs);
    out["labels"] = trace.labels.size();
    out["cpu_samples"] = trace.cpuSamples.size();
}

} // namespace

std::string statsJson(const Trace& trace) {
    Json out = documentJson(trace);
    out["complete"] = trace.report.complete;
    if (!trace.report.complete)
        out["error"] = trace.report.error;
    out["duration_ns"] = trace.duration;
    out["generations"] = trace.syncs;
    countsOf(trace).write(out);
    writeProcessors(trace, out);
    writeAnnotations(trace, out);
    return printed(out);
}

std::string statsText(const Trace& trace) {
    std::uint64_t alive = 0;
    std::uint64_t blocked = 0;
    std::uint64_t before = 0;
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
        const bool live = trace.aliveAtEnd({g});
        alive += live ? 1 : 0;
        blocked += live && trace.spans.state(trace.lastSpan({g})) == GoroutineState::Waiting ? 1 : 0;
        before += trace.preExisting({g}) ? 1 : 0;
    }
    std::string text;
    const auto line = [&](std::string_view name, const std::string& value) {
        text += std::string(name) + std::string(22 - std::min<std::size_t>(name.size(), 21), ' ') + value + "\n";
    };
    line("file", trace.identity.fileName);
    line("format", trace.identity.format);
    line("complete", trace.report.complete ? "yes" : "no: " + trace.report.error);
    for (const UnknownThing& thing : trace.report.unknown)
        line("unknown " + std::string(nameOf(thing.kind)), thing.name + " (" + countText(thing.count) + ")");
    line("duration", durationText(trace.duration));
    line("events", countText(trace.report.events));
    line("goroutines", countText(trace.goroutines.size()));
    line("  from before", countText(before));
    line("  alive at the end", countText(alive));
    line("  waiting at the end", countText(blocked));
    line("processors", countText(trace.processors.size()));
    return text;
}

} // namespace waitscope
