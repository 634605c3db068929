// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/range_text.h"

#include "model/report/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace waitscope {

namespace {

template <class Number> std::optional<Number> numberFrom(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

Time beginInFile(const Trace& trace) {
    return trace.report.part ? trace.report.part->begin : 0;
}

std::optional<TimeRange> rangeIn(std::string_view text, TimeRange whole, std::string& problem) {
    const std::size_t dots = text.find("..");
    const auto fails = [&](const std::string& why) {
        problem = "--range " + std::string(text) + ": " + why;
        return std::nullopt;
    };
    if (dots == std::string_view::npos)
        return fails("give two times with .. between them, such as 1.5s..2s, 200ms.. or ..1s.");
    const std::string_view first = text.substr(0, dots);
    const std::string_view last = text.substr(dots + 2);
    const auto begin = first.empty() ? std::optional<Time>(whole.begin) : timeFrom(first);
    const auto end = last.empty() ? std::optional<Time>(whole.end) : timeFrom(last);
    if (!begin || !end)
        return fails("a time is a number with ns, us, ms, s or m behind it.");
    const TimeRange range = TimeRange{*begin, *end}.clippedTo(whole);
    if (range.empty())
        return fails("nothing of the trace lies in it; the trace is " + durationText(whole.length()) + " long.");
    return range;
}

} // namespace

std::optional<Time> timeFrom(std::string_view text) {
    struct Unit {
        std::string_view name;
        double length;
    };
    // The longer names first: "ms" ends with "s".
    constexpr std::array<Unit, 7> units{
        {{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"ms", 1e6}, {"min", 60e9}, {"s", 1e9}, {"m", 60e9}}};
    for (const Unit& unit : units) {
        if (!text.ends_with(unit.name))
            continue;
        const auto number = numberFrom<double>(text.substr(0, text.size() - unit.name.size()));
        if (!number || *number < 0 || *number * unit.length > 9e18)
            return {};
        return std::llround(*number * unit.length);
    }
    return text == "0" ? std::optional<Time>(0) : std::nullopt;
}

std::optional<TimeRange> rangeFrom(std::string_view text, Time duration, std::string& problem) {
    return rangeIn(text, {0, duration}, problem);
}

std::optional<TimeRange> rangeFrom(std::string_view text, const Trace& trace, std::string& problem) {
    if (text.empty())
        return trace.wholeRange();
    const Time begin = beginInFile(trace);
    const auto range = rangeIn(text, {begin, begin + trace.duration}, problem);
    return range ? std::optional(TimeRange{range->begin - begin, range->end - begin}) : std::nullopt;
}

std::string rangeOption(TimeRange range, const Trace& trace) {
    const Time begin = beginInFile(trace);
    return std::to_string(begin + range.begin) + "ns.." + std::to_string(begin + range.end) + "ns";
}

std::optional<TimeRange> askedRange(std::string_view text) {
    std::string problem;
    return rangeIn(text, {0, std::numeric_limits<Time>::max()}, problem);
}

std::pair<std::string, std::string> endsText(TimeRange range) {
    struct Unit {
        const char* name;
        std::size_t decimals; ///< that a nanosecond is
    };
    constexpr std::array<Unit, 4> units{{{" s", 9}, {" ms", 6}, {" µs", 3}, {" ns", 0}}};
    const auto powerOfTen = [](std::size_t n) {
        Time power = 1;
        for (; n > 0; --n)
            power *= 10;
        return power;
    };
    // The largest unit of which the end is at least one.
    std::size_t i = 0;
    while (i + 1 < units.size() && range.end < powerOfTen(units[i].decimals))
        ++i;
    // So many decimals that a hundredth of the range is seen.
    std::size_t decimals = units[i].decimals;
    Time step = 1;
    for (; decimals > 0 && step * 10 <= range.length() / 100; step *= 10)
        --decimals;
    const auto text = [&](Time t) {
        std::string digits = std::to_string((t + step / 2) / step);
        if (decimals > 0) {
            digits.insert(0, decimals + 1 - std::min(digits.size(), decimals + 1), '0');
            digits.insert(digits.size() - decimals, ".");
        }
        return digits;
    };
    std::pair ends(text(range.begin), text(range.end));
    // Noughts that both end with tell nothing.
    while (decimals > 0 && ends.first.ends_with('0') && ends.second.ends_with('0')) {
        ends.first.pop_back();
        ends.second.pop_back();
        if (--decimals == 0) {
            ends.first.pop_back();
            ends.second.pop_back();
        }
    }
    return {ends.first + units[i].name, ends.second + units[i].name};
}

} // namespace waitscope
