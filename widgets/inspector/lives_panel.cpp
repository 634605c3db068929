// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/inspector/lives_panel.h"

#include "model/report/text.h"
#include "model/waits/waiting_goroutines.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/written_times.h"
#include "widgets/inspector/length_histogram_view.h"

#include <memory>

namespace waitscope {

LivesPanel::LivesPanel(ViewState* state, QWidget* parent) : LivesPanel(state, new LivesModel, parent) {}

LivesPanel::LivesPanel(ViewState* state, LivesModel* model, QWidget* parent)
    : ListPage(state, tr("goroutines"), model, LivesModel::Lived, {75, 140, 68, 78, 72, 72, 72, 72}, parent)
    , model_(model) {
    writeTimesAs(state_, model_);
}

std::function<ListPage::Answer()> LivesPanel::question(const std::stop_token& stop) {
    return [model = model_, facts = state_->facts(), selection = state_->selection(), range = state_->rangeOfInterest(),
            lengths = histogram_->chosen(), times = state_->times(), stop] {
        std::vector<GoroutineIndex> goroutines = goroutinesOf(*facts, selection);
        if (const auto* const site = std::get_if<SiteSelection>(&selection))
            for (const WaitingGoroutine& one : goroutinesWaitingAt(*facts, site->primitive, site->site, range, true))
                goroutines.push_back(one.goroutine);
        const bool all = goroutines.empty();
        if (all)
            goroutines = goroutinesOf(*facts->trace, facts->waits, false);
        const auto lives = std::make_shared<Lives>(livesOf(*facts, goroutines, range, lengths, stop));
        return Answer{.what = (all ? tr("goroutines of the program") : fromUtf8(selectionText(*facts, selection))) +
                              tr(" · %1 listed · Δ %2 from %3")
                                  .arg(fromUtf8(countText(lives->lives.size())), fromUtf8(durationText(range.length())),
                                       times.text(range.begin)),
                      .lengths = lives->lengths,
                      .showRows = [model, facts, lives] { model->show(facts, std::move(*lives)); }};
    };
}

void LivesPanel::lookAt(int row) {
    state_->select(GoroutineSelection{model_->lifeAt(row).goroutine});
}

Time LivesPanel::beginOf(int row) const {
    return state_->facts()->trace->lifetime(model_->lifeAt(row).goroutine).begin;
}

} // namespace waitscope
