// SPDX-License-Identifier: GPL-3.0-or-later
// Does the `select` at a line of Go source listen to a context?
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace waitscope {

/// Whether the select statement that begins at `line` (from 1) has a case that receives from a `Done()` channel;
/// for a plain receive or send, whether the line itself does. Nothing if there is no such line.
[[nodiscard]] std::optional<bool> listensToDone(std::string_view source, std::uint32_t line);

} // namespace waitscope
