// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/view_link.h"

#include "model/report/range_text.h"
#include "model/report/shell_word.h"
#include "model/report/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string_view>
#include <utility>

namespace waitscope {

std::vector<GoroutineIndex> goroutinesFrom(const Trace& trace, const std::string& text) {
    std::vector<GoroutineIndex> goroutines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        if (const auto id = goroutineIdFrom(std::string_view(text).substr(begin, end - begin)))
            if (const GoroutineIndex g = trace.findGoroutine(*id); g.known())
                goroutines.push_back(g);
        begin = end + 1;
    }
    return goroutines;
}

std::string goroutinesText(const Trace& trace, const std::vector<GoroutineIndex>& goroutines) {
    std::string text;
    for (const GoroutineIndex g : goroutines)
        text += (text.empty() ? "g" : ",g") + std::to_string(trace.goroutines.id(g));
    return text;
}

std::string selectedAs(const TraceFacts& facts, const Selection& selection) {
    const Trace& trace = *facts.trace;
    if (const auto* const span = std::get_if<SpanSelection>(&selection))
        return goroutinesText(trace, {span->goroutine}) + "@" + std::to_string(trace.spans.start(span->span)) + "ns";
    if (const auto* const g = std::get_if<GoroutineSelection>(&selection))
        return goroutinesText(trace, {g->goroutine});
    if (const auto* const p = std::get_if<ProcessorSelection>(&selection))
        return "P" + std::to_string(trace.processors[p->processor.value].id);
    if (const auto* const task = std::get_if<TaskSelection>(&selection))
        return "#" + std::to_string(trace.tasks[task->task.value].id);
    if (const auto* const group = std::get_if<GroupSelection>(&selection))
        if (const auto known = std::ranges::find(facts.groups.groups, group->name, &GoroutineGroup::name);
            known != facts.groups.groups.end() && known->members == *group->members)
            return group->name;
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
    if (isNumbered && text.front() == '#')
        for (std::uint32_t t = 0; t < trace.tasks.size(); ++t)
            if (trace.tasks[t].id == static_cast<std::uint64_t>(number))
                return TaskSelection{{t}};
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

std::string commandLineOf(const std::string& trace, const ViewOptions& options) {
    std::string line = "waitscope " + shellWord(trace);
    const std::array<std::pair<const char*, const std::string*>, 8> all{{{"--range", &options.range},
                                                                         {"--group", &options.group},
                                                                         {"--sort", &options.sort},
                                                                         {"--filter", &options.filter},
                                                                         {"--select", &options.select},
                                                                         {"--choose", &options.choose},
                                                                         {"--hide", &options.hide},
                                                                         {"--pin", &options.pin}}};
    for (const auto& [name, value] : all)
        if (!value->empty())
            line += std::string(" ") + name + " " + shellWord(*value);
    return line;
}

} // namespace waitscope
