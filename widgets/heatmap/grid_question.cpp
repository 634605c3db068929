// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heatmap/grid_question.h"

#include <algorithm>
#include <span>

namespace waitscope {

GridAnswer answerTo(const GridQuestion& question, const std::stop_token& stop) {
    GridAnswer answer{.goroutines = question.goroutines, .grid = {}};
    if (!answer.goroutines) {
        RowChoice choice{.order = question.options.order};
        if (!question.filter.empty())
            choice.wanted = [&](std::string_view function) { return nameContains(function, question.filter); };
        answer.goroutines =
            std::make_shared<const std::vector<GoroutineIndex>>(orderedGoroutines(*question.facts, choice, stop));
    }
    const std::span<const GoroutineIndex> all(*answer.goroutines);
    const auto count = static_cast<std::uint32_t>(all.size());
    HeatmapOptions options = question.options;
    std::uint32_t first = 0;
    std::uint32_t shown = count;
    if (namedOf(options.mode).goroutineRows && question.placeCount > 0) {
        shown = std::min(question.placeCount, count);
        first = std::min(question.firstPlace, count - shown);
        const std::uint32_t rows = std::max(1U, options.rows);
        if (const std::uint32_t perRow = (shown + rows - 1) / rows; perRow > 1) {
            first -= first % perRow;
            shown = std::min(shown / perRow * perRow, count - first);
        }
    }
    options.firstPlace = first;
    answer.grid = std::make_shared<const Grid>(heatmapGrid(*question.facts, all.subspan(first, shown), options, stop));
    return answer;
}

} // namespace waitscope
