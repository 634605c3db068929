// SPDX-License-Identifier: GPL-3.0-or-later
// What is missing from a loaded trace, where, and why?
#pragma once

#include "model/trace/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waitscope {

/// One thing that was not as it should be.
struct LoadWarning {
    std::string text; ///< a sentence for a person: what is missing and what it does to the numbers
    std::optional<std::uint64_t> byteOffset; ///< in the (decompressed) trace
    std::optional<std::uint64_t> generation;
    std::optional<std::int64_t> thread;
    std::optional<TimeRange> affected; ///< numbers of this stretch of the trace are incomplete
};

/// Something that this program does not know and passed through or left out.
struct UnknownThing {
    enum class Kind : std::uint8_t { EventType, WaitReason, Experiment };
    Kind kind = Kind::EventType;
    std::string name;        ///< as the trace has it: the reason, or the number
    std::uint64_t count = 0; ///< events, waits or batches
};

constexpr std::string_view nameOf(UnknownThing::Kind kind) {
    switch (kind) {
    case UnknownThing::Kind::EventType:
        return "event type";
    case UnknownThing::Kind::WaitReason:
        return "wait reason";
    case UnknownThing::Kind::Experiment:
        return "experiment";
    }
    return "";
}

struct LoadReport {
    bool growing = false;              ///< more of the trace is being read: no number is final
    bool complete = true;              ///< the file was read to its end without an error
    std::string error;                 ///< what stopped the reader, if it is not complete
    std::vector<LoadWarning> warnings; ///< in the order of their discovery; holds the error too
    std::vector<UnknownThing> unknown; ///< by kind and name
    /// Only this part of the file was read (ns from the file's first event); times in the trace count from its begin.
    std::optional<TimeRange> part;
    std::uint64_t events = 0;     ///< ordered events, as Go's own reader counts them
    std::uint64_t bytes = 0;      ///< of the file as stored
    std::uint64_t traceBytes = 0; ///< after decompression
    std::uint64_t steps = 0;      ///< events looked at while ordering, some more than once: what the load cost
};

} // namespace waitscope
