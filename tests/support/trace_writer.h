// SPDX-License-Identifier: GPL-3.0-or-later
// Writes traces in Go's own format (go-trace-format sections B and C), for the corner cases that no program produces on
// demand, and for benchmarks that need no Go:
//
//     TraceWriter writer(26);
//     writer.generation();
//     writer.thread(1, 100).event(wire::ProcStatus, {0, wire::ProcRunning}).event(wire::GoStatus, {1, 1,
//     wire::GoRunning}); const auto bytes = writer.bytes();
//
// Events of a thread are one tick apart unless told; batches are split where Go would split them.
#pragma once

#include "model/reader/wire.h"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

namespace waitscope::test {

class TraceWriter;

class ThreadWriter {
  public:
    /// An event `ticks` after the last one; arguments without the time.
    ThreadWriter& event(std::uint8_t type, std::initializer_list<std::uint64_t> arguments = {},
                        std::uint64_t ticks = 1);

  private:
    friend class TraceWriter;
    std::int64_t id_ = 0;
    std::uint64_t clock_ = 0;
    std::uint64_t batchClock_ = 0;
    std::vector<std::byte> data_;
    std::vector<std::pair<std::uint64_t, std::vector<std::byte>>> full_; ///< batches: clock and data
};

class TraceWriter {
  public:
    /// `version` is the N of the header: 22, 23, 25 or 26.
    explicit TraceWriter(int version);

    /// Begins a generation (the next number); ends the one before.
    void generation(std::uint64_t number = 0);
    /// The writer of a thread in this generation; its clock begins at `ticks`. -1: no thread.
    ThreadWriter& thread(std::int64_t id, std::uint64_t ticks = 0);
    /// Ids in this generation; equal texts have equal ids.
    std::uint64_t string(const std::string& text);
    std::uint64_t stack(const std::vector<std::string>& functions);
    /// Ends the last generation; the whole file.
    [[nodiscard]] std::vector<std::byte> bytes();

  private:
    void endGeneration();
    void batch(std::int64_t thread, std::uint64_t ticks, const std::vector<std::byte>& data);

    int version_;
    std::uint64_t generation_ = 0;
    std::vector<std::byte> out_;
    std::map<std::int64_t, ThreadWriter> threads_;
    std::map<std::string, std::uint64_t> strings_;
    std::map<std::vector<std::string>, std::uint64_t> stacks_;
};

/// A service in small: `events` events or a few more. Two processors; goroutines are created, queue up for a mutex,
/// wake one another, end; some wait for ever. The same number gives the same bytes.
[[nodiscard]] std::vector<std::byte> generatedTrace(std::size_t events);

/// A crowd: so many goroutines are created one after the other, and each receives so many times; every hundredth then
/// waits for ever, the others end as soon as they can. 3 + 3 · waits events each, all in one generation.
[[nodiscard]] std::vector<std::byte> generatedCrowd(std::size_t goroutines, std::size_t waits);

} // namespace waitscope::test
