// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/growth.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <vector>

namespace waitscope {

namespace {

double medianOf(std::vector<double>& values) {
    if (values.empty())
        return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    if (values.size() % 2 == 1)
        return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

/// How much a sample says about the next one, beside the trend: samples that follow each other are not independent.
double autocorrelation(std::span<const double> samples, double slope) {
    std::vector<double> rest;
    for (std::size_t i = 0; i < samples.size(); ++i)
        rest.push_back(samples[i] - slope * static_cast<double>(i));
    const double mean = std::accumulate(rest.begin(), rest.end(), 0.0) / static_cast<double>(rest.size());
    double together = 0;
    double alone = 0;
    for (std::size_t i = 0; i < rest.size(); ++i) {
        alone += (rest[i] - mean) * (rest[i] - mean);
        if (i > 0)
            together += (rest[i] - mean) * (rest[i - 1] - mean);
    }
    return alone > 0 ? together / alone : 0;
}

// Fewer goroutines cannot rise by 20 over the trace.
constexpr std::size_t fewestMembers = 20;
constexpr double fewestLive = 10;

} // namespace

Trend trendOf(std::span<const double> samples) {
    const auto n = static_cast<double>(samples.size());
    Trend trend;
    if (samples.size() < 3)
        return trend;
    std::vector<double> slopes;
    slopes.reserve(samples.size() * (samples.size() - 1) / 2);
    int rises = 0;
    for (std::size_t i = 0; i < samples.size(); ++i)
        for (std::size_t k = i + 1; k < samples.size(); ++k) {
            const double rise = samples[k] - samples[i];
            rises += rise > 0 ? 1 : rise < 0 ? -1 : 0;
            slopes.push_back(rise / static_cast<double>(k - i));
        }
    trend.slope = medianOf(slopes);
    std::map<double, double> equal;
    for (const double sample : samples)
        ++equal[sample];
    double variance = n * (n - 1) * (2 * n + 5);
    for (const auto& [sample, t] : equal)
        variance -= t * (t - 1) * (2 * t + 5);
    variance /= 18;
    if (variance > 0)
        trend.z = (rises - (rises > 0 ? 1 : rises < 0 ? -1 : 0)) / std::sqrt(variance);
    // Half as many independent samples: twice the variance.
    const double spread =
        1.96 * std::sqrt(std::max(0.0, variance) * (autocorrelation(samples, trend.slope) > 0.5 ? 2 : 1));
    std::ranges::sort(slopes);
    const auto at = [&](double rank) {
        const auto last = static_cast<double>(slopes.size() - 1);
        return slopes[static_cast<std::size_t>(std::clamp(rank, 0.0, last))];
    };
    const auto pairs = static_cast<double>(slopes.size());
    trend.lowest = at(std::floor((pairs - spread) / 2) - 1);
    trend.highest = at(std::ceil((pairs + spread) / 2));
    return trend;
}

namespace {

Population populationOf(const Evidence& evidence, CohortIndex cohort) {
    const Trace& trace = evidence.trace();
    const Time duration = std::max<Time>(evidence.end(), 1);
    Population p;
    std::array<double, growthBins> change{};
    const auto binOf = [&](Time t) {
        return static_cast<std::size_t>(
            std::clamp<Time>(t * static_cast<Time>(growthBins) / duration, 0, static_cast<Time>(growthBins) - 1));
    };
    const Time warm = duration * static_cast<Time>(warmUpBins) / static_cast<Time>(growthBins);
    std::vector<Time> lives;
    std::vector<Time> ages;
    double lifeSum = 0;
    for (const GoroutineIndex g : evidence.cohort(cohort)) {
        const TimeRange life = trace.lifetime(g);
        if (life.begin > evidence.end())
            break; // they come by birth
        ++change[binOf(life.begin)];
        p.births += !trace.preExisting(g) && life.begin >= warm ? 1 : 0;
        p.lateBirths += binOf(life.begin) >= growthBins - lateSamples ? 1 : 0;
        if (trace.aliveAtEnd(g) || life.end > evidence.end()) {
            ages.push_back(evidence.end() - life.begin);
            continue;
        }
        --change[binOf(life.end)];
        p.ends += life.end >= warm ? 1 : 0;
        if (!trace.preExisting(g)) {
            lives.push_back(life.length());
            lifeSum += static_cast<double>(life.length());
        }
    }
    double live = 0;
    for (std::size_t bin = 0; bin < growthBins; ++bin) {
        live += change[bin];
        if (bin >= warmUpBins)
            p.live[bin - warmUpBins] = live;
    }
    p.first = p.live.front();
    p.last = p.live.back();
    p.mean = std::accumulate(p.live.begin(), p.live.end(), 0.0) / static_cast<double>(growthSamples);
    if (*std::ranges::max_element(p.live) < fewestLive)
        return p;
    p.trend = trendOf(p.live);
    const double samplesPerSecond = static_cast<double>(growthBins) * 1e9 / static_cast<double>(duration);
    p.perSecond = p.trend.slope * samplesPerSecond;
    p.lowest = p.trend.lowest * samplesPerSecond;
    p.highest = p.trend.highest * samplesPerSecond;
    const double lateRise = p.last - p.live[growthSamples - lateSamples];
    p.goesOn = lateRise >= p.trend.slope * static_cast<double>(lateSamples) / 4;
    p.goesOnAsBefore = lateRise >= p.trend.slope * static_cast<double>(lateSamples) * 3 / 4;
    p.birthRate = p.births * 1e9 / static_cast<double>(std::max<Time>(duration - warm, 1));
    if (lives.empty())
        return p;
    p.meanLife = lifeSum / static_cast<double>(lives.size());
    const double expected = p.birthRate * p.meanLife / 1e9;
    const auto rank = lives.begin() + static_cast<std::ptrdiff_t>((lives.size() * 99 + 99) / 100 - 1);
    std::ranges::nth_element(lives, rank);
    const Time longLife = *rank;
    const auto half = lives.begin() + static_cast<std::ptrdiff_t>(lives.size() / 2);
    std::ranges::nth_element(lives, half);
    p.medianLife = *half;
    Time medianAge = 0;
    if (!ages.empty()) {
        const auto middle = ages.begin() + static_cast<std::ptrdiff_t>(ages.size() / 2);
        std::ranges::nth_element(ages, middle);
        medianAge = *middle;
    }
    p.plateau = p.mean > 0 && std::abs(p.mean - expected) <= 0.1 * p.mean && medianAge <= longLife;
    return p;
}

} // namespace

Populations::Populations(const Evidence& evidence) : place_(evidence.cohortCount()) {
    for (CohortIndex c = 0; c < evidence.cohortCount(); ++c) {
        const auto members = evidence.cohort(c);
        // What has no name (the end of a cut file) is many kinds in one.
        if (members.size() < fewestMembers || evidence.trace().preExisting(members.back()) ||
            evidence.trace().function(members.front()).empty() || evidence.idioms().isExcluded(members.front()))
            continue;
        all_.push_back(populationOf(evidence, c));
        place_[c] = static_cast<std::uint32_t>(all_.size());
    }
}

} // namespace waitscope
