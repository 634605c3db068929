// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line.h"

#include "app/exit_code.h"
#include "app/trace_input.h"
#include "model/heatmap/row_order.h"
#include "model/heatmap/state_set.h"
#include "model/lod/groups.h"
#include "widgets/heatmap/heatmap_picture.h"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace waitscope {

namespace {

constexpr const char* afterHelp = R"(
TRACE is a Go execution trace (go test -trace, runtime/trace, /debug/pprof/trace), raw, zstd or gzip; - is standard
input. Only the window needs a display.

Exit codes: 0 fine, 1 findings (or rows of a comparison) at or above --fail-on, 2 wrong usage, 3 nothing readable in the input, 4 output could not be written.
A trace that is damaged is read as far as possible, with warnings on standard error and exit code 0.)";

template <class Table> std::vector<std::string> namesOf(const Table& table) {
    std::vector<std::string> names;
    names.reserve(table.size());
    for (const auto& entry : table)
        names.emplace_back(entry.name);
    return names;
}

void addPictureOptions(CLI::App& command, PictureCommand& options) {
    command.add_option("-o,--output", options.output, "the file to write; - is standard output")->required();
    command.add_option("--size", options.size, "WIDTHxHEIGHT, 480x320 to 16384x16384")->capture_default_str();
    command.add_option("--scale", options.scale, "pixels for each unit of --size")
        ->check(CLI::Range(1, 4))
        ->capture_default_str();
}

// What is shown of a trace, in the window and in a picture of the timeline; "Copy link to here" writes these.
void addViewOptions(CLI::App& program, ViewOptions& view) {
    program.add_option("--range", view.range, "A..B: a part of the trace, such as 1.5s..2s, 200ms.. or ..1s");
    program.add_option("--group", view.group, "what the goroutines of a group have in common")
        ->check(CLI::IsMember(namesOf(namedGroupings)));
    program.add_option("--sort", view.sort, "what comes first")->check(CLI::IsMember(namesOf(namedGroupOrders)));
    program.add_option(
        "--filter", view.filter,
        "WORDS that must all hold, a minus turns one round: handler or 'main\\.(get|put)' (part of the function's "
        "name, or a regular expression), g42, state:waiting, on:mutex, at:cache.go:45, age:1s, lived:1s, label:, "
        "region:, "
        "task:, with:g42");
    program.add_option("--select", view.select,
                       "what to select: g42, g42@1.5s, P3, M7 (a thread), #7 (a task), a function whose goroutines are "
                       "meant, goroutines "
                       "together: g1,g5..g90, or the waits at a place: mutex at cache.go:45  main.get");
    program.add_option("--choose", view.choose, "A..B: a range to look at closely");
    program.add_option("--only", view.only, "g1,g5..g90: these goroutines alone");
    program.add_option("--hide", view.hide, "g1,g5..g90: goroutines without a row");
    program.add_option("--stacks", view.stacks, "g1,g2: goroutines with what they called below their rows");
    program.add_option("--light", view.light, "the only states that keep their colour, such as 'lock wait, running'");
    program
        .add_option("--row-height", view.rowHeight, "thin: rows without words, so that several times as many are seen")
        ->check(CLI::IsMember({"usual", "thin"}));
    program.add_option("--times", view.times, "marker: instants count from marker A; clock: as the clock said, UTC")
        ->check(CLI::IsMember({"start", "marker", "clock"}));
    program.add_option("--span-words", view.spanWords, "none: no words on spans, regions and stacks")
        ->check(CLI::IsMember({"all", "none"}));
    const auto each = [&](const char* name, std::vector<std::string>& values, const char* what) {
        program.add_option(name, values, what)->allow_extra_args(false)->take_all();
    };
    each("--pin", view.pins,
         "g1,g2; P3; M7, a thread; #7, a task; a group: rows that stay at the top. May be given often");
    each("--fold", view.fold, "NAME: a group; all groups; graphs, processors, threads or tasks. May be given often");
    each("--unfold", view.unfold, "NAME: the other way round");
    program.add_option("--first", view.first, "NAME or g42: the row that is seen first, below those that stay");
    each("--mark", view.marks, "1.5s, 1.5s=NOTE, A=1.5s or B=2s: an instant to mark. May be given often");
}

} // namespace

Asked readCommandLine(int argc, char** argv) {
    CLI::App program("Waitscope shows why goroutines wait.", "waitscope");
    program.footer(afterHelp);
    program.set_version_flag("--version", std::string("waitscope ") + WAITSCOPE_VERSION);
    program.require_subcommand(0, 1);
    Asked asked;
    WindowCommand window;
    program.add_option(
        "trace", window.traces,
        "the trace to open in the window, or two of them side by side; A=… and B=… for several runs of each");

    addViewOptions(program, window.view);

    CLI::App* const demo = program.add_subcommand("demo", "open the sample: 2,300 requests queue up behind a mutex");
    std::string which = "mutex";
    demo->add_option("which", which, "mutex (the fault), rwmutex (after the fix) or compare (both side by side)")
        ->check(CLI::IsMember({"mutex", "rwmutex", "compare"}))
        ->capture_default_str();
    demo->fallthrough(); // the options of the view
    CompareCommand sample;
    sample.sample = true;
    demo->add_flag("--json", sample.json, "of compare: no window, but what waitscope compare prints, as JSON");
    demo->add_option("-o,--output", sample.output, "of compare: no window, but a file (.json, .md)");
    StatsCommand stats;
    CLI::App* const statsApp = program.add_subcommand("stats", "counts and times that every reader must agree on");
    statsApp->add_option("trace", stats.trace, "the trace")->required();
    statsApp->add_flag("--json", stats.json, "as JSON");
    statsApp->callback([&] { asked.command = stats; });

    WaitsCommand waits;
    CLI::App* const waitsApp = program.add_subcommand("waits", "what was waited for, where, by how many, how long");
    waitsApp->add_option("trace", waits.trace, "the trace")->required();
    CLI::Option* const json = waitsApp->add_flag("--json", waits.json, "as JSON");
    waitsApp->add_flag("--csv", waits.csv, "as CSV")->excludes(json);
    waitsApp->add_option("--range", waits.range, "A..B: a part of the trace, such as 1.5s..2s");
    waitsApp->add_option("--by", waits.by, "what makes a row")
        ->check(CLI::IsMember({"site", "primitive", "waker", "goroutine", "function", "task", "region"}))
        ->capture_default_str();
    waitsApp->add_option("--columns", waits.columns, "of the text: all, or names such as primitive,key,p99,top-waker");
    waitsApp->add_option("--goroutines", waits.goroutinesOfRow, "ROW: the goroutines of this row, from 1 on, as JSON")
        ->check(CLI::PositiveNumber);
    waitsApp->add_option("--only", waits.only, "g1,g5..g90: the waits of these goroutines");
    waitsApp->add_flag("--runtime", waits.runtime, "with the goroutines of Go's runtime");
    waitsApp->callback([&] { asked.command = waits; });

    FindingsCommand findings;
    CLI::App* const findingsApp =
        program.add_subcommand("findings", "is it a leak, which one, since when, at which line, and how sure are we");
    findingsApp->add_option("trace", findings.trace, "the trace")->required();
    findingsApp->add_option("-o,--output", findings.output, "the file to write; standard output if not given");
    CLI::Option* const findingsJson = findingsApp->add_flag("--json", findings.json, "as JSON");
    CLI::Option* const sarif =
        findingsApp->add_flag("--sarif", findings.sarif, "as SARIF 2.1.0, for code scanning")->excludes(findingsJson);
    findingsApp->add_flag("--markdown", findings.markdown, "as Markdown")->excludes(findingsJson)->excludes(sarif);
    findingsApp
        ->add_option("--fail-on", findings.failOn, "exit with 1 if there is a finding of this tier or a higher one")
        ->check(CLI::IsMember({"high", "medium", "low"}));
    findingsApp->add_option("--threshold", findings.threshold,
                            "the age from which on an open wait counts as stuck, such as 500ms");
    findingsApp->add_option("--rules", findings.rules, "a file of idle functions and dismissed findings");
    findingsApp->callback([&] { asked.command = findings; });

    CompareCommand compare;
    CLI::App* const compareApp =
        program.add_subcommand("compare", "two traces, before and after: did it help, by how much, is anything worse");
    compareApp->add_option(
        "traces", compare.traces,
        "the trace from before, and the one from after; or A=TRACE and B=TRACE for each of several runs");
    compareApp->add_flag("--json", compare.json, "as JSON");
    compareApp->add_option("-o,--output", compare.output,
                           "the file to write (.html, .png, .md, .json); standard output if not given");
    compareApp->add_option("--range", compare.range, "A..B: the same part of both, such as 1.5s..2s");
    compareApp
        ->add_option("--requests", compare.requests,
                     "KIND NAME: what counts as a request: task, region or function, and its name")
        ->expected(2);
    compareApp->add_option("--fail-on", compare.failOn, "exit with 1 if a row has regressed or is new")
        ->check(CLI::IsMember({"regressed"}));
    compareApp->callback([&] { asked.command = compare; });

    ExportCommand exported;
    CLI::App* const exportApp =
        program.add_subcommand("export", "the waits for other programs: go tool pprof, flame graphs, Perfetto");
    exportApp->add_option("trace", exported.trace, "the trace")->required();
    exportApp->add_option("-o,--output", exported.output, "the file to write; - is standard output")->required();
    exportApp
        ->add_option("--format", exported.format,
                     "pprof, folded (stacks, for flame graphs), csv (of the table by site) or chrome (trace events, "
                     "for Perfetto)")
        ->check(CLI::IsMember({"pprof", "folded", "csv", "chrome"}))
        ->required();
    exportApp
        ->add_option(
            "--what", exported.what,
            "of pprof and folded: waits of channels and locks, the network, system calls, or the queue for a processor")
        ->check(CLI::IsMember({"sync", "net", "syscall", "sched"}))
        ->capture_default_str();
    exportApp->add_option("--range", exported.range, "A..B: a part of the trace, such as 1.5s..2s");
    exportApp->add_flag("--runtime", exported.runtime, "with the goroutines of Go's runtime");
    exportApp->callback([&] { asked.command = exported; });

    HeatmapCommand heatmap;
    CLI::App* const heatmapApp = program.add_subcommand(
        "heatmap",
        "time along x, colour = how much was waited: a row a goroutine, a place, an age … (.png, .svg, .csv, "
        ".json; several traces into a folder)");
    heatmapApp->add_option("traces", heatmap.traces, "the trace, or several of them")->required();
    addPictureOptions(*heatmapApp, heatmap);
    heatmapApp->add_option("--range", heatmap.range, "A..B: a part of the trace, such as 1.5s..2s, 200ms.. or ..1s");
    heatmapApp->add_option("--filter", heatmap.filter,
                           "only goroutines whose function matches this regular expression");
    heatmapApp->add_option("--mode", heatmap.mode, "what a row is")
        ->check(CLI::IsMember(namesOf(namedModes)))
        ->capture_default_str();
    heatmapApp->add_option("--metric", heatmap.metric,
                           "what the colour measures: states such as waiting, lock or mutex+chan-send, or age, "
                           "residence, residence-ms");
    heatmapApp->add_option("--sort", heatmap.sort, "order of rows")->check(CLI::IsMember(namesOf(namedOrders)));
    heatmapApp->add_option("--group", heatmap.group, "what makes a group (population, strategy)")
        ->check(CLI::IsMember(namesOf(namedHeatmapGroupings)));
    heatmapApp->add_option("--contains", heatmap.contains, "only goroutines whose function has this text in its name")
        ->excludes(heatmapApp->get_option("--filter"));
    heatmapApp->add_option("--rows", heatmap.rows, "A..B: only these places in the order of rows (lifetime)");
    heatmapApp->add_option("--rules", heatmap.rules, "a file of dismissed findings and idle functions");
    heatmapApp->add_option("--threshold", heatmap.threshold,
                           "from which age an open wait is stuck, such as 500ms; 5 % of the trace unless given");
    heatmapApp->add_option("--preset", heatmap.preset, "report (1600x900), slide (2560x1440) or print (300 dpi)")
        ->check(CLI::IsMember(namesOf(picturePresets)))
        ->excludes(heatmapApp->get_option("--size"))
        ->excludes(heatmapApp->get_option("--scale"));
    heatmapApp->add_option("--times", heatmap.times, "clock: instants as the clock said, UTC")
        ->check(CLI::IsMember({"start", "clock"}));
    heatmapApp->add_option("--palette", heatmap.palette, "the colours")
        ->check(CLI::IsMember(namesOf(namedColourMaps)))
        ->capture_default_str();
    heatmapApp->add_option("--colours", heatmap.colours, "the scale of colours")
        ->check(CLI::IsMember(namesOf(namedScales)));
    heatmapApp->add_flag("--max", heatmap.maximum,
                         "a row of several goroutines shows the largest of them, not the mean");
    heatmapApp->add_flag("--runtime", heatmap.runtime, "with the goroutines of Go's runtime");
    heatmapApp->callback([&] { asked.command = heatmap; });

    TimelineCommand timeline;
    CLI::App* const timelineApp = program.add_subcommand("timeline", "the timeline as a picture (.png, .svg)");
    timelineApp->add_option("trace", timeline.trace, "the trace")->required();
    addPictureOptions(*timelineApp, timeline);
    addViewOptions(*timelineApp, timeline.view);
    timelineApp->callback([&] { asked.command = timeline; });

    InfoCommand info;
    CLI::App* const infoApp = program.add_subcommand("info", "what a picture says of itself");
    infoApp->add_option("picture", info.picture, "a PNG that Waitscope made")->required();
    infoApp->add_flag("--json", info.json, "as JSON");
    infoApp->callback([&] { asked.command = info; });

    try {
        program.parse(argc, argv);
    } catch (const CLI::Success& help) {
        return {{}, program.exit(help)}; // --help and --version
    } catch (const CLI::ParseError& error) {
        say(std::string(error.what()) + "\nwaitscope --help lists what there is.");
        return {{}, Usage};
    }
    if (demo->parsed() && (sample.json || !sample.output.empty())) {
        if (which != "compare") {
            say("--json and -o are of waitscope demo compare.");
            return {{}, Usage};
        }
        return {sample, Fine};
    }
    if (demo->parsed())
        window = {.traces = {which}, .samples = true, .view = window.view};
    return asked.command ? asked : Asked{window, Fine};
}

} // namespace waitscope
