// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heatmap/grid_question.h"

#include <algorithm>
#include <span>

namespace waitscope {

GridAnswer answerTo(const GridQuestion& question, const std::stop_token& stop) {
    GridAnswer answer{.goroutines = question.goroutines, .grid = {}, .firstPlace = 0};
    if (!answer.goroutines) {
        RowChoice choice{.order = question.order};
        if (!question.filter.empty())
            choice.wanted = [&](std::string_view function) { return nameContains(function, question.filter); };
        answer.goroutines =
            std::make_shared<const std::vector<GoroutineIndex>>(orderedGoroutines(*question.facts, choice, stop));
    }
    const std::span<const GoroutineIndex> all(*answer.goroutines);
    const auto count = static_cast<std::uint32_t>(all.size());
    std::uint32_t shown = question.placeCount == 0 ? count : std::min(question.placeCount, count);
    answer.firstPlace = std::min(question.firstPlace, count - shown);
    const std::uint32_t rows = std::max(1U, question.options.rows);
    if (const std::uint32_t perRow = (shown + rows - 1) / rows; perRow > 1) {
        answer.firstPlace -= answer.firstPlace % perRow;
        shown = std::min(shown / perRow * perRow, count - answer.firstPlace);
        if (question.placeCount == 0)
            shown = count;
    }
    answer.grid = std::make_shared<const Grid>(
        lifetimeGrid(*question.facts, all.subspan(answer.firstPlace, shown), question.options, stop));
    return answer;
}

} // namespace waitscope
