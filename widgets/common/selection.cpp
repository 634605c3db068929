// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/selection.h"

#include "model/report/span_text.h"
#include "model/waits/longest_wait.h"

namespace waitscope {

GoroutineIndex selectedGoroutine(const Selection& selection) {
    if (const auto* g = std::get_if<GoroutineSelection>(&selection))
        return g->goroutine;
    if (const auto* s = std::get_if<SpanSelection>(&selection))
        return s->goroutine;
    return {};
}

SpanIndex selectedSpan(const Selection& selection) {
    const auto* const s = std::get_if<SpanSelection>(&selection);
    return s != nullptr ? s->span : SpanIndex{};
}

std::string selectionText(const TraceFacts& facts, const Selection& selection) {
    if (const auto* span = std::get_if<SpanSelection>(&selection))
        return spanText(facts, span->goroutine, span->span);
    if (const auto* g = std::get_if<GoroutineSelection>(&selection))
        return goroutineSentence(facts, g->goroutine);
    if (const auto* site = std::get_if<SiteSelection>(&selection))
        return "waits on " + std::string(nameOf(site->primitive)) + " at " + siteText(*facts.trace, site->site);
    if (const auto* group = std::get_if<GroupSelection>(&selection))
        return groupText(*facts.trace, group->name, *group->members);
    if (const auto* processor = std::get_if<ProcessorSelection>(&selection))
        return processorText(*facts.trace, processor->processor);
    if (const auto* thread = std::get_if<ThreadSelection>(&selection))
        return threadText(facts, thread->thread);
    if (const auto* task = std::get_if<TaskSelection>(&selection))
        return taskText(*facts.trace, task->task);
    return {};
}

std::vector<GoroutineIndex> goroutinesOf(const TraceFacts& facts, const Selection& selection) {
    if (const GoroutineIndex g = selectedGoroutine(selection); g.known())
        return {g};
    if (const auto* group = std::get_if<GroupSelection>(&selection))
        return *group->members;
    if (const auto* task = std::get_if<TaskSelection>(&selection))
        return workersOf(*facts.trace, task->task);
    return {};
}

SpanIndex waitOf(const TraceFacts& facts, const Selection& selection) {
    const Trace& trace = *facts.trace;
    SpanIndex span;
    if (const auto* const chosen = std::get_if<SpanSelection>(&selection))
        span = chosen->span;
    else if (const auto* const g = std::get_if<GoroutineSelection>(&selection))
        span = trace.lastSpan(g->goroutine);
    else if (const auto* const task = std::get_if<TaskSelection>(&selection))
        span = longestWaitOf(facts, workersOf(trace, task->task), trace.tasks.range(task->task.value));
    return span.known() && facts.waits.indexOf(trace, span) != 0 ? span : SpanIndex{};
}

} // namespace waitscope
