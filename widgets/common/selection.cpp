// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/selection.h"

#include "model/report/span_text.h"

namespace waitscope {

GoroutineIndex selectedGoroutine(const Selection& selection) {
    if (const auto* g = std::get_if<GoroutineSelection>(&selection))
        return g->goroutine;
    if (const auto* s = std::get_if<SpanSelection>(&selection))
        return s->goroutine;
    return {};
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

} // namespace waitscope
