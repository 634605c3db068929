// SPDX-License-Identifier: GPL-3.0-or-later
// waitscope compare: did it help, by how much, and is anything worse?
#include "app/commands/commands.h"
#include "app/compare_export.h"
#include "app/exit_code.h"
#include "app/further_runs.h"
#include "app/option_values.h"
#include "app/output.h"
#include "app/picture_file.h"
#include "app/trace_input.h"
#include "model/compare/runs.h"
#include "model/reader/load.h"
#include "model/report/compare_report.h"
#include "model/report/shell_word.h"

#include <QFile>

#include <optional>
#include <span>

namespace waitscope {

namespace {

std::optional<CompareForm> formOf(const CompareCommand& command) {
    return command.json ? CompareForm::Json : compareFormOf(command.output);
}

std::optional<RequestChoice> choiceFrom(const std::vector<std::string>& words) {
    for (const RequestKind kind : {RequestKind::Task, RequestKind::Region, RequestKind::Function})
        if (words.size() == 2 && words[0] == nameOf(kind))
            return RequestChoice{kind, words[1]};
    return {};
}

/// The sample before and after the fix.
std::shared_ptr<const Trace> sampleTrace(Side side) {
    const QString name =
        side == Side::A ? QStringLiteral("lru-burst-mutex.trace.zst") : QStringLiteral("lru-burst-rwmutex.trace.zst");
    QFile file(QStringLiteral(":/samples/") + name);
    if (!file.open(QIODevice::ReadOnly))
        return nullptr;
    const QByteArray bytes = file.readAll();
    return loadTrace(std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))),
                     name.toStdString())
        .trace;
}

// Empty if there is not enough memory.
std::string pngOfBoth(const Comparison& comparison, const FindingsAcross& findings,
                      const ComparePictureOptions& options) {
    const auto sheet = prepareComparison(comparison, &findings, options);
    return sheet ? pngOf(paintComparison(*sheet)).toStdString() : std::string();
}

} // namespace

std::string CompareCommand::line() const {
    std::string text = sample ? "waitscope demo compare" : "waitscope compare";
    for (const std::string& trace : traces)
        text += " " + shellWord(trace);
    if (!range.empty())
        text += " --range " + shellWord(range);
    if (requests.size() == 2)
        text += " --requests " + shellWord(requests[0]) + " " + shellWord(requests[1]);
    if (!output.empty())
        text += " -o " + shellWord(output);
    return text;
}

int CompareCommand::run() const {
    const auto paths = sample ? std::optional(Both<std::vector<std::string>>{{""}, {""}}) : runsFrom(traces);
    if (!paths) {
        say("Give two traces: waitscope compare BEFORE AFTER, or several runs of each: waitscope "
            "compare A=before1 A=before2 B=after1 B=after2. The sample's two are compared by waitscope demo "
            "compare.");
        return Usage;
    }
    const auto form = formOf(*this);
    if (!form && !output.empty() && output != "-") {
        say(output + ": the name must end with .html, .png, .md or .json.");
        return Usage;
    }
    CompareOptions options;
    if (!requests.empty()) {
        options.requests = choiceFrom(requests);
        if (!options.requests) {
            say("--requests: give what counts as a request, such as: --requests task checkout, --requests region "
                "handle, --requests function main.handle.");
            return Usage;
        }
    }
    Both<std::vector<std::shared_ptr<const TraceFacts>>> facts;
    std::string problem;
    for (const Side side : {Side::A, Side::B})
        for (const std::string& path : paths->of(side)) {
            const auto loaded = sample ? sampleTrace(side) : loadForCommand(path, range);
            if (!loaded)
                return NothingReadable;
            // The range of the first run is the range of all.
            if (!range.empty() && !options.range.of(side)) {
                options.range.of(side) = rangeFrom(range, *loaded, problem);
                if (!options.range.of(side)) {
                    say(problem);
                    return Usage;
                }
            }
            facts.of(side).push_back(computeFacts(loaded, Rows::NotDrawn));
        }
    const Comparison comparison = compareRuns(facts, options);
    if (options.requests && !comparison.requests) {
        say("--requests " + requests[0] + " " + requests[1] + ": there is none in either trace.");
        return Usage;
    }
    const auto findings = onBothSides([&](Side side) { return computeFindings(facts.of(side).front(), {}); });
    const FindingsAcross across = findingsAcross(findings.a, findings.b);
    const auto picture = form ? pictureOf(*form, line()) : std::nullopt;
    const std::string png = picture ? pngOfBoth(comparison, across, *picture) : std::string();
    const std::string result =
        form ? compareDocument(*form, comparison, &across, line(), png) : compareText(comparison, &across);
    if (result.empty()) {
        say("There is not enough memory for a picture.");
        return NotWritten;
    }
    if (!writeResult(result, QString::fromStdString(output), problem)) {
        say(problem);
        return NotWritten;
    }
    if (!failOn.empty() && !comparison.comparable())
        say("--fail-on: the traces cannot be compared, so nothing is judged.");
    return failOn == "regressed" && comparison.regressed() ? FindingsReported : Fine;
}

} // namespace waitscope
