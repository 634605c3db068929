// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/text.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace waitscope {

namespace {

// Three significant digits: 4.89, 48.9, 489. The C locale's point whatever the user's locale, so that output does not
// depend on it: integers are printed, the point is put between them.
std::string threeDigits(std::uint64_t value, std::uint64_t unit) {
    int decimals = 0;
    std::uint64_t scale = 1;
    if (value < unit * 10 && unit >= 100) {
        decimals = 2;
        scale = 100;
    } else if (value < unit * 100 && unit >= 10) {
        decimals = 1;
        scale = 10;
    }
    const std::uint64_t step = unit / scale;
    const std::uint64_t scaled = (value + step / 2) / step;
    std::string text = std::to_string(scaled / scale);
    if (decimals == 0 || scaled % scale == 0)
        return text;
    std::string fraction = std::to_string(scaled % scale);
    fraction.insert(0, static_cast<std::size_t>(decimals) - fraction.size(), '0');
    return text + "." + fraction;
}

} // namespace

std::string durationText(Time duration) {
    if (duration < 0)
        return "-" + durationText(-duration);
    const auto ns = static_cast<std::uint64_t>(duration);
    constexpr std::uint64_t us = 1'000, ms = 1'000'000, s = 1'000'000'000;
    // The limits leave room for rounding up: 999.6 ms is "1 s", not "1000 ms".
    if (ns < us)
        return std::to_string(ns) + " ns";
    if (ns < ms - us / 2)
        return threeDigits(ns, us) + " µs";
    if (ns < s - ms / 2)
        return threeDigits(ns, ms) + " ms";
    if (ns < 60 * s - s / 20)
        return threeDigits(ns, s) + " s";
    const std::uint64_t seconds = (ns + s / 2) / s;
    const auto twoDigits = [](std::uint64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    if (seconds < 3600)
        return std::to_string(seconds / 60) + " min " + twoDigits(seconds % 60) + " s";
    return std::to_string(seconds / 3600) + " h " + twoDigits(seconds / 60 % 60) + " min";
}

std::string countText(std::uint64_t count) {
    std::string text = std::to_string(count);
    for (std::size_t i = text.size(); i > 3;) {
        i -= 3;
        text.insert(i, 1, ',');
    }
    return text;
}

std::string exactDurationText(Time duration) {
    return (duration < 0 ? "-" : "") + countText(static_cast<std::uint64_t>(std::llabs(duration))) + " ns";
}

std::string bytesText(std::uint64_t bytes) {
    constexpr std::array<const char*, 5> units{" B", " kB", " MB", " GB", " TB"};
    std::uint64_t unit = 1;
    std::size_t i = 0;
    while (i + 1 < units.size() && bytes >= unit * 1000) {
        unit *= 1000;
        ++i;
    }
    return threeDigits(bytes, unit) + units[i];
}

std::string percentText(double percent) {
    if (percent > 0 && percent < 0.1)
        return "<0.1 %";
    const auto tenths = static_cast<std::int64_t>(std::llround(percent * 10));
    return (tenths < 0 ? "-" : "") + std::to_string(std::llabs(tenths) / 10) + "." +
           std::to_string(std::llabs(tenths) % 10) + " %";
}

std::string meanText(double mean) {
    if (mean <= 0)
        return "0";
    if (mean < 0.01)
        return "<0.01";
    const auto thousandths = static_cast<std::uint64_t>(std::llround(mean * 1000));
    return mean < 999.5 ? threeDigits(thousandths, 1000) : countText((thousandths + 500) / 1000);
}

std::string rfc3339(std::int64_t unixNanoseconds) {
    using namespace std::chrono;
    const sys_time<nanoseconds> time{nanoseconds(unixNanoseconds)};
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(time - day);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%09dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return text.data();
}

std::string_view shortFunction(std::string_view function) {
    // The path ends at the last slash before the first bracket: type arguments hold slashes of their own.
    const std::size_t slash = function.substr(0, function.find('[')).rfind('/');
    return slash == std::string_view::npos ? function : function.substr(slash + 1);
}

std::string_view shortFile(std::string_view path) {
    const std::size_t slash = path.find_last_of("/\\");
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::optional<std::int64_t> goroutineIdFrom(std::string_view text) {
    if (!text.starts_with('g'))
        return {};
    text.remove_prefix(1);
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    return !text.empty() && error == std::errc{} && end == text.data() + text.size() ? std::optional(id) : std::nullopt;
}

} // namespace waitscope
