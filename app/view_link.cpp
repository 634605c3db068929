// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/view_link.h"

#include "model/heatmap/grid.h"
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

// The program's own goroutines by Go's id, rising.
std::vector<GoroutineIndex> byId(const TraceFacts& facts) {
    std::vector<GoroutineIndex> all;
    for (std::uint32_t g = 0; g < facts.trace->goroutines.size(); ++g)
        if (!facts.waits.isRuntime({g}))
            all.push_back({g});
    std::ranges::sort(all, {}, [&](GoroutineIndex g) { return facts.trace->goroutines.id(g); });
    return all;
}

constexpr std::string_view through = "..";

std::string textOf(const Trace& trace, const SiteSelection& site) {
    return std::string(nameOf(site.primitive)) + " at " + siteText(trace, site.site);
}

} // namespace

std::vector<GoroutineIndex> goroutinesFrom(const TraceFacts& facts, const std::string& text) {
    const Trace& trace = *facts.trace;
    std::vector<GoroutineIndex> goroutines;
    std::vector<std::uint8_t> named(trace.goroutines.size());
    const auto add = [&](GoroutineIndex g) {
        if (std::exchange(named[g.value], 1) == 0)
            goroutines.push_back(g);
    };
    std::vector<GoroutineIndex> sorted; // once it is needed
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const std::string_view word = std::string_view(text).substr(begin, end - begin);
        const std::size_t dots = word.find(through);
        const auto first = goroutineIdFrom(word.substr(0, dots));
        const auto last = dots == std::string_view::npos ? first : goroutineIdFrom(word.substr(dots + through.size()));
        begin = end + 1;
        if (!first || !last)
            continue;
        if (dots == std::string_view::npos) {
            if (const GoroutineIndex g = trace.findGoroutine(*first); g.known())
                add(g);
            continue;
        }
        if (sorted.empty())
            sorted = byId(facts);
        const auto idOf = [&](GoroutineIndex g) { return trace.goroutines.id(g); };
        const auto from = std::ranges::lower_bound(sorted, *first, {}, idOf);
        const auto to = std::ranges::upper_bound(sorted, *last, {}, idOf);
        if (from < to)
            std::for_each(from, to, add);
    }
    return goroutines;
}

std::string goroutinesText(const TraceFacts& facts, std::span<const GoroutineIndex> goroutines) {
    const auto nameOf = [&](GoroutineIndex g) { return "g" + std::to_string(facts.trace->goroutines.id(g)); };
    // By goroutine: its place among the program's own. The runtime's are never inside of a stretch.
    constexpr std::uint32_t noPlace = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> places(facts.trace->goroutines.size(), noPlace);
    const std::vector<GoroutineIndex> sorted = byId(facts);
    for (std::uint32_t place = 0; place < sorted.size(); ++place)
        places[sorted[place].value] = place;
    std::string text;
    for (std::size_t i = 0; i < goroutines.size();) {
        std::size_t end = i + 1;
        while (end < goroutines.size() && places[goroutines[i].value] != noPlace &&
               places[goroutines[end].value] == places[goroutines[end - 1].value] + 1)
            ++end;
        text += (text.empty() ? "" : ",") + nameOf(goroutines[i]);
        if (end - i > 1)
            text += std::string(end - i > 2 ? through : ",") + nameOf(goroutines[end - 1]);
        i = end;
    }
    return text;
}

std::string setText(const TraceFacts& facts, std::vector<GoroutineIndex> goroutines) {
    std::ranges::sort(goroutines, {}, [&](GoroutineIndex g) { return facts.trace->goroutines.id(g); });
    return goroutinesText(facts, goroutines);
}

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

std::string commandLineOf(const std::string& trace, const ViewOptions& options) {
    std::string line = "waitscope " + shellWord(trace);
    const std::array<std::pair<const char*, const std::string*>, 9> all{{{"--range", &options.range},
                                                                         {"--group", &options.group},
                                                                         {"--sort", &options.sort},
                                                                         {"--filter", &options.filter},
                                                                         {"--select", &options.select},
                                                                         {"--choose", &options.choose},
                                                                         {"--only", &options.only},
                                                                         {"--hide", &options.hide},
                                                                         {"--pin", &options.pin}}};
    for (const auto& [name, value] : all)
        if (!value->empty())
            line += std::string(" ") + name + " " + shellWord(*value);
    return line;
}

} // namespace waitscope
