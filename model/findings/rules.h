// SPDX-License-Identifier: GPL-3.0-or-later
// What a team knows about its own program: functions that are meant to wait, and findings that were looked at and
// dismissed. A file in JSON that is kept beside the traces:
//
//     {"waitscope_rules": 1,
//      "idle_functions": [{"function": "^example\\.com/shop\\.\\(\\*pool\\)\\.worker$", "reason": "waits for jobs"}],
//      "dismissed": [{"detector": "D3", "function": "", "site": "main.get", "reason": "known, ticket 12"}]}
#pragma once

#include "model/findings/evidence.h"
#include "model/findings/finding.h"
#include "model/findings/findings.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waitscope {

struct IdleFunction {
    std::string function; ///< a regular expression (RE2) that matches a part of the name
    std::string reason;
    friend bool operator==(const IdleFunction&, const IdleFunction&) = default;
};

/// Says nothing about lines, so that it holds when the code moves.
struct Dismissal {
    std::string detector; ///< "D1"
    std::string function; ///< that the goroutines run; empty: any
    std::string site;     ///< function of the site; empty: any
    std::string reason;
    friend bool operator==(const Dismissal&, const Dismissal&) = default;
};

struct Rules {
    std::vector<IdleFunction> idleFunctions;
    std::vector<Dismissal> dismissed;

    [[nodiscard]] bool empty() const { return idleFunctions.empty() && dismissed.empty(); }
    friend bool operator==(const Rules&, const Rules&) = default;
};

/// Nothing if the text is not such a file, with a sentence in `problem`.
[[nodiscard]] std::optional<Rules> rulesFrom(std::string_view json, std::string& problem);
[[nodiscard]] std::string textOf(const Rules& rules);

/// What is wrong with a regular expression, or nothing.
[[nodiscard]] std::string problemWith(const std::string& expression);

/// The rules as computeFindings takes them. Expressions must be right (rulesFrom checks them).
[[nodiscard]] std::function<bool(std::string_view)> idleFunctionOf(const Rules& rules);
[[nodiscard]] Dismiss dismissOf(const Rules& rules);
/// The rule that dismisses such findings.
[[nodiscard]] Dismissal dismissalOf(const Trace& trace, const Finding& finding, const std::string& reason);

} // namespace waitscope
