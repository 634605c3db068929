// SPDX-License-Identifier: GPL-3.0-or-later
// Where are the batches of a generation? The container of the v2 format (go-trace-format section B): framing only, no
// event is decoded here. A generation is about a second of trace with its own string, stack and clock tables, which may
// lie behind the events that use them, so it is indexed whole before anything in it is read.
#pragma once

#include "model/reader/trace_bytes.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace waitscope {

/// What is wrong with the bytes, as the begin of a sentence without its full stop, and where.
struct ReadProblem {
    std::string text;
    std::uint64_t byteOffset = 0;
    std::uint64_t generation = 0;
    std::optional<std::int64_t> thread;
};

struct EventBatch {
    std::uint64_t ticks = 0; ///< clock at the start of the batch
    std::span<const std::byte> data;
};

/// The events of one thread, in file order.
struct ThreadStream {
    std::int64_t thread = -1; ///< -1: batches owned by no thread
    std::vector<EventBatch> batches;
};

struct ClockSnapshotRecord {
    std::uint64_t ticks = 0;
    std::int64_t unixNanoseconds = 0;
};

struct WireGeneration {
    std::uint64_t number = 0;
    const std::byte* fileBegin = nullptr; ///< what offsets count from
    std::uint64_t beginOffset = 0;
    std::uint64_t endOffset = 0;
    bool complete = false;                    ///< its end was seen
    std::uint64_t earliestTicks = UINT64_MAX; ///< smallest batch time
    std::optional<std::uint64_t> ticksPerSecond;
    std::optional<ClockSnapshotRecord> clockSnapshot;
    std::vector<ThreadStream> streams; ///< in the order in which the threads first appear
    std::unordered_map<std::int64_t, std::size_t> streamOfThread;
    std::vector<std::span<const std::byte>> strings;
    std::vector<std::span<const std::byte>> stacks;
    std::vector<std::span<const std::byte>> samples;
};

class GenerationScanner {
  public:
    /// `offset` is the first byte behind the header; `version` the N of "go 1.N trace".
    GenerationScanner(TraceBytes& bytes, std::size_t offset, int version);

    /// The next generation, complete or what there is of it; nothing at the end. After a problem it ends.
    std::optional<WireGeneration> next();
    [[nodiscard]] const std::optional<ReadProblem>& problem() const { return problem_; }
    [[nodiscard]] std::size_t offset() const { return offset_; }

  private:
    struct Batch {
        std::uint64_t generation = 0;
        std::int64_t thread = -1;
        std::uint64_t ticks = 0;
        bool experimental = false;
        std::span<const std::byte> data;
        std::size_t end = 0;
    };
    enum class Read { Batch, GenerationEnd, FileEnd, Problem };
    Read readBatch(Batch& batch);
    void file(WireGeneration& generation, const Batch& batch);
    void readSync(WireGeneration& generation, const Batch& batch);
    Read fail(const std::string& text, std::optional<std::int64_t> thread = {});

    TraceBytes& bytes_;
    std::size_t offset_;
    int version_;
    std::uint64_t generation_ = 0;
    std::optional<Batch> pending_;
    std::optional<ReadProblem> problem_;
};

} // namespace waitscope
