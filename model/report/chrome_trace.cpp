// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/chrome_trace.h"

#include "model/report/span_text.h"
#include "model/waits/wake_up.h"

#include <nlohmann/json.hpp>

namespace waitscope {

namespace {

enum Process : int { Processors = 1, GoroutineRows = 2, WholeProcess = 3 };

/// One event a line, fields in the order of their use.
class Events {
  public:
    Events() { text_ = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n"; }

    Events& begin(const char* phase, int process, std::int64_t row) {
        text_ += first_ ? "{" : ",\n{";
        first_ = false;
        text_ += "\"ph\":\"";
        text_ += phase;
        text_ += "\",\"pid\":" + std::to_string(process) + ",\"tid\":" + std::to_string(row);
        return *this;
    }
    Events& time(const char* key, Time ns) {
        const std::string rest = std::to_string(ns % 1000);
        text_ += ",\"" + std::string(key) + "\":" + std::to_string(ns / 1000) + "." +
                 std::string(3 - rest.size(), '0') + rest;
        return *this;
    }
    Events& word(const char* key, std::string_view value) {
        text_ += ",\"" + std::string(key) + "\":" + quoted(value);
        return *this;
    }
    Events& number(const char* key, std::uint64_t value) {
        text_ += ",\"" + std::string(key) + "\":" + std::to_string(value);
        return *this;
    }
    Events& raw(const char* key, const std::string& json) {
        text_ += ",\"" + std::string(key) + "\":" + json;
        return *this;
    }
    void end() { text_ += "}"; }
    void name(const char* what, int process, std::int64_t row, std::string_view name) {
        begin("M", process, row).word("name", what).raw("args", "{\"name\":" + quoted(name) + "}").end();
    }
    static std::string quoted(std::string_view value) {
        return nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
    std::string finished() {
        text_ += "\n]}\n";
        return std::move(text_);
    }

  private:
    std::string text_;
    bool first_ = true;
};

class Writing {
  public:
    Writing(const TraceFacts& facts, TimeRange range, bool runtimeGoroutines)
        : facts_(facts), trace_(*facts.trace), range_(range), runtimeGoroutines_(runtimeGoroutines) {}

    std::string run() {
        events_.name("process_name", Processors, 0, "Processors");
        events_.name("process_name", GoroutineRows, 0, "Goroutines");
        events_.name("process_name", WholeProcess, 0, "Process");
        for (const Processor& processor : trace_.processors)
            events_.name("thread_name", Processors, processor.id, "P " + std::to_string(processor.id));
        for (std::uint32_t g = 0; g < trace_.goroutines.size(); ++g) {
            writeGoroutine({g}, hasRow({g}) && !trace_.lifetime({g}).clippedTo(range_).empty());
        }
        writeProcess();
        return events_.finished();
    }

  private:
    [[nodiscard]] bool hasRow(GoroutineIndex g) const { return runtimeGoroutines_ || !facts_.waits.isRuntime(g); }

    void writeGoroutine(GoroutineIndex g, bool row) {
        const std::int64_t id = trace_.goroutines.id(g);
        const std::string name = "G" + std::to_string(id) + " " + std::string(trace_.function(g));
        if (row)
            events_.name("thread_name", GoroutineRows, id, name);
        const SpanRange own = trace_.goroutines.spans(g);
        for (std::uint32_t s = own.begin; s < own.end && trace_.spans.start({s}) < range_.end; ++s) {
            const TimeRange part = trace_.spans.range({s}).clippedTo(range_);
            if (part.empty())
                continue;
            if (trace_.spans.state({s}) == GoroutineState::Running) {
                if (const ProcIndex proc = trace_.spans.proc({s}); proc.value < trace_.processors.size())
                    slice(Processors, trace_.processors[proc.value].id, name, part).end();
            }
            if (row)
                writeSpan(g, {s}, part);
        }
    }

    void writeSpan(GoroutineIndex g, SpanIndex s, TimeRange part) {
        const std::int64_t id = trace_.goroutines.id(g);
        const WaitClass& wait = facts_.waits.of(trace_, s);
        const bool waits = facts_.waits.indexOf(trace_, s) != 0;
        slice(GoroutineRows, id, waits ? nameOf(wait.primitive) : nameOf(facts_.waits.familyOf(trace_, s)), part)
            .word("cat", nameOf(facts_.waits.familyOf(trace_, s)));
        if (waits) {
            std::string args = "{\"site\":" + Events::quoted(siteText(trace_, wait.site));
            if (!wait.detail.empty())
                args += ",\"detail\":" + Events::quoted(wait.detail);
            if (trace_.isOpen(g, s))
                args += ",\"open\":true";
            if (trace_.spans.kind(s).origin == SpanOrigin::BeforeTrace)
                args += ",\"before_trace\":true";
            events_.raw("args", args + "}");
        }
        events_.end();
        if (waits && !trace_.isOpen(g, s) && part.end < range_.end)
            writeArrow(g, s, part.end);
    }

    void writeArrow(GoroutineIndex g, SpanIndex wait, Time at) {
        const WakeUp wakeUp = wakeUpAfter(facts_, wait);
        if (wakeUp.how != WokenBy::Goroutine || !hasRow(wakeUp.goroutine)) // an arrow begins in a slice
            return;
        const auto end = [&](const char* phase, GoroutineIndex who, Time when) {
            events_.begin(phase, GoroutineRows, trace_.goroutines.id(who))
                .time("ts", when)
                .word("name", "wakes")
                .word("cat", "wake")
                .number("id", wait.value);
            if (*phase == 'f')
                events_.word("bp", "e");
            events_.end();
        };
        // An arrow belongs to the slice that is there at its time: the waker's begins before it wakes.
        end("s", wakeUp.goroutine, std::max(range_.begin, at - 1));
        end("f", g, at);
    }

    void writeProcess() {
        // Slices of a row must lie inside one another or apart: the world stops before the mark phase is over.
        constexpr std::int64_t collectorRow = 1;
        constexpr std::int64_t stopRow = 2;
        events_.name("thread_name", WholeProcess, collectorRow, "Collector");
        events_.name("thread_name", WholeProcess, stopRow, "Stop-the-world");
        for (const RuntimeRange& range : trace_.ranges) {
            const TimeRange part = range.range.clippedTo(range_);
            const std::string_view name = trace_.text(range.name);
            if (!part.empty() && !range.proc.known() && name != "GC mark assist")
                slice(WholeProcess, name.starts_with("stop-the-world") ? stopRow : collectorRow, name, part).end();
        }
        for (const Metric& metric : trace_.metrics)
            for (const MetricSample& sample : metric.samples)
                if (range_.contains(sample.time))
                    events_.begin("C", WholeProcess, 0)
                        .time("ts", sample.time)
                        .word("name", trace_.text(metric.name))
                        .raw("args", "{\"value\":" + std::to_string(sample.value) + "}")
                        .end();
    }

    Events& slice(int process, std::int64_t row, std::string_view name, TimeRange part) {
        return events_.begin("X", process, row).time("ts", part.begin).time("dur", part.length()).word("name", name);
    }

    const TraceFacts& facts_;
    const Trace& trace_;
    TimeRange range_;
    bool runtimeGoroutines_;
    Events events_;
};

} // namespace

std::string chromeTraceOf(const TraceFacts& facts, TimeRange range, bool runtimeGoroutines) {
    return Writing(facts, range, runtimeGoroutines).run();
}

} // namespace waitscope
