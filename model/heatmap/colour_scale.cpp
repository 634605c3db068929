// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/heatmap/colour_scale.h"

#include "model/report/text.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace waitscope {

namespace {

// The smallest of 1, 2, 5 times a power of ten that is at least `value`.
double niceAbove(double value) {
    const double decade = std::pow(10.0, std::floor(std::log10(value)));
    for (const double step : {1.0, 2.0, 5.0, 10.0})
        if (step * decade >= value * (1 - 1e-9))
            return step * decade;
    return 10 * decade;
}

// Ages: to the length of the trace. Shorter bins hold shorter times.
double longestOf(const Grid& grid) {
    return grid.metric.measure == Measure::ResidenceTime && grid.bins > 0
               ? static_cast<double>(grid.range.length()) / grid.bins
               : static_cast<double>(std::max<Time>(grid.range.end, 1));
}

} // namespace

ColourScale::ColourScale(const Grid& grid, const Grid* beside, std::optional<ScaleKind> kind)
    : kind_(kind.value_or(grid.unit == Unit::Share ? ScaleKind::Linear : ScaleKind::Log)) {
    std::vector<float> values;
    for (const Grid* each : {&grid, beside})
        if (each != nullptr)
            std::ranges::copy_if(each->values, std::back_inserter(values), [](float v) { return v > 0; });
    switch (grid.unit) {
    case Unit::Share:
        high_ = 1;
        low_ = 0.001;
        break;
    case Unit::Duration:
        high_ = std::max(longestOf(grid), beside != nullptr ? longestOf(*beside) : 0);
        low_ = std::min(1e6, high_ / 1000);
        break;
    case Unit::Count: {
        const auto most = values.empty() ? 1.0 : static_cast<double>(*std::ranges::max_element(values));
        high_ = most;
        if (values.size() > 1 && kind_ != ScaleKind::Ranked) {
            const auto nth = static_cast<std::ptrdiff_t>(0.995 * static_cast<double>(values.size() - 1));
            std::ranges::nth_element(values, values.begin() + nth);
            high_ = values[static_cast<std::size_t>(nth)];
        }
        high_ = std::max(high_, 1e-3);
        low_ = std::min(high_ / 10, 0.1); // a single one is well above it
        break;
    }
    }
    for (const float v : values) {
        clamped_ = clamped_ || v > high_ * (1 + 1e-6);
        clampedBelow_ = clampedBelow_ || (kind_ == ScaleKind::Log && v < low_ * (1 - 1e-6));
    }
    highText_ = valueText(grid, high_);
    lowText_ = valueText(grid, low_);
    if (kind_ == ScaleKind::Ranked)
        rank(std::move(values));
    makeTicks(grid);
}

// As many values as there are shades, each at the same share of all cells from its neighbours.
void ColourScale::rank(std::vector<float> values) {
    constexpr std::size_t shades = 256;
    std::ranges::sort(values);
    if (values.size() <= shades) {
        ranked_ = std::move(values);
    } else {
        for (std::size_t i = 0; i < shades; ++i)
            ranked_.push_back(values[i * (values.size() - 1) / (shades - 1)]);
    }
    clamped_ = clampedBelow_ = false;
}

float ColourScale::position(float value) const {
    if (std::isnan(value) || value <= 0)
        return std::isnan(value) ? value : 0;
    switch (kind_) {
    case ScaleKind::Linear:
        return static_cast<float>(std::min(1.0, value / high_));
    case ScaleKind::Log:
        return static_cast<float>(std::clamp(std::log(value / low_) / std::log(high_ / low_), 0.0, 1.0));
    case ScaleKind::Ranked: {
        const auto below = std::ranges::upper_bound(ranked_, value) - ranked_.begin();
        return static_cast<float>(below) / static_cast<float>(std::max<std::size_t>(1, ranked_.size()));
    }
    }
    return 0;
}

void ColourScale::makeTicks(const Grid& grid) {
    const auto tick = [&](double value) {
        ticks_.push_back({position(static_cast<float>(value)), valueText(grid, value)});
    };
    switch (kind_) {
    case ScaleKind::Linear: {
        const double step = grid.unit == Unit::Share ? 0.25 : niceAbove(high_ / 5);
        for (double value = 0; value < high_ * (1 - 0.3 * step / high_); value += step)
            ticks_.push_back({value / high_, grid.unit == Unit::Share ? std::to_string(std::lround(value * 100)) + " %"
                                                                      : valueText(grid, value)});
        ticks_.push_back({1, grid.unit == Unit::Share ? "100 %" : highText_});
        break;
    }
    case ScaleKind::Log: {
        const double decades = std::log10(high_ / low_);
        const double every = std::max(1.0, std::ceil(decades / 5));
        ticks_.push_back({0, lowText_});
        for (double d = std::floor(std::log10(low_) + 1e-9) + every; std::pow(10.0, d) < high_ * 0.7; d += every)
            if (std::pow(10.0, d) > low_ * 1.3)
                tick(std::pow(10.0, d));
        ticks_.push_back({1, highText_});
        break;
    }
    case ScaleKind::Ranked:
        ticks_.push_back({0, valueText(grid, 0)});
        for (const double share : {0.25, 0.5, 0.75, 1.0})
            if (!ranked_.empty())
                ticks_.push_back(
                    {share,
                     valueText(
                         grid,
                         ranked_[std::min(ranked_.size() - 1, static_cast<std::size_t>(
                                                                  share * static_cast<double>(ranked_.size() - 1)))])});
        break;
    }
    if (clamped_)
        ticks_.back().text = "≥ " + ticks_.back().text;
    if (kind_ == ScaleKind::Log)
        ticks_.front().text = "≤ " + ticks_.front().text;
}

std::string ColourScale::text() const {
    std::string text(namedOf(kind_).text);
    if (kind_ == ScaleKind::Ranked)
        return text + ": equal steps of colour hold equally many cells";
    if (clamped_)
        text += ", more than " + highText_ + " drawn as that";
    if (clampedBelow_)
        text += ", less than " + lowText_ + " drawn as that";
    return text;
}

} // namespace waitscope
