// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers and names as a person writes them. The window, the pictures and the commands all use these.
#pragma once

#include "model/trace/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waitscope {

/// "4.89 s", "312 ms", "17 µs", "640 ns", "2 min 05 s": at most three significant digits below a minute. UTF-8.
[[nodiscard]] std::string durationText(Time duration);
/// "1,234,567 ns".
[[nodiscard]] std::string exactDurationText(Time duration);
/// "1,234,567".
[[nodiscard]] std::string countText(std::uint64_t count);
/// "12.3 MB" (decimal units).
[[nodiscard]] std::string bytesText(std::uint64_t bytes);
/// "42.0 %"; below 0.1 % "<0.1 %" unless zero.
[[nodiscard]] std::string percentText(double percent);
/// A mean number of things: "983", "12.3", "0.42"; below 0.01 "<0.01" unless zero.
[[nodiscard]] std::string meanText(double mean);
/// "net/http.(*conn).serve" -> "http.(*conn).serve": the package path without its folders.
[[nodiscard]] std::string_view shortFunction(std::string_view function);
/// "2026-11-24T12:00:10.000000042Z".
[[nodiscard]] std::string rfc3339(std::int64_t unixNanoseconds);
/// "/a/b/cache.go" -> "cache.go".
[[nodiscard]] std::string_view shortFile(std::string_view path);

/// "g42" -> 42; nothing if it is not a goroutine's id.
[[nodiscard]] std::optional<std::int64_t> goroutineIdFrom(std::string_view text);

} // namespace waitscope
