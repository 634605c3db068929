// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/headline.h"

#include "model/compare/change_text.h"
#include "model/compare/judge.h"
#include "model/report/text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace waitscope {

namespace {

constexpr double notable = 0.1;

bool isIdleFamily(std::string_view family) {
    constexpr std::array<std::string_view, 5> idle{"network", "sleep", "syscall", "gc", "other"};
    return std::ranges::find(idle, family) != idle.end();
}

bool isBelowFloors(const Changes& changes) {
    return std::abs(changes.concurrency.absolute.value_or(0)) < floors::concurrency &&
           std::abs(changes.sharePercent.absolute.value_or(0)) < floors::sharePercent &&
           std::abs(changes.perRequest.absolute.value_or(0)) < floors::perRequest;
}

/// The family that the headline is about; null if nobody waited. The totals are in the order of their changes.
const FamilyTotal* headlineFamily(const Comparison& c) {
    const auto find = [&](auto&& fits) -> const FamilyTotal* {
        const auto found = std::ranges::find_if(c.totals, fits);
        return found == c.totals.end() ? nullptr : &*found;
    };
    const auto changed = [](const FamilyTotal& total) {
        return total.family != "all" && !isBelowFloors(total.changes);
    };
    if (const auto* const total = find([&](const FamilyTotal& t) { return changed(t) && !isIdleFamily(t.family); }))
        return total;
    if (const auto* const total = find(changed))
        return total;
    return find([](const FamilyTotal& t) { return t.family != "all"; });
}

std::string arrow(const std::string& a, const std::string& b) {
    return a + " → " + b;
}

std::string relative(const Change& change) {
    return change.percent ? signedPercentText(*change.percent) : std::string("new");
}

std::string requestsText(const Comparison& c) {
    if (!c.requests)
        return "no requests seen";
    const Both<std::uint64_t>& n = c.requests->completed;
    return "requests " + (n.a == n.b ? countText(n.a) + " both sides" : arrow(countText(n.a), countText(n.b)));
}

double ratePerSecond(std::uint64_t count, TimeRange range) {
    return range.empty() ? 0 : static_cast<double>(count) * 1e9 / static_cast<double>(range.length());
}

} // namespace

std::string headlineOf(const Comparison& c) {
    const FamilyTotal* const total = headlineFamily(c);
    std::string text;
    if (!c.comparable()) {
        const auto refusal = std::ranges::find(c.comparability.card, CardWeight::Refuses, &CardLine::weight);
        text = "not comparable (" + std::string(refusal->topic) + ": " + refusal->value.a + " and " + refusal->value.b +
               "); measured: ";
    }
    if (total == nullptr)
        return text + "nobody waited in either trace";
    const auto concurrency = [&](Side side) { return meanText(total->metrics.of(side).concurrency.value_or(0)); };
    const std::string goroutines = arrow(concurrency(Side::A), concurrency(Side::B)) + " goroutines on average";
    const Change& judged = judgedChange(c.normalisedBy, total->changes);
    if (std::ranges::all_of(c.rows, [&](const ComparedRow& row) { return row.changes.total.absolute == 0.0; }))
        return text + "nothing changed: every difference is 0; " + requestsText(c);
    text += std::string(total->family) + "-blocked time ";
    if (c.normalisedBy == NormalisedBy::Request && total->metrics.a.perRequest && total->metrics.b.perRequest) {
        const auto each = [&](Side side) {
            return durationText(std::llround(total->metrics.of(side).perRequest.value_or(0)));
        };
        text += relative(judged) + " per request (" + arrow(each(Side::A), each(Side::B)) + "; " + goroutines + ")";
    } else {
        text += relative(total->changes.concurrency) + " (" + goroutines + ")";
    }
    if (const Change& share = total->changes.sharePercent; share.absolute)
        text += ", share of goroutine time " +
                (share.percent ? signedPercentText(*share.percent) + " relative (" : "(") +
                signedPointsText(*share.absolute) + ")";
    return text + "; " + requestsText(c);
}

std::vector<std::string> otherExplanations(const Comparison& c) {
    std::vector<std::string> texts;
    const FamilyTotal* const total = headlineFamily(c);
    if (total == nullptr)
        return texts;
    // Everything is said of the side with less waiting, so that changing the sides changes nothing but their names.
    const double by = judgedChange(c.normalisedBy, total->changes)
                          .absolute.value_or(total->changes.sharePercent.absolute.value_or(0));
    if (by == 0)
        return texts;
    const Side less = by < 0 ? Side::B : Side::A;
    const Side more = by < 0 ? Side::A : Side::B;
    const std::string lessName = less == Side::A ? "A" : "B";
    const std::string moreName = more == Side::A ? "A" : "B";
    const TimeRange rangeLess = c.ranges.range.of(less);
    const TimeRange rangeMore = c.ranges.range.of(more);
    const bool fixedWork = c.requests && c.requests->matched();
    const std::string family(total->family);
    if (c.requests && !fixedWork) {
        const auto rate = [&](const Both<std::uint64_t>& n, Side side) {
            return ratePerSecond(n.of(side), c.ranges.range.of(side));
        };
        const bool fewerBegun = rate(c.requests->begun, less) < (1 - notable) * rate(c.requests->begun, more);
        const bool fewerDone = rate(c.requests->completed, less) < (1 - notable) * rate(c.requests->completed, more);
        const std::string numbers =
            countText(c.requests->completed.of(less)) + " in " + durationText(rangeLess.length()) + " against " +
            countText(c.requests->completed.of(more)) + " in " + durationText(rangeMore.length());
        const bool isGuess = c.requests->automatic && c.requests->choice.kind == RequestKind::Function;
        if (isGuess && (fewerBegun || fewerDone))
            texts.push_back(lessName + " ran " + c.requests->choice.name + " less often (" + numbers +
                            "): if these are requests, less load alone means less waiting.");
        else if (fewerBegun)
            texts.push_back(lessName + " had less load (" + numbers + "): less load alone means less waiting.");
        else if (fewerDone)
            texts.push_back(lessName + " completed fewer requests than " + moreName + " (" + numbers +
                            ") although as many began: a process that stands still elsewhere also waits less here.");
    }
    if (!fixedWork &&
        static_cast<double>(rangeLess.length()) < (1 - notable) * static_cast<double>(rangeMore.length()) &&
        total->metrics.of(more).openTime > total->metrics.of(more).finishedTime)
        texts.push_back(lessName + " is shorter: waits that do not end had less time to pile up.");
    for (const FamilyTotal& other : c.totals) {
        if (other.family == total->family || other.family == "all" || isIdleFamily(other.family))
            continue;
        const double change = judgedChange(c.normalisedBy, other.changes).absolute.value_or(0);
        if (change * by < 0 && std::abs(change) >= std::abs(by) / 2 && !isBelowFloors(other.changes))
            texts.push_back("Waiting has moved rather than gone: " + std::string(other.family) +
                            "-blocked time changed the other way.");
    }
    return texts;
}

} // namespace waitscope
