// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/comparability.h"

#include "model/report/text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace waitscope {

namespace {

constexpr double largestDurationRatio = 3;
/// Above this relative difference two rates are said to differ.
constexpr double notable = 0.1;
/// So much of the compared range may be damaged before nothing is judged.
constexpr double largestDamage = 0.1;

double ratio(double a, double b) {
    const double least = std::min(a, b);
    const double most = std::max(a, b);
    return least > 0 ? most / least : most > 0 ? HUGE_VAL : 1;
}

double perSecond(double count, TimeRange range) {
    return range.empty() ? 0 : count * 1e9 / static_cast<double>(range.length());
}

std::string rateText(double rate) {
    return (rate >= 100 ? countText(static_cast<std::uint64_t>(std::llround(rate))) : meanText(rate)) + " a second";
}

/// As the program set it, at most inside the range; the processors that the trace names if it does not say.
std::uint64_t processorsOf(const Trace& trace, TimeRange range) {
    std::uint64_t most = 0;
    for (const Metric& metric : trace.metrics) {
        if (trace.text(metric.name) != "/sched/gomaxprocs:threads")
            continue;
        std::uint64_t before = 0;
        for (std::size_t i = 0; i < metric.samples.size(); ++i) {
            const MetricSample& sample = metric.samples[i];
            if (sample.time <= range.begin)
                before = sample.value;
            else if (sample.time < range.end)
                most = std::max(most, sample.value);
        }
        most = std::max(most, before);
    }
    return most > 0 ? most : trace.processors.size();
}

std::uint64_t birthsIn(const TraceFacts& facts, TimeRange range) {
    std::uint64_t births = 0;
    for (std::uint32_t g = 0; g < facts.trace->goroutines.size(); ++g)
        births += !facts.trace->preExisting({g}) && !facts.waits.isRuntime({g}) &&
                          range.contains(facts.trace->lifetime({g}).begin)
                      ? 1
                      : 0;
    return births;
}

bool hasWaits(const TraceFacts& facts) {
    const Trace& trace = *facts.trace;
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
        if (facts.waits.isRuntime({g}))
            continue;
        const SpanRange own = trace.goroutines.spans({g});
        for (std::uint32_t s = own.begin; s < own.end; ++s)
            if (facts.waits.indexOf(trace, {s}) != 0)
                return true;
    }
    return false;
}

/// Inside the range, of which the trace itself says that numbers are incomplete.
Time damagedIn(const Trace& trace, TimeRange range) {
    std::vector<TimeRange> parts;
    for (const LoadWarning& warning : trace.report.warnings)
        if (warning.affected)
            parts.push_back(warning.affected->clippedTo(range));
    std::ranges::sort(parts, {}, &TimeRange::begin);
    Time sum = 0;
    Time until = range.begin;
    for (const TimeRange part : parts) {
        sum += std::max<Time>(0, part.end - std::max(part.begin, until));
        until = std::max(until, part.end);
    }
    return sum;
}

bool hasSteadyBirths(const TraceFacts& facts) {
    constexpr std::size_t bins = 10;
    constexpr double fewest = 300;
    const Trace& trace = *facts.trace;
    if (trace.duration <= 0)
        return false;
    std::array<double, bins> births{};
    double sum = 0;
    for (std::uint32_t g = 0; g < trace.goroutines.size(); ++g) {
        if (trace.preExisting({g}) || facts.waits.isRuntime({g}))
            continue;
        const double place = static_cast<double>(trace.lifetime({g}).begin) / static_cast<double>(trace.duration);
        births[std::min(bins - 1, static_cast<std::size_t>(place * bins))] += 1;
        ++sum;
    }
    // Chance alone takes one of ten bins of thirty beyond a half either way in one trace of fifteen.
    return sum >= fewest && std::ranges::all_of(births, [&](double n) {
               return n >= 0.5 * sum / static_cast<double>(bins) && n <= 1.5 * sum / static_cast<double>(bins);
           });
}

TimeRange withoutFirstAndLastTenth(TimeRange range) {
    const Time tenth = range.length() / 10;
    return {range.begin + tenth, range.end - tenth};
}

CardLine line(std::string_view topic, Both<std::string> value) {
    return {.topic = topic, .value = std::move(value)};
}

bool isV1(const Trace& trace) {
    return trace.formatVersion < 22;
}
bool recordsOldWaits(const Trace& trace) {
    return trace.formatVersion >= 23;
}

CardLine fileLine(const Both<const Trace*>& traces, bool same) {
    CardLine file = line("file", each(traces, [](const Trace* trace) { return trace->identity.fileName; }));
    if (same)
        file.consequence = "Both are the same file, byte for byte.";
    return file;
}

CardLine formatLine(const Both<const Trace*>& traces, const Comparability& found) {
    CardLine format = line("format", each(traces, [](const Trace* trace) { return trace->identity.format; }));
    if (found.syscallsDiffer)
        format.consequence =
            "Formats before go 1.22 record only system calls that lasted long, newer ones all: rows of "
            "system calls are not judged.";
    if (found.oldWaitsDiffer)
        format.consequence +=
            std::string(format.consequence.empty() ? "" : " ") +
            "Formats before go 1.23 do not say what a goroutine waited for that was blocked before the trace began: "
            "rows of such waits are not judged.";
    if (!format.consequence.empty()) {
        format.weight = CardWeight::Differs;
        format.instead = "Record both with the same version of Go.";
    }
    return format;
}

/// What a trace of its format can hold.
CardLine recordsLine(const Both<const Trace*>& traces) {
    const auto text = [](const Trace* trace) {
        return std::string(isV1(*trace) ? "only long system calls" : "all system calls") +
               (recordsOldWaits(*trace) ? ", where goroutines waited before it began"
                                        : ", nothing of waits that began before it") +
               (trace->wallClock ? ", the time of day" : "");
    };
    return line("records", each(traces, text));
}

CardLine rangeLine(const Both<const Trace*>& traces, const ComparedRanges& ranges) {
    const auto text = [&](const Trace& trace, TimeRange range) {
        return range == trace.wholeRange() ? "whole"
                                           : durationText(range.begin) + " to " + durationText(range.end) + " of it";
    };
    CardLine compared = line("compared range", {text(*traces.a, ranges.range.a), text(*traces.b, ranges.range.b)});
    compared.consequence = ranges.trimmed
                               ? "The first and last tenth of both are left out: goroutines are created steadily."
                           : ranges.chosen ? "The range was chosen."
                                           : "Nothing is left out: goroutines are not created steadily on both sides, "
                                             "or there are too few to tell.";
    return compared;
}

/// Sets what a difference of durations refuses.
CardLine durationLine(const ComparedRanges& ranges, const std::optional<Requests>& requests, Comparability& found) {
    const Both<TimeRange>& range = ranges.range;
    CardLine duration =
        line("duration", each(range, [](TimeRange r) { return durationText(std::max<Time>(0, r.length())); }));
    const double durations = ratio(static_cast<double>(range.a.length()), static_cast<double>(range.b.length()));
    if (range.a.empty() || range.b.empty()) {
        duration.weight = CardWeight::Refuses;
        duration.consequence = "One of them holds no time: there is nothing to compare.";
        duration.instead = "Record a few seconds under load.";
    } else if (durations > largestDurationRatio && requests && requests->matched()) {
        found.perSecond = false;
        duration.weight = CardWeight::Differs;
        duration.consequence = "One is " + meanText(durations) +
                               " times as long, for the same number of requests: figures a second are shown and not "
                               "judged; shares and figures per request are.";
    } else if (durations > largestDurationRatio) {
        duration.weight = CardWeight::Refuses;
        duration.consequence = "One is " + meanText(durations) +
                               " times as long and did not do the same work: warm-up, load and rare events weigh "
                               "differently.";
        duration.instead = "Record both for the same time under the same load, or give --range.";
    } else if (durations > 1 + notable) {
        duration.weight = CardWeight::Differs;
        duration.consequence = "Figures a second and shares can be compared; totals, counts and what has piled up at "
                               "the end cannot.";
    }
    return duration;
}

std::string requestsText(const Requests& requests, Side side, TimeRange range) {
    return countText(requests.completed.of(side)) + " · " +
           rateText(perSecond(static_cast<double>(requests.completed.of(side)), range));
}

CardLine requestsLine(const ComparedRanges& ranges, const std::optional<Requests>& requests, Comparability& found) {
    CardLine load = line("requests", {"none seen", "none seen"});
    if (!requests) {
        found.perRequest = false;
        load.weight = CardWeight::Differs;
        load.consequence = "Nothing that both completed can be counted as a request: the load is not known, and less "
                           "load looks like less waiting.";
        load.instead = "Wrap each request in a task or region of runtime/trace, or name one: --requests.";
        return load;
    }
    load.value = {requestsText(*requests, Side::A, ranges.range.a), requestsText(*requests, Side::B, ranges.range.b)};
    const std::string what = std::string(nameOf(requests->choice.kind)) + " " + requests->choice.name +
                             (requests->automatic ? " (found by itself)" : "");
    load.consequence = "Requests are: " + what + ".";
    const double rates = ratio(perSecond(static_cast<double>(requests->completed.a), ranges.range.a),
                               perSecond(static_cast<double>(requests->completed.b), ranges.range.b));
    if (!requests->enough()) {
        found.perRequest = false;
        load.weight = CardWeight::Differs;
        load.consequence += " Fewer than " + std::to_string(Requests::least) +
                            " on one side: figures per request are shown and not judged.";
        load.instead = "Record longer, or name what a request is: --requests.";
    } else if (!requests->matched() && rates > 1 + notable) {
        load.weight = CardWeight::Differs;
        load.consequence += " The load differs: figures per request allow for that, figures a second do not.";
        load.instead = "Record both under the same load.";
    }
    return load;
}

CardLine processorsLine(const Both<const Trace*>& traces, const ComparedRanges& ranges) {
    const Both<std::uint64_t> number{processorsOf(*traces.a, ranges.range.a), processorsOf(*traces.b, ranges.range.b)};
    CardLine processors = line("processors", each(number, countText));
    if (number.a != number.b) {
        processors.weight = CardWeight::Differs;
        processors.consequence = "Waiting for a processor, and what follows from it, differs by itself.";
        processors.instead = "Set GOMAXPROCS to the same number.";
    }
    return processors;
}

CardLine birthsLine(const Both<const TraceFacts*>& facts, const ComparedRanges& ranges,
                    const std::optional<Requests>& requests) {
    const Both<std::uint64_t> births{birthsIn(*facts.a, ranges.range.a), birthsIn(*facts.b, ranges.range.b)};
    const Both<double> rates{perSecond(static_cast<double>(births.a), ranges.range.a),
                             perSecond(static_cast<double>(births.b), ranges.range.b)};
    CardLine created = line("goroutines created", {countText(births.a) + " · " + rateText(rates.a),
                                                   countText(births.b) + " · " + rateText(rates.b)});
    // The same number in another time is what the line of durations says already.
    const bool sameWork = requests && requests->matched() &&
                          ratio(static_cast<double>(births.a), static_cast<double>(births.b)) <= 1 + 2 * notable;
    if (!sameWork && std::max(births.a, births.b) >= Requests::least && ratio(rates.a, rates.b) > 1 + 2 * notable) {
        created.weight = CardWeight::Differs;
        created.consequence = "More or less load, or another way of working.";
    }
    return created;
}

CardLine eventsLine(const Both<const Trace*>& traces) {
    const Both<double> rates = each(traces, [](const Trace* trace) {
        return perSecond(static_cast<double>(trace->report.events), trace->wholeRange());
    });
    CardLine events = line("events", {countText(traces.a->report.events) + " · " + rateText(rates.a),
                                      countText(traces.b->report.events) + " · " + rateText(rates.b)});
    if (ratio(rates.a, rates.b) > largestDurationRatio) {
        events.weight = CardWeight::Differs;
        events.consequence = "Recording itself cost one of them more time.";
    }
    return events;
}

CardLine damageLine(const Both<const Trace*>& traces, const ComparedRanges& ranges) {
    const auto text = [](const Trace* trace) {
        const std::size_t n = trace->report.warnings.size();
        return n == 0 ? std::string(trace->report.complete ? "complete" : "incomplete")
                      : countText(n) + (n == 1 ? " warning" : " warnings");
    };
    CardLine damage = line("damage", each(traces, text));
    const auto share = [&](Side side) {
        const TimeRange range = ranges.range.of(side);
        return range.empty()
                   ? 0
                   : static_cast<double>(damagedIn(*traces.of(side), range)) / static_cast<double>(range.length());
    };
    const double most = std::max(share(Side::A), share(Side::B));
    const auto isWhole = [](const Trace& trace) { return trace.report.complete && trace.report.warnings.empty(); };
    if (most > largestDamage) {
        damage.weight = CardWeight::Refuses;
        damage.consequence = percentText(100 * most) +
                             " of the compared time of one of them is damaged: its numbers are "
                             "too small there.";
        damage.instead = "Give a --range that is whole, or record again.";
    } else if (!isWhole(*traces.a) || !isWhole(*traces.b)) {
        damage.weight = CardWeight::Differs;
        damage.consequence = most > 0 ? percentText(100 * most) + " of the compared time of one of them is damaged."
                                      : "What could be read is compared.";
    }
    return damage;
}

CardLine samplesLine(const Both<const Trace*>& traces) {
    CardLine samples =
        line("CPU samples", each(traces, [](const Trace* trace) {
                 return trace->cpuSamples.size() == 0 ? std::string("none") : countText(trace->cpuSamples.size());
             }));
    if ((traces.a->cpuSamples.size() == 0) != (traces.b->cpuSamples.size() == 0)) {
        samples.weight = CardWeight::Differs;
        samples.consequence = "The CPU profiler ran in one of them only; it costs a little time.";
        samples.instead = "Record both with it or both without.";
    }
    return samples;
}

CardLine waitsLine(const Both<const TraceFacts*>& facts) {
    const Both<bool> has = each(facts, [](const TraceFacts* side) { return hasWaits(*side); });
    CardLine waits = line("waits", each(has, [](bool any) { return std::string(any ? "yes" : "none"); }));
    if (!has.a || !has.b) {
        waits.weight = CardWeight::Differs;
        waits.consequence = !has.a && !has.b ? "Nobody waited in either: there are no rows."
                                             : "In one of them nobody waited: all rows are of the other.";
    }
    return waits;
}

} // namespace

std::vector<std::string> Comparability::warnings() const {
    std::vector<std::string> texts;
    for (const CardWeight weight : {CardWeight::Refuses, CardWeight::Differs})
        for (const CardLine& found : card)
            if (found.weight == weight)
                texts.push_back(std::string(found.topic) + ": " + found.value.a + " and " + found.value.b + ". " +
                                found.consequence + (found.instead.empty() ? "" : " " + found.instead));
    if (sameFile)
        texts.emplace_back("Both are the same file: every difference is 0.");
    return texts;
}

ComparedRanges rangesToCompare(const Both<const TraceFacts*>& facts, const Both<std::optional<TimeRange>>& chosen) {
    ComparedRanges ranges;
    const auto whole = each(facts, [](const TraceFacts* side) { return side->trace->wholeRange(); });
    ranges.range = {chosen.a.value_or(whole.a).clippedTo(whole.a), chosen.b.value_or(whole.b).clippedTo(whole.b)};
    ranges.chosen = chosen.a || chosen.b;
    // One side alone would not be compared with the same part of the other.
    if (!ranges.chosen && hasSteadyBirths(*facts.a) && hasSteadyBirths(*facts.b)) {
        ranges.trimmed = true;
        ranges.range = each(whole, withoutFirstAndLastTenth);
    }
    return ranges;
}

Comparability comparabilityOf(const Both<const TraceFacts*>& facts, const ComparedRanges& ranges,
                              const std::optional<Requests>& requests) {
    const auto traces =
        each(facts, [](const TraceFacts* side) { return static_cast<const Trace*>(side->trace.get()); });
    Comparability found;
    found.sameFile = !traces.a->identity.sha256.empty() && traces.a->identity.sha256 == traces.b->identity.sha256 &&
                     traces.a->report.bytes > 0 && traces.a->report.bytes == traces.b->report.bytes &&
                     ranges.range.a == ranges.range.b;
    found.syscallsDiffer = isV1(*traces.a) != isV1(*traces.b);
    found.oldWaitsDiffer = recordsOldWaits(*traces.a) != recordsOldWaits(*traces.b);
    found.card = {fileLine(traces, found.sameFile),
                  formatLine(traces, found),
                  recordsLine(traces),
                  rangeLine(traces, ranges),
                  durationLine(ranges, requests, found),
                  requestsLine(ranges, requests, found),
                  processorsLine(traces, ranges),
                  birthsLine(facts, ranges, requests),
                  eventsLine(traces),
                  damageLine(traces, ranges),
                  samplesLine(traces),
                  waitsLine(facts)};
    found.comparable =
        std::ranges::none_of(found.card, [](const CardLine& l) { return l.weight == CardWeight::Refuses; });
    return found;
}

} // namespace waitscope
