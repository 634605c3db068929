// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heatmap/heatmap_axes.h"

#include "model/report/text.h"
#include "widgets/common/from_utf8.h"

#include <algorithm>
#include <cmath>

namespace waitscope {

void TimeTicker::generate(const QCPRange& range, const QLocale&, QChar, int, QVector<double>& ticks,
                          QVector<double>* subTicks, QVector<QString>* labels) {
    const TimeAxis axis{.range = {std::llround(range.lower), std::llround(range.upper)}, .left = 0, .width = width};
    ticks.clear();
    if (subTicks)
        subTicks->clear();
    if (labels)
        labels->clear();
    for (const Tick& tick : times.ticks(axis, spacing)) {
        ticks.push_back(static_cast<double>(tick.time));
        if (labels)
            labels->push_back(QString::fromStdString(tick.label));
    }
}

void RowTicker::generate(const QCPRange& range, const QLocale&, QChar, int, QVector<double>& ticks,
                         QVector<double>* subTicks, QVector<QString>* labels) {
    ticks.clear();
    if (subTicks)
        subTicks->clear();
    if (labels)
        labels->clear();
    if (!contents.grid || contents.grid->empty() || range.size() <= 0)
        return;
    const HeatmapMode mode = contents.grid->mode;
    const std::vector<Label> all = mode == HeatmapMode::Population   ? counts(range)
                                   : mode == HeatmapMode::Processor  ? shares()
                                   : risesUpwards(mode)              ? intervals()
                                   : contents.grid->sections.empty() ? rowNames(range)
                                                                     : std::vector<Label>();
    for (const Label& label : all) {
        // A name needs its height inside the canvas.
        const double pixel = (label.place - range.lower) / range.size() * height;
        if (pixel < 6 || pixel > height - 6)
            continue;
        ticks.push_back(label.place);
        if (labels)
            labels->push_back(QFontMetricsF(font).elidedText(label.text, Qt::ElideMiddle, width));
    }
}

std::vector<RowTicker::Label> RowTicker::rowNames(const QCPRange& range) const {
    const Grid& grid = *contents.grid;
    std::vector<Label> names;
    const GridBand first = grid.placeOf(0);
    const double rowPixels = height * (first.bottom - first.top) / range.size();
    const double apart = std::max(24.0, std::ceil(QFontMetricsF(font).height()) + 4);
    std::uint32_t step = 1;
    while (step * rowPixels < (grid.mode == HeatmapMode::Site ? apart - 8 : apart))
        step *= 2;
    for (std::uint32_t r = 0; r < grid.rows.size(); r += step) {
        const GridBand place = grid.placeOf(r);
        const double middle = (place.top + place.bottom) / 2;
        if (grid.mode == HeatmapMode::Site) {
            names.push_back({middle, fromUtf8(grid.rows[r].label)});
            continue;
        }
        const std::uint32_t last = std::min<std::uint32_t>(r + step, static_cast<std::uint32_t>(grid.rows.size())) - 1;
        const auto stretch =
            std::span(grid.goroutines)
                .subspan(grid.rows[r].first, grid.rows[last].first + grid.rows[last].count - grid.rows[r].first);
        names.push_back({middle, fromUtf8(stretchLabel(*contents.trace, stretch))});
    }
    return names;
}

std::vector<RowTicker::Label> RowTicker::intervals() const {
    const Grid& grid = *contents.grid;
    const double apart = (grid.lastPlace() - grid.firstPlace()) / std::max(1, height) * 18;
    std::vector<Label> labels;
    double last = -1e9;
    const auto add = [&](double place, const QString& text) {
        if (place - last < apart)
            return;
        labels.push_back({place, text});
        last = place;
    };
    for (std::uint32_t r = 0; r < grid.rows.size(); ++r) {
        const double low = grid.rows[r].low;
        const double decade = std::log10(std::max(low, 1.0));
        if (low > 0 && std::abs(decade - std::round(decade)) < 1e-6)
            add(grid.placeOf(r).top, fromUtf8(durationText(std::llround(low))));
    }
    if (labels.empty()) // all of it lies within a decade
        for (std::uint32_t r = 0; r < grid.rows.size(); ++r)
            if (const GridBand place = grid.placeOf(r); grid.rows[r].high > 0)
                add((place.top + place.bottom) / 2, fromUtf8(grid.rows[r].label));
    for (std::uint32_t r = 0; r < grid.rows.size(); ++r)
        if (grid.rows[r].high <= 0) {
            const GridBand place = grid.placeOf(r); // the strip of open waits
            labels.push_back({(place.top + place.bottom) / 2, QStringLiteral("still open")});
        }
    return labels;
}

std::vector<RowTicker::Label> RowTicker::shares() const {
    const Grid& grid = *contents.grid;
    const std::uint32_t step = height / static_cast<int>(grid.rows.size()) < 18 ? 5 : 2;
    std::vector<Label> labels;
    for (std::uint32_t r = 0; r < grid.rows.size(); r += step)
        labels.push_back({grid.placeOf(r).top, QStringLiteral("%1 %").arg(grid.rows[r].low)});
    return labels;
}

std::vector<RowTicker::Label> RowTicker::counts(const QCPRange& range) const {
    const double most = std::max(1.0, height / 28.0);
    double step = 1;
    for (double decade = 1; range.upper / step > most; decade *= 10)
        for (const double s : {1.0, 2.0, 5.0}) {
            step = s * decade;
            if (range.upper / step <= most)
                break;
        }
    std::vector<Label> labels;
    for (double value = 0; value <= range.upper; value += step)
        labels.push_back({value, fromUtf8(countText(static_cast<std::uint64_t>(value)))});
    return labels;
}

QStringList rowAxisTexts(const HeatmapContents& contents) {
    const Grid& grid = *contents.grid;
    switch (grid.mode) {
    case HeatmapMode::Age:
        return {QStringLiteral("age of the goroutine"), QStringLiteral("age")};
    case HeatmapMode::Latency:
        return {QStringLiteral("how long the wait took"), QStringLiteral("duration")};
    case HeatmapMode::Population:
        return {QStringLiteral("goroutines")};
    case HeatmapMode::Processor:
        return {QStringLiteral("how busy the processor was"), QStringLiteral("busy")};
    case HeatmapMode::Lifetime:
    case HeatmapMode::Site:
    case HeatmapMode::Strategy:
        break;
    }
    if (!grid.sections.empty())
        return {}; // their names stand there
    const QString bundle = fromUtf8(bundleText(grid));
    return {bundle + QStringLiteral(", by ") + contents.order, bundle};
}

double topOfPopulation(const Grid& grid) {
    double most = 1;
    for (std::uint32_t b = 0; b < grid.bins; ++b) {
        double total = 0;
        for (std::uint32_t r = 0; r < grid.rows.size(); ++r)
            total += static_cast<double>(grid.values[grid.cell(r, b)]);
        most = std::max(most, total);
    }
    return most * 1.04;
}

} // namespace waitscope
