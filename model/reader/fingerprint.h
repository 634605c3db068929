// SPDX-License-Identifier: GPL-3.0-or-later
// Which file is this? Its SHA-256.
#pragma once

#include <cstddef>
#include <span>
#include <stop_token>
#include <string>

namespace waitscope {

/// SHA-256 in hexadecimal; empty if stopped. About 1.5 GB a second where the processor has instructions for it.
[[nodiscard]] std::string sha256Of(std::span<const std::byte> bytes, const std::stop_token& stop);

} // namespace waitscope
