// SPDX-License-Identifier: GPL-3.0-or-later
// What is chosen in any view, seen in the heatmap: rows, a range of time, marks, when it began.
#include "model/report/text.h"
#include "widgets/common/colours.h"
#include "widgets/common/from_utf8.h"
#include "widgets/heatmap/heatmap_overlay.h"
#include "widgets/heatmap/heatmap_plot.h"
#include "widgets/heatmap/heatmap_view.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace waitscope {

void HeatmapView::selectionChanged() {
    findSelection();
    // What another view chose is brought into sight.
    if (!selectedPlaces_.empty() && placeCount_ > 0) {
        const auto isSeen = [&](std::uint32_t place) {
            return place >= firstPlace_ && place < firstPlace_ + placeCount_;
        };
        if (std::ranges::none_of(selectedPlaces_, isSeen))
            setPlaces(selectedPlaces_.front() - placeCount_ / 2, placeCount_);
    }
    showSelection();
}

// Places in the order of all rows, rising.
void HeatmapView::findSelection() {
    selectedPlaces_.clear();
    if (!answer_.grid || !goroutines_)
        return;
    if (const auto* site = std::get_if<SiteSelection>(&state_->selection());
        site && answer_.grid->mode == HeatmapMode::Site) {
        const auto row = std::ranges::find_if(answer_.grid->rows, [&](const GridRow& r) {
            return r.primitive == site->primitive && r.site == site->site;
        });
        if (row != answer_.grid->rows.end())
            selectedPlaces_.push_back(static_cast<std::uint32_t>(row - answer_.grid->rows.begin()));
        return;
    }
    if (!namedOf(settings_.mode).goroutineRows)
        return;
    const std::vector<GoroutineIndex> chosen = goroutinesOf(*state_->facts(), state_->selection());
    if (chosen.empty())
        return;
    std::vector<std::uint8_t> isChosen(state_->facts()->trace->goroutines.size());
    for (const GoroutineIndex g : chosen)
        isChosen[g.value] = 1;
    for (std::uint32_t place = 0; place < goroutines_->size(); ++place)
        if (isChosen[(*goroutines_)[place].value] != 0)
            selectedPlaces_.push_back(place);
}

void HeatmapView::showSelection() {
    std::vector<HeatmapOverlay::Row> rows;
    if (answer_.grid && !answer_.grid->empty()) {
        const double perRow = answer_.grid->mode == HeatmapMode::Lifetime ? answer_.grid->perRow : 1;
        const double first = answer_.grid->firstPlace();
        double last = -1; // the end of the last row, as a place; rows that touch are one
        for (const std::uint32_t place : selectedPlaces_) {
            const double top = first + std::floor((place - first) / perRow) * perRow;
            if (top < last)
                continue;
            const HeatmapOverlay::Row row{plot_->yOf(top), plot_->yOf(top + perRow)};
            if (top == last)
                rows.back().bottom = row.bottom;
            else
                rows.push_back(row);
            last = top + perRow;
        }
    }
    overlay_->setSelectedRows(std::move(rows));
}

// A drag along the axis of rows: all goroutines of these rows together.
void HeatmapView::chooseRows(double fromY, double toY) {
    if (!goroutines_ || goroutines_->empty() || !namedOf(settings_.mode).goroutineRows)
        return;
    const auto total = static_cast<double>(goroutines_->size());
    const auto placeAt = [&](double y) { return std::clamp(plot_->placeAt(y), 0.0, total); };
    const auto first = static_cast<std::ptrdiff_t>(std::floor(std::min(placeAt(fromY), total - 1)));
    const auto last = std::max(first + 1, static_cast<std::ptrdiff_t>(std::ceil(placeAt(toY))));
    auto members =
        std::make_shared<const std::vector<GoroutineIndex>>(goroutines_->begin() + first, goroutines_->begin() + last);
    if (members->size() == 1)
        return state_->select(GoroutineSelection{members->front()});
    state_->select(GroupSelection{stretchLabel(*state_->facts()->trace, *members), members});
    Q_EMIT rowsBrushed();
}

void HeatmapView::showOnset() {
    const Time onset = state_->onset();
    const bool seen = onset >= 0 && answer_.grid && state_->visibleRange().contains(onset);
    overlay_->setOnset(seen ? std::optional(plot_->xOf(onset)) : std::nullopt,
                       tr("since %1").arg(state_->times().text(onset)));
}

void HeatmapView::showTimes() {
    std::vector<HeatmapOverlay::TimeLine> lines;
    std::optional<std::pair<double, double>> chosen;
    if (answer_.grid) {
        const TimeRange visible = state_->visibleRange();
        const auto line = [&](Time time, const QColor& colour, const QString& text) {
            if (visible.contains(time))
                lines.push_back({plot_->xOf(time), colour, text});
        };
        const TimeMarks& marks = state_->marks();
        for (const TimeMark& mark : marks.marks())
            line(mark.time, palette().color(QPalette::Highlight),
                 mark.note.isEmpty() ? QStringLiteral("⚑") : mark.note);
        if (marks.a())
            line(*marks.a(), markerAColour, QStringLiteral("A"));
        if (marks.b())
            line(*marks.b(), markerBColour, QStringLiteral("B"));
        const TimeRange part = state_->chosenRange().clippedTo(visible);
        if (!part.empty())
            chosen = std::pair(plot_->xOf(part.begin), plot_->xOf(part.end));
    }
    overlay_->setTimes(std::move(lines), chosen);
}

} // namespace waitscope
