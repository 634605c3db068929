// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/view_link.h"

#include "app/goroutine_list.h"
#include "model/heatmap/grid.h"
#include "model/lod/goroutine_filter.h"
#include "model/report/range_text.h"
#include "model/report/shell_word.h"
#include "model/report/span_text.h"
#include "model/report/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

namespace waitscope {

namespace {

std::string textOf(const Trace& trace, const SiteSelection& site) {
    return std::string(nameOf(site.primitive)) + " at " + siteText(trace, site.site);
}

} // namespace

std::optional<GroupSelection> togetherFrom(const TraceFacts& facts, const std::string& text) {
    auto members = goroutinesFrom(facts, text);
    if (members.empty())
        return {};
    std::string name = stretchLabel(*facts.trace, members);
    return GroupSelection{std::move(name), std::make_shared<const std::vector<GoroutineIndex>>(std::move(members))};
}

std::string selectedAs(const TraceFacts& facts, const Selection& selection) {
    const Trace& trace = *facts.trace;
    if (const auto* const span = std::get_if<SpanSelection>(&selection))
        return goroutinesText(facts, std::array{span->goroutine}) + "@" +
               std::to_string(trace.spans.start(span->span)) + "ns";
    if (const auto* const g = std::get_if<GoroutineSelection>(&selection))
        return goroutinesText(facts, std::array{g->goroutine});
    if (const auto* const p = std::get_if<ProcessorSelection>(&selection))
        return "P" + std::to_string(trace.processors[p->processor.value].id);
    if (const auto* const thread = std::get_if<ThreadSelection>(&selection))
        return "M" + std::to_string(trace.threads[thread->thread.value].id);
    if (const auto* const task = std::get_if<TaskSelection>(&selection))
        return "#" + std::to_string(trace.tasks[task->task.value].id);
    if (const auto* const group = std::get_if<GroupSelection>(&selection)) {
        const auto known = std::ranges::find(facts.groups.groups, group->name, &GoroutineGroup::name);
        const bool isThere = known != facts.groups.groups.end() && known->members == *group->members;
        return isThere ? group->name : setText(facts, *group->members);
    }
    if (const auto* const site = std::get_if<SiteSelection>(&selection))
        return textOf(trace, *site);
    return {};
}

Selection selectionFrom(const std::shared_ptr<const TraceFacts>& facts, const std::string& text) {
    const Trace& trace = *facts->trace;
    const auto groups = std::span(facts->groups.groups);
    if (const auto known = std::ranges::find(groups, text, &GoroutineGroup::name); known != groups.end())
        return GroupSelection{text, std::shared_ptr<const std::vector<GoroutineIndex>>(facts, &known->members)};
    std::int64_t number = 0;
    const bool isNumbered =
        text.size() > 1 && std::from_chars(text.data() + 1, text.data() + text.size(), number).ec == std::errc();
    if (isNumbered && text.front() == 'P')
        for (std::uint32_t p = 0; p < trace.processors.size(); ++p)
            if (trace.processors[p].id == number)
                return ProcessorSelection{{p}};
    if (isNumbered && text.front() == 'M')
        for (std::uint32_t m = 0; m < trace.threads.size(); ++m)
            if (static_cast<std::int64_t>(trace.threads[m].id) == number)
                return ThreadSelection{{m}};
    if (isNumbered && text.front() == '#')
        for (std::uint32_t t = 0; t < trace.tasks.size(); ++t)
            if (trace.tasks[t].id == static_cast<std::uint64_t>(number))
                return TaskSelection{{t}};
    if (text.find(" at ") != std::string::npos)
        for (const WaitClass& wait : facts->waits.all())
            if (const SiteSelection site{wait.primitive, wait.site}; textOf(trace, site) == text)
                return site;
    if (text.find(',') != std::string::npos || text.find(through) != std::string::npos)
        if (const auto together = togetherFrom(*facts, text))
            return *together;
    const auto wanted = goroutineAtFrom(text);
    const GoroutineIndex g = wanted ? trace.findGoroutine(wanted->id) : GoroutineIndex{};
    if (!g.known())
        return {};
    const SpanIndex span = wanted->time ? trace.spanAt(g, *wanted->time) : SpanIndex{};
    if (span.known())
        return SpanSelection{g, span};
    return GoroutineSelection{g};
}

std::optional<GoroutineAt> goroutineAtFrom(const std::string& text) {
    const std::size_t at = text.find('@');
    const auto id = goroutineIdFrom(std::string_view(text).substr(0, at));
    if (!id)
        return {};
    GoroutineAt result{.id = *id, .time = {}};
    if (at != std::string::npos) {
        result.time = timeFrom(std::string_view(text).substr(at + 1));
        if (!result.time)
            return {};
    }
    return result;
}

namespace {

constexpr const char* thinRows = "thin";
constexpr const char* noWords = "none";

std::string markText(Time time) {
    return std::to_string(time) + "ns";
}

// "1.5s=onset", "A=1.5s"; false if it is neither.
bool addMark(const std::string& text, Time duration, TimelineContents& view) {
    const std::size_t equals = std::min(text.find('='), text.size());
    const bool isA = text.starts_with("A=");
    const bool isB = text.starts_with("B=");
    const std::string_view place = std::string_view(text).substr(isA || isB ? 2 : 0, isA || isB ? text.npos : equals);
    const auto time = timeFrom(place);
    if (!time || *time > duration)
        return false;
    if (isA)
        view.a = time;
    else if (isB)
        view.b = time;
    else
        view.marks.push_back({*time, QString::fromStdString(text.substr(std::min(equals + 1, text.size())))});
    return true;
}

// " --range 1ns..2ns --filter 'on:mutex'"
std::string wordsOf(const ViewOptions& options) {
    std::string words;
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty())
            words += std::string(" ") + name + " " + shellWord(value);
    };
    for (const NamedOption& option : namedOptions)
        add(option.name, options.*option.text);
    for (const NamedOptions& option : namedOptionLists)
        for (const std::string& value : options.*option.texts)
            add(option.name, value);
    return words;
}

// "lock wait, running"; none if a part is no such name.
StateFamilies familiesFrom(std::string_view text) {
    StateFamilies families;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        std::size_t f = 0;
        while (f < stateFamilyCount && nameOf(static_cast<StateFamily>(f)) != text.substr(0, comma))
            ++f;
        if (f == stateFamilyCount)
            return {};
        families.set(f);
        text.remove_prefix(std::min(text.size(), comma + 1));
        text.remove_prefix(std::min(text.size(), text.find_first_not_of(' ')));
    }
    return families;
}

// One after the other; goroutines that follow each other share a text.
std::vector<std::string> pinsText(const TraceFacts& facts, std::span<const PinnedRow> pinned) {
    std::vector<std::string> texts;
    std::vector<GoroutineIndex> together;
    const auto addTogether = [&] {
        if (!together.empty())
            texts.push_back(goroutinesText(facts, std::exchange(together, {})));
    };
    for (const PinnedRow& row : pinned) {
        if (const auto* const g = std::get_if<GoroutineIndex>(&row)) {
            together.push_back(*g);
            continue;
        }
        addTogether();
        if (const auto* const name = std::get_if<std::string>(&row))
            texts.push_back(*name);
        else if (const auto* const processor = std::get_if<ProcIndex>(&row))
            texts.push_back(selectedAs(facts, ProcessorSelection{*processor}));
        else if (const auto* const thread = std::get_if<ThreadIndex>(&row))
            texts.push_back(selectedAs(facts, ThreadSelection{*thread}));
        else if (const auto* const task = std::get_if<TaskIndex>(&row))
            texts.push_back(selectedAs(facts, TaskSelection{*task}));
    }
    addTogether();
    return texts;
}

// What is neither of the others is the name of a group, which may be one of another grouping.
std::vector<PinnedRow> pinsFrom(const std::shared_ptr<const TraceFacts>& facts, const std::vector<std::string>& texts) {
    std::vector<PinnedRow> pinned;
    for (const std::string& text : texts) {
        const Selection one = selectionFrom(facts, text);
        if (const auto* const processor = std::get_if<ProcessorSelection>(&one))
            pinned.emplace_back(processor->processor);
        else if (const auto* const thread = std::get_if<ThreadSelection>(&one))
            pinned.emplace_back(thread->thread);
        else if (const auto* const task = std::get_if<TaskSelection>(&one))
            pinned.emplace_back(task->task);
        else if (const auto goroutines = goroutinesFrom(*facts, text); !goroutines.empty())
            pinned.insert(pinned.end(), goroutines.begin(), goroutines.end());
        else
            pinned.emplace_back(text);
    }
    return pinned;
}

} // namespace

std::optional<TimelineContents> contentsFrom(const std::shared_ptr<const TraceFacts>& facts, const ViewOptions& options,
                                             std::string& problem) {
    const Time duration = facts->trace->duration;
    TimelineContents view;
    const auto fails = [&](const std::string& option, const std::string& why) {
        problem = option + ": " + why;
        return std::nullopt;
    };
    view.choice.grouping = static_cast<Grouping>(findChoice(namedGroupings, options.group).value_or(0));
    view.choice.order = static_cast<GroupOrder>(findChoice(namedGroupOrders, options.sort).value_or(0));
    view.choice.filter = QString::fromStdString(options.filter);
    view.choice.hidden = goroutinesFrom(*facts, options.hide);
    view.pinned = pinsFrom(facts, options.pins);
    view.stacked = goroutinesFrom(*facts, options.stacks);
    view.lit = familiesFrom(options.light);
    view.look = {.thin = options.rowHeight == thinRows, .words = options.spanWords != noWords};
    if (!options.light.empty() && view.lit.none())
        return fails("--light " + options.light, "no state has this name; lock wait, running and gc wait are some.");
    view.times = timeFormatFrom(options.times);
    if (view.times == TimeFormat::WallClock && !facts->trace->wallClock)
        return fails("--times clock", "this trace does not say when it began; Go 1.25 and later record it.");
    view.rows = {.folded = options.fold, .unfolded = options.unfold, .first = options.first};
    if (!GoroutineFilter::parse(options.filter, problem))
        return fails("--filter " + options.filter, problem);
    view.only = togetherFrom(*facts, options.only);
    if (!view.only && !options.only.empty())
        return fails("--only " + options.only, "the trace has no such goroutines.");
    if (!options.choose.empty()) {
        const auto chosen = rangeFrom(options.choose, duration, problem);
        if (!chosen)
            return std::nullopt;
        view.chosen = *chosen;
    }
    view.selection = options.select.empty() ? Selection() : selectionFrom(facts, options.select);
    if (!options.select.empty() && std::holds_alternative<std::monostate>(view.selection))
        return fails("--select " + options.select, "the trace has no such thing.");
    for (const std::string& mark : options.marks)
        if (!addMark(mark, duration, view))
            return fails("--mark " + mark, "give a time of the trace, such as 1.5s, 1.5s=note, A=1.5s or B=2s.");
    return view;
}

ViewOptions optionsFor(const TraceFacts& facts, const TimelineContents& view) {
    ViewOptions options;
    if (view.choice.grouping != Grouping::Function)
        options.group = namedGroupings[static_cast<std::size_t>(view.choice.grouping)].name;
    if (view.choice.order != GroupOrder::OpenWait)
        options.sort = namedGroupOrders[static_cast<std::size_t>(view.choice.order)].name;
    options.filter = view.choice.filter.toStdString();
    options.select = selectedAs(facts, view.selection);
    if (!view.chosen.empty())
        options.choose = markText(view.chosen.begin) + std::string(through) + markText(view.chosen.end);
    if (view.only)
        options.only = setText(facts, *view.only->members);
    options.hide = setText(facts, view.choice.hidden);
    options.pins = pinsText(facts, view.pinned);
    options.stacks = goroutinesText(facts, view.stacked);
    options.light = namesOf(view.lit);
    if (view.look.thin)
        options.rowHeight = thinRows;
    if (!view.look.words)
        options.spanWords = noWords;
    options.times = nameOf(view.times);
    options.fold = view.rows.folded;
    options.unfold = view.rows.unfolded;
    options.first = view.rows.first;
    for (const TimeMark& mark : view.marks)
        options.marks.push_back(markText(mark.time) +
                                (mark.note.isEmpty() ? std::string() : "=" + mark.note.toStdString()));
    if (view.a)
        options.marks.push_back("A=" + markText(*view.a));
    if (view.b)
        options.marks.push_back("B=" + markText(*view.b));
    return options;
}

std::string commandLineOf(const std::string& trace, const ViewOptions& options) {
    return "waitscope " + shellWord(trace) + wordsOf(options);
}

std::string pictureCommandOf(const std::string& trace, const ViewOptions& options,
                             const TimelinePictureOptions& picture) {
    const TimelinePictureOptions usual;
    std::string line = "waitscope timeline " + shellWord(trace) + " -o timeline.png" + wordsOf(options);
    if (picture.size != usual.size)
        line += " --size " + std::to_string(picture.size.width()) + "x" + std::to_string(picture.size.height());
    if (picture.scale != usual.scale)
        line += " --scale " + std::to_string(picture.scale);
    return line;
}

} // namespace waitscope
