// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/statistics/rank_tests.h"

#include "model/compare/statistics/distributions.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace waitscope {

namespace {

struct Order {
    std::int64_t dominance = 0; ///< pairs in which b is longer, less those in which a is: whole, so exact
    double ties = 0;            ///< sum of t³ - t over the values that t waits of both sides share
};

Order orderOf(std::span<const Time> a, std::span<const Time> b) {
    Order order;
    std::size_t i = 0, j = 0;
    while (i < a.size() || j < b.size()) {
        const Time value = j == b.size() || (i < a.size() && a[i] <= b[j]) ? a[i] : b[j];
        const std::size_t shorterA = i, shorterB = j;
        while (i < a.size() && a[i] == value)
            ++i;
        while (j < b.size() && b[j] == value)
            ++j;
        const auto fromA = static_cast<std::int64_t>(i - shorterA);
        const auto fromB = static_cast<std::int64_t>(j - shorterB);
        order.dominance += fromB * static_cast<std::int64_t>(shorterA) - fromA * static_cast<std::int64_t>(shorterB);
        const auto tied = static_cast<double>(fromA + fromB);
        order.ties += tied * tied * tied - tied;
    }
    return order;
}

double pairs(const SortedDurations& a, const SortedDurations& b) {
    return static_cast<double>(a.size()) * static_cast<double>(b.size());
}

// How many differences b - a are at most `bound`; they grow along each row and shrink down each column of the matrix.
std::uint64_t differencesUpTo(std::span<const Time> a, std::span<const Time> b, Time bound) {
    std::uint64_t count = 0;
    std::size_t j = 0;
    for (const Time x : a) {
        while (j < b.size() && b[j] - x <= bound)
            ++j;
        count += j;
    }
    return count;
}

// The smallest difference above `bound`, of which there is one.
Time nextDifference(std::span<const Time> a, std::span<const Time> b, Time bound) {
    Time next = b.back() - a.front();
    std::size_t j = 0;
    for (const Time x : a) {
        while (j < b.size() && b[j] - x <= bound)
            ++j;
        if (j == b.size())
            break;
        next = std::min(next, b[j] - x);
    }
    return next;
}

} // namespace

SortedDurations::SortedDurations(std::vector<Time> values) : values_(std::move(values)) {
    std::ranges::sort(values_);
}

std::optional<RankTest> mannWhitney(const SortedDurations& a, const SortedDurations& b) {
    if (a.empty() || b.empty())
        return {};
    const Order order = orderOf(a.values(), b.values());
    RankTest test;
    test.cliffsDelta = static_cast<double>(order.dominance) / pairs(a, b);
    const auto n = static_cast<double>(a.size() + b.size());
    const double variance = pairs(a, b) / 12 * (n + 1 - order.ties / (n * (n - 1)));
    if (variance <= 0)
        return test; // all are equally long
    // U differs from its mean by half the dominance.
    const double distance = std::abs(static_cast<double>(order.dominance)) / 2 - 0.5;
    const double z = std::max(0.0, distance) / std::sqrt(variance);
    test.z = order.dominance < 0 ? -z : z;
    test.p = normalTwoSided(z);
    return test;
}

std::optional<double> cliffsDelta(const SortedDurations& a, const SortedDurations& b) {
    if (a.empty() || b.empty())
        return {};
    return static_cast<double>(orderOf(a.values(), b.values()).dominance) / pairs(a, b);
}

std::optional<double> hodgesLehmann(const SortedDurations& a, const SortedDurations& b) {
    if (a.empty() || b.empty())
        return {};
    // Bisection over the value of the median: each step counts in one walk along the staircase.
    const auto x = a.values(), y = b.values();
    const std::uint64_t all = static_cast<std::uint64_t>(a.size()) * b.size();
    const std::uint64_t wanted = (all + 1) / 2; // the lower one in the middle is the wanted-th
    Time low = y.front() - x.back(), high = y.back() - x.front();
    while (low < high) {
        const Time middle = low + (high - low) / 2;
        if (differencesUpTo(x, y, middle) >= wanted)
            high = middle;
        else
            low = middle + 1;
    }
    const bool twoInTheMiddle = all % 2 == 0 && differencesUpTo(x, y, low) == wanted;
    const Time upper = twoInTheMiddle ? nextDifference(x, y, low) : low;
    return static_cast<double>(low) / 2 + static_cast<double>(upper) / 2;
}

} // namespace waitscope
