// SPDX-License-Identifier: GPL-3.0-or-later
// What is missing from a loaded trace, where, and why?
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace waitscope {

/// One thing that was not as it should be.
struct LoadWarning {
    std::string text; ///< a sentence for a person: what is missing and what it does to the numbers
    std::optional<std::uint64_t> byteOffset; ///< in the (decompressed) trace
    std::optional<std::uint64_t> generation;
    std::optional<std::int64_t> thread;
};

struct LoadReport {
    bool growing = false;              ///< more of the trace is being read: no number is final
    bool complete = true;              ///< the file was read to its end without an error
    std::string error;                 ///< what stopped the reader, if it is not complete
    std::vector<LoadWarning> warnings; ///< in the order of their discovery; holds the error too
    std::uint64_t events = 0;          ///< ordered events, as Go's own reader counts them
    std::uint64_t bytes = 0;           ///< of the file as stored
    std::uint64_t traceBytes = 0;      ///< after decompression
    std::uint64_t steps = 0;           ///< events looked at while ordering, some more than once: what the load cost
};

} // namespace waitscope
