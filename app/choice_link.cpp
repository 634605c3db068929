// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/choice_link.h"

#include "app/range_link.h"
#include "app/trace_view.h"
#include "model/compare/counterpart.h"
#include "model/lod/goroutine_filter.h"
#include "widgets/common/from_utf8.h"
#include "widgets/heatmap/heatmap_view.h"
#include "widgets/timeline/timeline_view.h"

#include <algorithm>
#include <utility>

namespace waitscope {
namespace {

/// The place of the wait that is selected, or of the site.
std::optional<WaitPlace> placeOf(const ViewState& state) {
    if (const auto* const site = std::get_if<SiteSelection>(&state.selection()))
        return WaitPlace{site->primitive, site->site};
    if (const auto* const span = std::get_if<SpanSelection>(&state.selection());
        span != nullptr && state.facts()->trace->spans.state(span->span) == GoroutineState::Waiting) {
        const WaitClass& wait = state.facts()->waits.of(*state.facts()->trace, span->span);
        return WaitPlace{wait.primitive, wait.site};
    }
    return {};
}

bool namesGoroutine(const QString& filter) {
    std::string problem;
    const auto parsed = GoroutineFilter::parse(filter.toStdString(), problem);
    return parsed && parsed->namesGoroutine();
}

} // namespace

ChoiceLink::ChoiceLink(TraceView* one, TraceView* other, const RangeLink* times, QObject* parent)
    : QObject(parent), times_(times) {
    follow(one, other);
    follow(other, one);
}

void ChoiceLink::follow(TraceView* from, TraceView* to) {
    const auto answer = [this, to](auto copy) {
        if (!times_->isOn() || following_ || !to->state()->facts())
            return;
        following_ = true;
        copy();
        following_ = false;
    };
    connect(from->timeline(), &TimelineView::choiceChanged, this,
            [this, answer, from, to] { answer([&] { copyRows(from, to); }); });
    connect(from->heatmap(), &HeatmapView::settingsChanged, this,
            [answer, from, to] { answer([&] { to->heatmap()->setSettings(from->heatmap()->settings()); }); });
    connect(from->timeline(), &TimelineView::groupFocused, this,
            [answer, to](const QString& name) { answer([&] { to->timeline()->showGroup(name); }); });
    connect(from->state(), &ViewState::selectionChanged, this,
            [this, answer, from, to] { answer([&] { copySelection(from, to); }); });
    connect(from->state(), &ViewState::hoverTimeChanged, this, [this, answer, from, to](Time time) {
        answer([&] {
            const Time beside = time < 0 ? -1 : times_->timeBeside(from->state(), time);
            to->state()->setHoverTime(to->state()->visibleRange().contains(beside) ? beside : -1);
        });
    });
    connect(from->state(), &ViewState::chosenRangeChanged, this, [this, answer, from, to](TimeRange range) {
        answer([&] {
            to->state()->choose(range.empty() ? TimeRange{}
                                              : TimeRange{times_->timeBeside(from->state(), range.begin),
                                                          times_->timeBeside(from->state(), range.end)}
                                                    .clippedTo(to->state()->facts()->trace->wholeRange()));
        });
    });
    // Colours mean the same on both sides, linked or not.
    connect(from->heatmap(), &HeatmapView::gridChanged, this, [from, to] {
        if (to->state()->facts())
            to->heatmap()->setBeside(from->heatmap()->grid());
    });
    connect(from->state(), &ViewState::traceChanged, this, [from, to] {
        if (!from->state()->facts())
            to->heatmap()->setBeside(nullptr);
    });
}

void ChoiceLink::copyChoices(TraceView* from, TraceView* to) {
    const bool before = std::exchange(following_, true);
    copyRows(from, to);
    to->heatmap()->setSettings(from->heatmap()->settings());
    following_ = before;
}

void ChoiceLink::select(const Selection& a, const Selection& b, TraceView* first, TraceView* second) {
    const bool before = std::exchange(following_, true);
    first->state()->select(a);
    second->state()->select(b);
    following_ = before;
}

// A filter for a goroutine, and goroutines that were hidden, are of one trace.
void ChoiceLink::copyRows(TraceView* from, TraceView* to) {
    TimelineChoice choice = from->timeline()->choice();
    choice.hidden = to->timeline()->choice().hidden;
    if (namesGoroutine(choice.filter))
        choice.filter = to->timeline()->choice().filter;
    to->timeline()->setChoice(choice);
    to->timeline()->setLook(from->timeline()->look());
}

void ChoiceLink::copySelection(TraceView* from, TraceView* to) {
    const ViewState& state = *from->state();
    if (std::holds_alternative<std::monostate>(state.selection()))
        return to->state()->select({});
    const TraceFacts& facts = *state.facts();
    if (const auto place = placeOf(state)) {
        const auto beside = counterpartOf(facts, *place, *to->state()->facts());
        if (beside && placeOf(*to->state()) == beside)
            return; // one of these waits is selected there already
        if (beside)
            to->state()->select(SiteSelection{beside->primitive, beside->site});
        else
            to->state()->select({});
        if (!beside)
            Q_EMIT message(tr("The other trace has no such wait."));
        return;
    }
    if (const auto* const group = std::get_if<GroupSelection>(&state.selection())) {
        if (!to->timeline()->showGroup(fromUtf8(group->name), true))
            to->state()->select({});
        return;
    }
    if (const GoroutineIndex g = selectedGoroutine(state.selection()); g.known())
        to->timeline()->showGroup(fromUtf8(facts.trace->function(g)));
}

} // namespace waitscope
