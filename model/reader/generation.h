// SPDX-License-Identifier: GPL-3.0-or-later
// Where are the batches of a generation? The container of the v2 format (go-trace-format section B): framing only, no
// event is decoded here. A generation is about a second of trace with its own string, stack and clock tables, which may
// lie behind the events that use them, so it is indexed whole before anything in it is read.
//
// In a damaged file the search for the next batch begins inside the last one, whose length may be what is wrong. If it
// is, what follows tells the right one and nothing is lost. So do the neighbours of a batch with a wrong first byte,
// generation or clock.
#pragma once

#include "model/reader/batch_frame.h"
#include "model/reader/wire.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace waitscope {

/// What is wrong with the bytes, as the begin of a sentence without its full stop, and where.
struct ReadProblem {
    std::string text;
    std::uint64_t byteOffset = 0;
    std::uint64_t generation = 0; ///< 0: of none
    std::optional<std::int64_t> thread;
    std::optional<std::int64_t> time; ///< ns of the trace clock, of the last event before it; else from the generation
    bool disorder = false;            ///< the events contradict one another; perhaps some are missing
    bool toTheEnd = false;            ///< everything behind it is missing, as far as the file tells
    bool mended = false;              ///< what was wrong could be told from what is around it: nothing is missing
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
    bool complete = false;                    ///< its end was seen, and nothing before it is missing
    bool afterHole = false;                   ///< something between it and the generation before it is missing
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

    /// The next generation, complete or what there is of it; nothing at the end. Behind damage it goes on with the next
    /// batch that makes sense.
    std::optional<WireGeneration> next();
    /// What was wrong since the last call.
    [[nodiscard]] std::vector<ReadProblem> takeProblems() { return std::exchange(problems_, {}); }
    /// The trace ended at the header of another one.
    [[nodiscard]] const std::optional<TraceHeader>& otherTrace() const { return otherTrace_; }
    /// Bytes at the end that look like something else than a trace (text that the program printed).
    [[nodiscard]] const std::string& afterword() const { return afterword_; }
    [[nodiscard]] std::size_t offset() const { return offset_; }
    /// Batches of experiments that this program does not know, by number.
    [[nodiscard]] const std::map<std::uint8_t, std::uint64_t>& unknownExperiments() const { return experiments_; }

  private:
    struct Batch {
        BatchFrame frame;
        std::span<const std::byte> data;
        std::string doubt; ///< why its length cannot be right; empty: it can
        [[nodiscard]] std::size_t end() const { return frame.begin + data.size(); }
    };
    [[nodiscard]] bool mayEndHere(const WireGeneration& generation) const {
        return version_ < wire::firstWithGenerationEnd && generation.ticksPerSecond.has_value();
    }
    /// Fills in the data behind a header; false if the header makes no sense.
    bool readData(FrameRead read, Batch& batch);
    void take(WireGeneration& generation, Batch batch);
    void close(WireGeneration& generation);
    void file(WireGeneration& generation, const Batch& batch);
    void readSync(WireGeneration& generation, const Batch& batch);
    void mendClocks(WireGeneration& generation);
    [[nodiscard]] bool isOfThisGeneration(WireGeneration& generation, Batch& batch);
    void endGeneration(WireGeneration& generation, const Batch& next);
    void endFile(WireGeneration& generation);
    void resume(WireGeneration& generation, const std::string& why);
    void endAt(WireGeneration& generation, const Resumption& found, const std::string& why);
    [[nodiscard]] bool continuesHeld(std::size_t from, std::size_t to) const;
    [[nodiscard]] std::string lostBefore(std::uint64_t generation) const;
    ReadProblem& report(const std::string& text, std::optional<std::int64_t> thread = {});

    TraceBytes& bytes_;
    std::size_t offset_;
    int version_;
    std::uint64_t generation_ = 0; ///< the last that was seen
    bool ended_ = false;
    bool afterHole_ = false;           ///< something in front of the next generation is missing
    bool endMended_ = false;           ///< the byte in front of `offset_` was the end of the generation
    std::size_t resumedAt_ = 0;        ///< the end of the last hole
    std::optional<Batch> held_;        ///< the last batch, until it is known where the next one begins
    std::optional<Batch> pending_;     ///< the first batch of the next generation
    std::vector<std::uint64_t> ticks_; ///< of all batches of this generation
    std::vector<ReadProblem> problems_;
    std::optional<TraceHeader> otherTrace_;
    std::string afterword_;
    std::map<std::uint8_t, std::uint64_t> experiments_;
};

} // namespace waitscope
