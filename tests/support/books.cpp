// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/books.h"

#include "model/reader/load.h"
#include "model/report/stats.h"

#include <algorithm>

namespace waitscope::test {

namespace {

// Collects the first complaint only: the rest usually follows from it.
class Complaint {
  public:
    void unless(bool holds, const char* what, std::size_t where) {
        if (!holds && text_.empty())
            text_ = std::string(what) + " (at " + std::to_string(where) + ")";
    }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    std::string text_;
};

template <class Index> bool leadsInto(Index index, std::size_t size) {
    return !index.known() || index.value < size;
}

void checkGoroutines(const Trace& trace, Complaint& complain) {
    const Spans& spans = trace.spans;
    std::size_t nextSpan = 0;
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
        const SpanRange own = trace.goroutines.spans({g});
        complain.unless(own.begin == nextSpan && own.end > own.begin, "a goroutine's spans are not its own", g);
        if (!complain.text().empty())
            return;
        nextSpan = own.end + std::size_t{1};
        Time sum = 0;
        for (std::uint32_t s = own.begin; s < own.end; ++s) {
            const GoroutineState state = spans.state({s});
            complain.unless(spans.end({s}) >= spans.start({s}), "a span ends before it begins", s);
            complain.unless(state < GoroutineState::Ended, "a marker stands among the spans", s);
            complain.unless(spans.stack({s}).value < trace.stacks.size(), "a span's stack does not exist", s);
            complain.unless(spans.kind({s}).reason.value < trace.strings.size(), "a reason does not exist", s);
            if (state == GoroutineState::Running || state == GoroutineState::Syscall)
                complain.unless(leadsInto(spans.thread({s}), trace.threads.size()), "a thread does not exist", s);
            if (state == GoroutineState::Running)
                complain.unless(leadsInto(spans.proc({s}), trace.processors.size()), "a processor does not exist", s);
            if (state == GoroutineState::Runnable && spans.waker({s}).isGoroutine())
                complain.unless(spans.waker({s}).goroutine().value < trace.goroutines.size(), "a waker is nobody", s);
            sum += spans.end({s}) - spans.start({s});
        }
        const TimeRange life = trace.lifetime({g});
        complain.unless(sum == life.length(), "the state times of a goroutine are not its lifetime", g);
        complain.unless(life.begin >= 0 && life.end <= trace.duration, "a goroutine lives outside of the trace", g);
        complain.unless(spans.state(trace.goroutines.marker({g})) >= GoroutineState::Ended, "a marker is missing", g);
        complain.unless(trace.ownerOf({own.begin}).value == g, "a span has another owner", g);
        complain.unless(trace.ownerOf(trace.goroutines.marker({g})).value == g, "a marker has another owner", g);
    }
    complain.unless(nextSpan == spans.size(), "spans belong to nobody", nextSpan);
}

void checkOthers(const Trace& trace, Complaint& complain) {
    const std::size_t goroutines = trace.goroutines.size();
    for (std::size_t p = 0; p < trace.processors.size(); ++p) {
        const Processor& processor = trace.processors[p];
        for (std::size_t i = 0; i < processor.runs.size(); ++i) {
            complain.unless(trace.spans.state(processor.runs[i]) == GoroutineState::Running, "a run does not run", p);
            complain.unless(i == 0 || trace.spans.start(processor.runs[i - 1]) <= trace.spans.start(processor.runs[i]),
                            "the runs of a processor are not in order", p);
        }
        for (std::size_t i = 0; i < processor.spans.size(); ++i)
            complain.unless(processor.spans[i].start <= trace.duration &&
                                (i == 0 || processor.spans[i - 1].start <= processor.spans[i].start),
                            "the states of a processor are not in order", p);
    }
    std::size_t row = 0;
    for (const RuntimeRange& range : trace.ranges) {
        complain.unless(leadsInto(range.goroutine, goroutines) && leadsInto(range.proc, trace.processors.size()) &&
                            range.stack.value < trace.stacks.size() && range.name.value < trace.strings.size(),
                        "a range leads nowhere", row);
        complain.unless(range.range.begin >= 0 && range.range.length() >= 0 && range.range.end <= trace.duration,
                        "a range lies outside of the trace", row++);
    }
    for (std::size_t i = 0; i < trace.tasks.size(); ++i) {
        const Task task = trace.tasks[i];
        complain.unless(leadsInto(task.beganOn, goroutines) && task.stack.value < trace.stacks.size() &&
                            task.type.value < trace.strings.size(),
                        "a task leads nowhere", i);
        complain.unless(task.range.begin >= 0 && task.range.length() >= 0 && task.range.end <= trace.duration,
                        "a task lies outside of the trace", i);
    }
    for (std::size_t i = 0; i < trace.regions.size(); ++i) {
        const Region region = trace.regions[i];
        complain.unless(leadsInto(region.goroutine, goroutines) && leadsInto(region.task, trace.tasks.size()) &&
                            region.stack.value < trace.stacks.size() && region.type.value < trace.strings.size(),
                        "a region leads nowhere", i);
        complain.unless(region.begin >= 0 && region.end >= region.begin && region.end <= trace.duration,
                        "a region lies outside of the trace", i);
    }
    row = 0;
    for (const CpuSample& sample : trace.cpuSamples)
        complain.unless(leadsInto(sample.goroutine, goroutines) && leadsInto(sample.proc, trace.processors.size()) &&
                            leadsInto(sample.thread, trace.threads.size()) &&
                            sample.stack.value < trace.stacks.size() && sample.time >= 0 &&
                            sample.time <= trace.duration,
                        "a CPU sample leads nowhere", row++);
    for (std::uint32_t s = 0; s < trace.stacks.size(); ++s)
        for (const FrameId frame : trace.stacks[StackId{s}])
            if (frame.known())
                complain.unless(trace.frame(frame).function.value < trace.strings.size() &&
                                    trace.frame(frame).file.value < trace.strings.size(),
                                "a frame leads nowhere", s);
    complain.unless(trace.report.complete || !trace.report.warnings.empty(), "nobody says what is missing", 0);
}

// The first place where two texts are not the same.
std::string differenceOf(const std::string& a, const std::string& b) {
    const auto at = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
    constexpr std::size_t shown = 80;
    const std::size_t from = at < shown / 2 ? 0 : at - shown / 2;
    return "..." + a.substr(from, shown) + "..., and ..." + b.substr(std::min(from, b.size()), shown) + "...";
}

} // namespace

std::string whatDoesNotAddUp(const Trace& trace) {
    Complaint complain;
    checkGoroutines(trace, complain);
    if (complain.text().empty())
        checkOthers(trace, complain);
    return complain.text();
}

std::string whatIsWrongWithLoading(std::span<const std::byte> bytes) {
    constexpr std::size_t aFewBytes = 64;
    const LoadResult whole = loadTrace(bytes, "input", {.threads = 1});
    const LoadResult sliced = loadTrace(bytes, "input", {.threads = 2, .sliceBytes = aFewBytes});
    if (static_cast<bool>(whole.trace) == whole.error.has_value())
        return "there is neither a trace nor an error, or both";
    if (whole.error)
        return whole.error->message.empty() ? "an error without a sentence" : "";
    if (!sliced.trace)
        return "there is a trace, but none in slices: " + sliced.error->message;
    for (const LoadResult* result : {&whole, &sliced})
        if (std::string wrong = whatDoesNotAddUp(*result->trace); !wrong.empty())
            return wrong;
    const std::string stats = statsJson(*whole.trace);
    const std::string statsOfSliced = statsJson(*sliced.trace);
    if (whole.trace->report.warnings.empty() && stats != statsOfSliced)
        return "slices change what comes out: " + differenceOf(stats, statsOfSliced);
    return {};
}

} // namespace waitscope::test
