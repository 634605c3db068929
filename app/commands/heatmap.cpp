// SPDX-License-Identifier: GPL-3.0-or-later
// waitscope heatmap: the heatmap of one trace as a picture, or the numbers behind it, or a picture each of many traces.
#include "app/commands/picture.h"
#include "app/exit_code.h"
#include "app/rules_file.h"
#include "app/source_file.h"
#include "app/trace_input.h"
#include "model/report/grid_report.h"
#include "widgets/heatmap/heatmap_picture.h"

#include <QDir>
#include <QFileInfo>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace waitscope {

namespace {

// Where in the order of rows: "200..400" -> first and count.
std::optional<std::pair<std::uint32_t, std::uint32_t>> placesFrom(std::string_view text) {
    const std::size_t dots = text.find("..");
    if (dots == std::string_view::npos)
        return {};
    const auto number = [](std::string_view digits) -> std::optional<std::uint32_t> {
        std::uint32_t value = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return error == std::errc{} && end == digits.data() + digits.size() ? std::optional(value) : std::nullopt;
    };
    const auto first = number(text.substr(0, dots));
    const auto last = number(text.substr(dots + 2));
    if (!first || !last || *last <= *first)
        return {};
    return std::pair(*first, *last - *first);
}

// What the options say before any trace is read; an objection is a sentence.
std::optional<HeatmapPictureOptions> understood(const HeatmapCommand& command, std::string& problem) {
    HeatmapPictureOptions options;
    options.what.mode = *findMode(command.mode);
    const NamedMode& mode = namedOf(options.what.mode);
    const auto metric = command.metric.empty() ? std::optional(mode.metric) : metricFrom(command.metric);
    if (!metric) {
        problem = "--metric " + command.metric + ": there is no such metric. States are";
        for (const NamedStates& n : namedStates)
            problem += " " + std::string(n.name);
        problem += ", joined by +; others are age, residence and residence-ms.";
        return {};
    }
    options.what.metric = *metric;
    options.what.order = command.sort.empty() ? mode.order : *findOrder(command.sort);
    for (std::size_t i = 0; i < namedHeatmapGroupings.size(); ++i)
        if (namedHeatmapGroupings[i].name == command.group)
            options.what.grouping = static_cast<HeatmapGrouping>(i);
    options.what.bundling = command.maximum ? Bundling::Most : Bundling::Mean;
    if (!command.threshold.empty()) {
        const auto age = timeFrom(command.threshold);
        if (!age || *age <= 0) {
            problem = "--threshold " + command.threshold + ": give a time such as 500ms or 2s.";
            return {};
        }
        options.what.stuckAge = *age;
    }
    if (!command.rows.empty()) {
        const auto places = placesFrom(command.rows);
        if (!places || !mode.goroutineRows) {
            problem = "--rows " + command.rows +
                      (places ? ": only mode lifetime has rows to choose." : ": give two numbers such as 200..400.");
            return {};
        }
        std::tie(options.firstPlace, options.placeCount) = *places;
    }
    problem = objectionTo(options.what);
    if (!problem.empty())
        return {};
    options.judging.source = sourceFile;
    if (!command.rules.empty()) {
        const auto rules = readRules(command.rules, problem);
        if (!rules)
            return {};
        options.judging.idleFunction = idleFunctionOf(*rules);
        options.dismiss = dismissOf(*rules);
        options.rules = QString::fromStdString(command.rules);
    }
    options.colours = *findColourMap(command.palette);
    options.times = timeFormatFrom(command.times);
    for (std::size_t i = 0; i < namedScales.size(); ++i)
        if (namedScales[i].name == command.colours)
            options.colourScale = static_cast<ScaleKind>(i);
    if (const auto* const preset = std::ranges::find(picturePresets, command.preset, &PicturePreset::name);
        preset != picturePresets.end()) {
        options.size = preset->size;
        options.scale = preset->scale;
        options.unitsAnInch = preset->unitsAnInch;
    } else {
        options.scale = command.scale;
    }
    options.rows = {.order = options.what.order, .runtime = command.runtime};
    options.filter = QString::fromStdString(command.contains.empty() ? command.filter : command.contains);
    options.filterOption = command.contains.empty() ? QStringLiteral("--filter") : QStringLiteral("--contains");
    if (!command.contains.empty())
        options.rows.wanted = [text = command.contains](std::string_view function) {
            return nameContains(function, text);
        };
    if (!command.filter.empty()) {
        const auto pattern = std::make_shared<re2::RE2>(command.filter, re2::RE2::Quiet);
        if (!pattern->ok()) {
            problem = "--filter " + command.filter + " is not a regular expression: " + pattern->error() + ".";
            return {};
        }
        options.rows.wanted = [pattern](std::string_view function) {
            return re2::RE2::PartialMatch(re2::StringPiece(function.data(), function.size()), *pattern);
        };
    }
    return options;
}

int makeOne(const PictureCommand& command, HeatmapPictureOptions options, bool presetChosen) {
    int exitCode = Fine;
    const auto request = prepare(command, exitCode);
    if (!request)
        return exitCode;
    if (!presetChosen)
        options.size = {request->size.width, request->size.height};
    options.what.range = request->range;
    const auto sheet = prepareHeatmap(request->facts, options);
    if (!sheet) { // the size was checked, so this cannot be
        say("--size " + command.size + " is too small.");
        return Usage;
    }
    if (options.times == TimeFormat::WallClock && !request->facts->trace->wallClock)
        say("--times clock: " + command.trace +
            " does not say when it began (Go 1.25 and later record it): times count from its start.");
    if (sheet->shown == 0)
        say("No goroutine of " + command.trace +
            " is among those that were asked for: the picture is empty, and says so.");
    if (endsWith(command, ".csv"))
        return writeText(gridCsv(*request->facts->trace, *sheet->grid), command);
    if (endsWith(command, ".json"))
        return writeText(gridJson(*request->facts->trace, *sheet->grid), command);
    if (endsWith(command, ".svg"))
        return writeText(paintHeatmapSvg(*sheet).toStdString(), command);
    return writePicture(paintHeatmap(*sheet), command);
}

// "traces/growth.trace.zst" -> "growth"; a name that is taken gets a number.
QString nameOfPicture(const std::string& trace, std::set<QString>& taken) {
    QString name = QFileInfo(QString::fromStdString(trace)).fileName();
    if (trace == "-")
        name = QStringLiteral("standard-input");
    for (const char* ending : {".zst", ".gz", ".trace"})
        if (name.size() > qsizetype(qstrlen(ending)) && name.endsWith(QLatin1String(ending)))
            name.chop(qsizetype(qstrlen(ending)));
    QString free = name;
    for (int i = 2; !taken.insert(free).second; ++i)
        free = name + QStringLiteral("-%1").arg(i);
    return free + QStringLiteral(".png");
}

// A picture each; a file that fails does not keep the others from theirs.
int makeMany(const HeatmapCommand& command, const HeatmapPictureOptions& options) {
    std::set<QString> taken;
    std::vector<std::string> failed;
    int exitCode = Fine;
    for (std::size_t i = 0; i < command.traces.size(); ++i) {
        PictureCommand one = command;
        one.trace = command.traces[i];
        one.output =
            QDir(QString::fromStdString(command.output)).filePath(nameOfPicture(one.trace, taken)).toStdString();
        say("[" + std::to_string(i + 1) + "/" + std::to_string(command.traces.size()) + "] " + one.trace + " -> " +
            one.output);
        if (const int code = makeOne(one, options, !command.preset.empty()); code != Fine) {
            failed.push_back(one.trace);
            exitCode = exitCode == Fine ? code : exitCode;
        }
    }
    if (!failed.empty()) {
        std::string names;
        for (const std::string& name : failed)
            names += "\n  " + name;
        say(std::to_string(failed.size()) + " of " + std::to_string(command.traces.size()) +
            " traces have no picture:" + names);
    }
    return exitCode;
}

} // namespace

int HeatmapCommand::run() const {
    std::string problem;
    const auto options = understood(*this, problem);
    if (!options) {
        say(problem);
        return Usage;
    }
    const bool folder = endsWith(*this, "/") || QFileInfo(QString::fromStdString(output)).isDir();
    if (traces.size() > 1 && !folder) {
        say("-o " + output + ": several traces need a folder; give one that ends with /.");
        return Usage;
    }
    if (folder) {
        if (QFileInfo(QString::fromStdString(output)).isDir())
            return makeMany(*this, *options);
        say("-o " + output + ": there is no such folder.");
        return NotWritten;
    }
    if (!endsWith(*this, ".png") && !endsWith(*this, ".svg") && !endsWith(*this, ".csv") && !endsWith(*this, ".json") &&
        output != "-") {
        say("-o " + output +
            ": a heatmap is written as .png, .svg, .csv or .json; give a name with one of these endings.");
        return Usage;
    }
    PictureCommand one = *this;
    one.trace = traces.front();
    return makeOne(one, *options, !preset.empty());
}

} // namespace waitscope
