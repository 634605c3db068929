// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heatmap/grid_job.h"

#include <QtConcurrentRun>

#include <algorithm>

namespace waitscope {

namespace {

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
    // Bundles begin at multiples of their size, so that scrolling moves rows and does not mix them anew.
    if (const std::uint32_t perRow = (shown + question.options.rows - 1) / std::max(1U, question.options.rows);
        perRow > 1) {
        answer.firstPlace -= answer.firstPlace % perRow;
        shown = std::min(shown + perRow - 1, count - answer.firstPlace);
        shown -= answer.firstPlace + shown < count ? shown % perRow : 0;
    }
    answer.grid = std::make_shared<const Grid>(
        lifetimeGrid(*question.facts, all.subspan(answer.firstPlace, shown), question.options, stop));
    return answer;
}

} // namespace

GridJob::GridJob(QObject* parent) : QObject(parent) {
    connect(&watcher_, &QFutureWatcherBase::finished, this, [this] {
        if (!busy_)
            return;
        busy_ = false;
        Q_EMIT answered(watcher_.result());
    });
}

GridJob::~GridJob() {
    stop_.request_stop();
}

void GridJob::ask(const GridQuestion& question) {
    stop_.request_stop();
    stop_ = std::stop_source();
    busy_ = true;
    watcher_.setFuture(QtConcurrent::run([question, stop = stop_.get_token()] { return answerTo(question, stop); }));
}

void GridJob::cancel() {
    stop_.request_stop();
    busy_ = false;
}

} // namespace waitscope
