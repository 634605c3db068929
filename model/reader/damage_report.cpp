// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/damage_report.h"

#include "model/report/text.h"
#include "model/trace/wait_reasons.h"

#include <algorithm>

namespace waitscope {

namespace {

// More than anybody reads; a file of noise has one problem a few bytes.
constexpr std::size_t mostSentences = 50;

std::string placeOf(const ReadProblem& problem) {
    std::string place = "byte " + countText(problem.byteOffset);
    if (problem.generation != 0)
        place += ", generation " + std::to_string(problem.generation);
    if (problem.thread && *problem.thread >= 0)
        place += ", thread " + std::to_string(*problem.thread);
    return place;
}

// The stretch of the trace in which something is missing: from the last event before it, or else from the begin of its
// generation, to the begin of the next one.
std::optional<TimeRange> affectedBy(const ReadProblem& problem, const Trace& trace, std::int64_t clockAtStart) {
    if (problem.mended)
        return {};
    const auto& generations = trace.generations;
    const auto own = std::ranges::find_if(generations.rbegin(), generations.rend(), [&](const Generation& g) {
                         return problem.generation != 0 && g.number == problem.generation;
                     }).base();
    TimeRange range{0, trace.duration};
    if (own != generations.begin()) {
        range.begin = std::prev(own)->start;
        if (own != generations.end() && !problem.toTheEnd)
            range.end = own->start;
    } else if (problem.toTheEnd && !generations.empty()) {
        range.begin = generations.back().start;
    } else if (!problem.time) {
        return {};
    }
    if (problem.time)
        range.begin = std::clamp(*problem.time - clockAtStart, range.begin, range.end);
    return range;
}

std::string consequence(const ReadProblem& problem, TimeRange affected, Time duration) {
    const std::string length = durationText(affected.length());
    if (affected == TimeRange{0, duration})
        return "the numbers of the whole trace (" + length + ") are incomplete";
    if (affected.length() <= 0)
        return "what happened after " + durationText(affected.begin) + " is missing";
    if (affected.end == duration)
        return "the last " + length + " are " + (problem.toTheEnd ? "missing or " : "") + "incomplete";
    return "the numbers from " + durationText(affected.begin) + " to " + durationText(affected.end) + " are incomplete";
}

} // namespace

std::string sentenceOf(const ReadProblem& problem) {
    return problem.text + " (" + placeOf(problem) + ").";
}

void reportDamage(Trace& trace, const std::vector<ReadProblem>& problems, std::int64_t clockAtStart) {
    LoadReport& report = trace.report;
    std::map<std::uint64_t, std::size_t> disorders; // by generation
    for (const ReadProblem& problem : problems)
        disorders[problem.generation] += problem.disorder ? 1 : 0;
    std::size_t told = 0;
    for (ReadProblem problem : problems) {
        if (problem.disorder) {
            std::size_t& places = disorders[problem.generation];
            if (places == 0)
                continue;
            if (places > 1)
                problem.text += ", here and in " + countText(places - 1) + " more places";
            places = 0;
        }
        LoadWarning warning{.text = sentenceOf(problem),
                            .byteOffset = problem.byteOffset,
                            .generation = {},
                            .thread = problem.thread,
                            .affected = affectedBy(problem, trace, clockAtStart)};
        if (problem.generation != 0)
            warning.generation = problem.generation;
        if (warning.affected) {
            warning.text.pop_back();
            warning.text += ": " + consequence(problem, *warning.affected, trace.duration) + ".";
        }
        if (!problem.mended && report.complete)
            report.error = warning.text;
        report.complete = report.complete && problem.mended;
        if (++told <= mostSentences)
            report.warnings.push_back(std::move(warning));
    }
    if (told > mostSentences)
        report.warnings.push_back(
            {.text = "The file is damaged in " + countText(told - mostSentences) + " more places.",
             .byteOffset = {},
             .generation = {},
             .thread = {},
             .affected = {}});
}

std::vector<UnknownThing> unknownThings(const Trace& trace, const std::map<std::uint8_t, std::uint64_t>& eventTypes,
                                        const std::map<std::uint8_t, std::uint64_t>& experiments) {
    using Kind = UnknownThing::Kind;
    std::vector<UnknownThing> unknown;
    unknown.reserve(eventTypes.size() + experiments.size());
    for (const auto& [type, count] : eventTypes)
        unknown.push_back({.kind = Kind::EventType, .name = std::to_string(type), .count = count});
    const auto isUnknown = [&](const SpanKind& kind) { return !isKnownReason(trace.text(kind.reason)); };
    const auto& kinds = trace.spans.kindTable;
    if (std::ranges::any_of(kinds, isUnknown)) {
        std::vector<std::uint64_t> spans(kinds.size());
        for (std::uint32_t s = 0; s < trace.spans.size(); ++s)
            ++spans[trace.spans.kinds[s]];
        std::map<std::string_view, std::uint64_t> reasons;
        for (std::size_t k = 0; k < kinds.size(); ++k)
            if (isUnknown(kinds[k]) && spans[k] != 0)
                reasons[trace.text(kinds[k].reason)] += spans[k];
        for (const auto& [reason, count] : reasons)
            unknown.push_back({.kind = Kind::WaitReason, .name = std::string(reason), .count = count});
    }
    for (const auto& [number, count] : experiments)
        unknown.push_back({.kind = Kind::Experiment, .name = std::to_string(number), .count = count});
    return unknown;
}

} // namespace waitscope
