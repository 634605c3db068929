// SPDX-License-Identifier: GPL-3.0-or-later
// From a file to a trace: the one entrance of the reader.
#pragma once

#include "model/trace/trace.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

namespace waitscope {

enum class LoadStage : std::uint8_t { Opening, Reading, Building, Analysing };
/// For a progress bar: "Reading events".
[[nodiscard]] std::string_view nameOf(LoadStage stage);

/// Written by the loading thread, read by anyone.
struct LoadProgress {
    std::atomic<LoadStage> stage = LoadStage::Opening;
    std::atomic<std::uint64_t> bytesDone = 0;  ///< of the stage
    std::atomic<std::uint64_t> bytesTotal = 0; ///< of the stage; 0 if not known
};

struct LoadOptions {
    std::stop_token stop;             ///< a stopped load returns within 100 ms
    LoadProgress* progress = nullptr; ///< must outlive the load
    /// Shown the trace as far as it is read, again and again while a long load runs. Each is immutable, longer than the
    /// one before, and says of itself that it grows (`LoadReport::growing`). On the thread that loads.
    std::function<void(std::shared_ptr<const Trace>)> publish;
    std::chrono::milliseconds publishAfter{150}; ///< the first; each later one when the load has taken twice as long
    /// What is wanted if the whole does not fit into memory, ns from the file's first event: then only the generations
    /// that touch it are read (`LoadReport::part`). A trace that fits is read whole, since what was before tells more.
    std::optional<TimeRange> range;
    unsigned threads = 0;       ///< that order events; 0: one a core. The trace is the same for any number
    std::uint64_t memory = 0;   ///< bytes that the trace may take; 0: what the system has. For tests
    std::size_t sliceBytes = 0; ///< what slicing.h cuts by; 0: its own choice. For tests
};

/// Why there is no trace: what happened, to which file, why as far as known, and what to do next.
struct LoadError {
    enum class Kind { Unreadable, TooLarge, NotATrace, NothingReadable, TooOld, Cancelled };
    Kind kind = Kind::NothingReadable;
    std::string message;
};

struct LoadResult {
    std::shared_ptr<const Trace> trace; ///< null exactly if there is an error
    std::optional<LoadError> error;
};

/// Loads a file: raw, zstd, gzip, a tar archive or an HTTP response with a trace in it, told apart by content; "-" is
/// standard input. Never throws, never crashes on bad input, nor if the file is changed meanwhile; a damaged file gives
/// what could be read, with the damage in `Trace::report`. What would not fit into memory is refused.
[[nodiscard]] LoadResult loadTrace(const std::string& path, const LoadOptions& options = {});

/// The same for bytes in memory, which must outlive the call; `name` is what messages call them.
[[nodiscard]] LoadResult loadTrace(std::span<const std::byte> bytes, const std::string& name,
                                   const LoadOptions& options = {});

} // namespace waitscope
