// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/waits_report.h"

#include "model/build/side_by_side.h"
#include "model/report/frame_json.h"
#include "model/report/holdups.h"
#include "model/report/identity_json.h"
#include "model/report/span_text.h"
#include "model/report/warning_lines.h"

#include <array>
#include <charconv>
#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

namespace waitscope {

namespace {

using Json = nlohmann::json;

template <class T> Json jsonOf(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
}

Json wakerJson(const Trace& trace, const RowWaker& waker) {
    return {{"site", frameJson(trace, waker.site)},
            {"how", nameOf(waker.how)},
            {"count", waker.count},
            {"total_ns", waker.total}};
}

Json goroutineJson(const TraceFacts& facts, GoroutineIndex g) {
    const Trace& trace = *facts.trace;
    const bool before = trace.preExisting(g);
    const Waker creator = trace.creator(g);
    const TimeRange life = trace.lifetime(g);
    return {{"id", trace.goroutines.id(g)},
            {"function", trace.function(g)},
            {"created_at", frameJson(trace, facts.waits.siteOf(trace.creationStack(g)))},
            {"created_by", creator.isGoroutine() ? Json(trace.goroutines.id(creator.goroutine())) : Json()},
            {"start_ns", life.begin},
            {"end_ns", trace.aliveAtEnd(g) ? Json() : Json(life.end)},
            {"before_trace", before}};
}

Json rootCausesJson(const Trace& trace, const WaitRow& row) {
    if (!row.rootCauses)
        return nullptr;
    Json causes = Json::array();
    for (const RootCause& cause : row.rootCauses->causes)
        causes.push_back({{"site", frameJson(trace, cause.site)},
                          {"state", nameOf(cause.state)},
                          {"percent", jsonOf(row.rootCauses->percent(cause))},
                          {"total_ns", cause.time}});
    return causes;
}

/// How many of the row's finished waits were looked at, where not all were.
Json sampleJson(const WaitRow& row) {
    if (!row.rootCauses || row.rootCauses->sampled == row.rootCauses->waits)
        return nullptr;
    return {{"waits", row.rootCauses->sampled}, {"of", row.rootCauses->waits}, {"seed", BlockerWalk::sampleSeed}};
}

/// Who may hold the lock of open waits: goroutines that are, at the end, in the same function behind its Lock.
Json holdersJson(const TraceFacts& facts, WaitGrouping by, const WaitRow& row) {
    if (by != WaitGrouping::Site || row.open == 0 || !isLock(row.primitive))
        return nullptr;
    Json holders = Json::array();
    for (const CandidateHolder& holder : candidateHolders(facts, row.primitive, row.site))
        holders.push_back({{"site", frameJson(*facts.trace, holder.frame)},
                           {"primitive", nameOf(holder.primitive)},
                           {"goroutines", holder.goroutines},
                           {"certainty", "strong inference"},
                           {"stack", stackJson(*facts.trace, holder.stack)}});
    return holders;
}

Json rowJson(const TraceFacts& facts, const WaitTable& table, const WaitRow& row) {
    const Trace& trace = *facts.trace;
    Json wakers = Json::array();
    for (const RowWaker& waker : row.wakers)
        wakers.push_back(wakerJson(trace, waker));
    Json out{{"primitive", nameOf(row.primitive)},
             {"detail", row.detail.empty() ? Json() : Json(row.detail)},
             {"idle", row.idiom.empty() ? Json() : Json(row.idiom)},
             {"site", frameJson(trace, row.site)},
             {"stack", stackJson(trace, row.stack)},
             {"goroutines", row.goroutines},
             {"total_ns", row.total()},
             {"share_percent", jsonOf(table.sharePercent(row))},
             {"concurrency", jsonOf(table.concurrency(row))},
             {"finished", row.finished},
             {"finished_ns", row.finishedTime},
             {"open", row.open},
             {"open_ns", row.openTime},
             {"oldest_open_ns", jsonOf(row.oldestOpen)},
             {"p50_ns", jsonOf(row.p50)},
             {"p95_ns", jsonOf(row.p95)},
             {"p99_ns", jsonOf(row.p99)},
             {"max_ns", jsonOf(row.max)},
             {"peak_blocked", row.peakBlocked},
             {"blocked_at_end", row.blockedAtEnd},
             {"before_trace", row.beforeTrace},
             {"root_causes", rootCausesJson(trace, row)},
             {"root_causes_sample", sampleJson(row)},
             {"candidate_holders", holdersJson(facts, table.by, row)},
             {"wakers", std::move(wakers)}};
    if (table.by == WaitGrouping::Goroutine)
        out["goroutine"] = goroutineJson(facts, row.key.goroutine);
    if (table.by == WaitGrouping::Function)
        out["function"] = row.key.function.known() ? Json(trace.text(row.key.function)) : Json();
    if (table.by == WaitGrouping::Task || table.by == WaitGrouping::Region)
        out[std::string(nameOf(table.by))] = row.key.annotation ? Json(trace.text(*row.key.annotation)) : Json();
    if (table.by == WaitGrouping::Waker)
        out["waker"] = row.key.waker
                           ? Json{{"site", frameJson(trace, row.key.waker->site)}, {"how", nameOf(row.key.waker->how)}}
                           : Json();
    return out;
}

/// One line of CSV.
class Line {
  public:
    explicit Line(std::string& out) : out_(out) {}
    ~Line() { out_ += '\n'; }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    void add(std::string_view text) {
        separate();
        if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
            out_ += text;
            return;
        }
        out_ += '"';
        for (const char c : text) {
            if (c == '"')
                out_ += '"';
            out_ += c;
        }
        out_ += '"';
    }
    template <class Number> void addNumber(Number value) {
        // Not printf: its decimal point follows the locale.
        std::array<char, 32> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
        add(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
    }
    template <class Number> void addNumber(const std::optional<Number>& value) {
        if (value)
            addNumber(*value);
        else
            add("");
    }
    /// Function, file and line.
    void addFrame(const Trace& trace, FrameId id) {
        const Frame& frame = trace.frame(id);
        add(trace.text(frame.function));
        add(trace.text(frame.file));
        addNumber(id.known() ? std::optional(frame.line) : std::nullopt);
    }

  private:
    void separate() {
        if (!first_)
            out_ += ',';
        first_ = false;
    }
    std::string& out_;
    bool first_ = true;
};

std::vector<std::string_view> columnNames(WaitGrouping by) {
    std::vector<std::string_view> names;
    const auto add = [&](std::initializer_list<std::string_view> more) { names.insert(names.end(), more); };
    switch (by) {
    case WaitGrouping::Goroutine:
        add({"goroutine", "goroutine_function", "created_at_function", "created_at_file", "created_at_line",
             "created_by", "start_ns", "end_ns", "goroutine_before_trace"});
        break;
    case WaitGrouping::Function:
        add({"goroutine_function"});
        break;
    case WaitGrouping::Waker:
        add({"waker_how", "waker_function", "waker_file", "waker_line"});
        break;
    case WaitGrouping::Task:
        add({"task"});
        break;
    case WaitGrouping::Region:
        add({"region"});
        break;
    case WaitGrouping::Site:
    case WaitGrouping::Primitive:
        break;
    }
    add({"primitive", "detail", "idle"});
    if (by != WaitGrouping::Primitive)
        add({"function", "file", "line"});
    add({"goroutines",     "total_ns",       "share_percent",  "concurrency",  "finished",      "finished_ns",
         "open",           "open_ns",        "oldest_open_ns", "p50_ns",       "p95_ns",        "p99_ns",
         "max_ns",         "peak_blocked",   "blocked_at_end", "before_trace", "top_waker_how", "top_waker_function",
         "top_waker_file", "top_waker_line", "top_waker_count"});
    return names;
}

void addKey(Line& line, const TraceFacts& facts, WaitGrouping by, const WaitRow& row) {
    const Trace& trace = *facts.trace;
    if (by == WaitGrouping::Goroutine) {
        const GoroutineIndex g = row.key.goroutine;
        const Waker creator = trace.creator(g);
        const TimeRange life = trace.lifetime(g);
        line.addNumber(trace.goroutines.id(g));
        line.add(trace.function(g));
        line.addFrame(trace, facts.waits.siteOf(trace.creationStack(g)));
        line.addNumber(creator.isGoroutine() ? std::optional(trace.goroutines.id(creator.goroutine())) : std::nullopt);
        line.addNumber(life.begin);
        line.addNumber(trace.aliveAtEnd(g) ? std::nullopt : std::optional(life.end));
        line.add(trace.preExisting(g) ? "true" : "false");
    } else if (by == WaitGrouping::Function) {
        line.add(trace.text(row.key.function));
    } else if (by == WaitGrouping::Task || by == WaitGrouping::Region) {
        line.add(row.key.annotation ? trace.text(*row.key.annotation) : "");
    } else if (by == WaitGrouping::Waker) {
        line.add(row.key.waker ? nameOf(row.key.waker->how) : "");
        line.addFrame(trace, row.key.waker ? row.key.waker->site : FrameId{});
    }
}

} // namespace

namespace {

/// What is said of the program as a whole beside the rows: keys of the document, to be computed in any order.
std::vector<std::pair<const char*, std::function<Json()>>> besides(const TraceFacts& facts, TimeRange range,
                                                                   WaitGrouping by, bool runtimeGoroutines) {
    const Trace& trace = *facts.trace;
    std::vector<std::pair<const char*, std::function<Json()>>> keys{
        {"waker_graph", [&facts, &trace, range] { return wakerGraphJson(trace, wakerGraph(facts, range)); }},
        {"scheduler", [&facts, range] { return schedulerJson(schedulerLatency(facts, range)); }},
        {"minimum_mutator_utilization", [&facts] { return utilizationJson(facts); }},
        {"collector", [&facts, range] { return collectorJson(collectorCost(facts, range), range); }}};
    if (by == WaitGrouping::Function)
        keys.emplace_back("functions", [&facts, &trace, range, runtimeGoroutines] {
            return functionTimesJson(trace, functionTimes(facts, range, runtimeGoroutines));
        });
    if (by == WaitGrouping::Task)
        keys.emplace_back("tasks", [&facts, &trace, range] { return workTimesJson(trace, taskTimes(facts, range)); });
    if (by == WaitGrouping::Region)
        keys.emplace_back("regions",
                          [&facts, &trace, range] { return workTimesJson(trace, regionTimes(facts, range)); });
    return keys;
}

} // namespace

std::string waitsJson(const TraceFacts& facts, const WaitTableOptions& options) {
    const auto keys = besides(facts, options.range, options.by, options.runtimeGoroutines);
    std::vector<Json> values(keys.size());
    WaitTable table;
    // The table takes longest.
    sideBySide(keys.size() + 1, threadsByDefault(), [&](std::size_t i) {
        if (i == 0)
            table = computeWaitTable(facts, options);
        else
            values[i - 1] = keys[i - 1].second();
    });
    Json out = documentJson(*facts.trace);
    for (std::size_t i = 0; i < keys.size(); ++i)
        out[keys[i].first] = std::move(values[i]);
    out["range_ns"] = {table.range.begin, table.range.end};
    out["goroutine_time_ns"] = table.goroutineTime;
    out["by"] = nameOf(table.by);
    out["runtime_goroutines"] = {{"waits", table.runtimeWaits}, {"total_ns", table.runtimeTime}};
    Json rows = Json::array();
    for (const WaitRow& row : table.rows)
        rows.push_back(rowJson(facts, table, row));
    out["rows"] = std::move(rows);
    return printed(out);
}

std::string rowGoroutinesJson(const TraceFacts& facts, const WaitTable& table, const WaitRow& row,
                              const std::vector<WaitingGoroutine>& goroutines) {
    const Trace& trace = *facts.trace;
    Json out = documentJson(trace);
    out["range_ns"] = {table.range.begin, table.range.end};
    out["by"] = nameOf(table.by);
    out["row"] = rowJson(facts, table, row);
    Json list = Json::array();
    for (const WaitingGoroutine& waiting : goroutines) {
        const WaitClass& wait = facts.waits.of(trace, waiting.wait);
        const WakeUp wakeUp = waiting.open ? WakeUp{} : wakeUpAfter(facts, waiting.wait);
        const bool woken = !waiting.open && wait.primitive != Primitive::Syscall;
        list.push_back({{"goroutine", goroutineJson(facts, waiting.goroutine)},
                        {"primitive", nameOf(wait.primitive)},
                        {"since_ns", waiting.since},
                        {"length_ns", waiting.length},
                        {"open", waiting.open},
                        {"before_trace", waiting.beforeTrace},
                        {"waits", waiting.waits},
                        {"total_ns", waiting.total},
                        {"state", goroutineSentence(facts, waiting.goroutine)},
                        {"label", waiting.label.known() ? Json(trace.text(waiting.label)) : Json()},
                        {"woken_by",
                         woken ? Json{{"how", nameOf(wakeUp.how)},
                                      {"goroutine",
                                       wakeUp.goroutine.known() ? Json(trace.goroutines.id(wakeUp.goroutine)) : Json()},
                                      {"stack", stackJson(trace, wakeUp.stack)}}
                               : Json()},
                        {"stack", stackJson(trace, wait.stack)}});
    }
    out["goroutines"] = std::move(list);
    return printed(out);
}

std::string waitsCsv(const TraceFacts& facts, const WaitTable& table) {
    const Trace& trace = *facts.trace;
    std::string out = warningLines(trace);
    {
        Line names(out);
        for (const std::string_view name : columnNames(table.by))
            names.add(name);
    }
    for (const WaitRow& row : table.rows) {
        Line line(out);
        addKey(line, facts, table.by, row);
        line.add(nameOf(row.primitive));
        line.add(row.detail);
        line.add(row.idiom);
        if (table.by != WaitGrouping::Primitive)
            line.addFrame(trace, row.site);
        line.addNumber(row.goroutines);
        line.addNumber(row.total());
        line.addNumber(table.sharePercent(row));
        line.addNumber(table.concurrency(row));
        line.addNumber(row.finished);
        line.addNumber(row.finishedTime);
        line.addNumber(row.open);
        line.addNumber(row.openTime);
        line.addNumber(row.oldestOpen);
        line.addNumber(row.p50);
        line.addNumber(row.p95);
        line.addNumber(row.p99);
        line.addNumber(row.max);
        line.addNumber(row.peakBlocked);
        line.addNumber(row.blockedAtEnd);
        line.addNumber(row.beforeTrace);
        const RowWaker* top = row.wakers.empty() ? nullptr : &row.wakers.front();
        line.add(top != nullptr ? nameOf(top->how) : "");
        line.addFrame(trace, top != nullptr ? top->site : FrameId{});
        line.addNumber(top != nullptr ? std::optional(top->count) : std::nullopt);
    }
    return out;
}

} // namespace waitscope
