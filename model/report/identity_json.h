// SPDX-License-Identifier: GPL-3.0-or-later
// What every JSON document of ours has in common: whose numbers these are, and how they are printed.
#pragma once

#include "model/trace/trace.h"

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace waitscope {

/// The value of the key "trace": file, hash, format, events, length, start on the calendar, damage.
[[nodiscard]] nlohmann::json traceIdentityJson(const Trace& trace);

/// A document that holds "waitscope" (our version) and "trace", to be filled.
[[nodiscard]] nlohmann::json documentJson(const Trace& trace);

/// Sorted keys, a final newline. Texts of a trace that are not UTF-8 (Go may cut them inside a character) get the
/// replacement character instead of making the document unreadable.
[[nodiscard]] std::string printed(const nlohmann::json& document);

} // namespace waitscope
