// SPDX-License-Identifier: GPL-3.0-or-later
// What does a file that is no trace look like instead?
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace waitscope {

constexpr std::size_t headerSize = 16;

/// The header "go 1.N trace" and where it is.
struct TraceHeader {
    int version = 0; ///< the N
    std::size_t offset = 0;
    [[nodiscard]] std::string text() const { return "go 1." + std::to_string(version) + " trace"; }
};

/// The N of the header "go 1.N trace" with which `bytes` begin; nothing if they begin with something else.
[[nodiscard]] std::optional<int> headerAt(std::span<const std::byte> bytes);

/// Looks for the header at the front and, because log lines and HTTP headers get saved in front of traces, in all of
/// `bytes`.
[[nodiscard]] std::optional<TraceHeader> findHeader(std::span<const std::byte> bytes);

/// What bytes without a header look like, as the end of a sentence that begins with "it looks like": "a picture (PNG)".
/// Empty if they look like nothing known.
[[nodiscard]] std::string looksLike(std::span<const std::byte> bytes);

} // namespace waitscope
