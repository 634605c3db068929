// SPDX-License-Identifier: GPL-3.0-or-later
// What stands in a v1 file (Go 1.11 to 1.21)? Its records: go-trace-format F.1 to F.3.
//
// A v1 file is one long sequence of records. Batches belong to processors and say nothing of their length; strings lie
// between the events, stacks and the clock's frequency at the very end. So the file is walked once for its batches,
// strings, stacks and for the events that matter out of turn (CPU samples, and when system calls really ended), and
// then a second time, batch by batch, for everything else.
#pragma once

#include "model/build/interner.h"
#include "model/reader/generation.h"
#include "model/reader/tables.h"
#include "model/reader/varint.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace waitscope::v1 {

enum Type : std::uint8_t {
    Batch = 1,
    Frequency = 2,
    Stack = 3,
    Gomaxprocs = 4,
    ProcStart = 5,
    ProcStop = 6,
    GCStart = 7,
    GCDone = 8,
    STWStart = 9,
    STWDone = 10,
    GCSweepStart = 11,
    GCSweepDone = 12,
    GoCreate = 13,
    GoStart = 14,
    GoEnd = 15,
    GoStop = 16,
    GoSched = 17,
    GoPreempt = 18,
    GoSleep = 19,
    GoBlock = 20,
    GoUnblock = 21,
    GoBlockSend = 22,
    GoBlockRecv = 23,
    GoBlockSelect = 24,
    GoBlockSync = 25,
    GoBlockCond = 26,
    GoBlockNet = 27,
    GoSysCall = 28,
    GoSysExit = 29,
    GoSysBlock = 30,
    GoWaiting = 31,
    GoInSyscall = 32,
    HeapAlloc = 33,
    HeapGoal = 34,
    TimerGoroutine = 35,
    FutileWakeup = 36,
    String = 37,
    GoStartLocal = 38,
    GoUnblockLocal = 39,
    GoSysExitLocal = 40,
    GoStartLabel = 41,
    GoBlockGC = 42,
    GCMarkAssistStart = 43,
    GCMarkAssistDone = 44,
    UserTaskCreate = 45,
    UserTaskEnd = 46,
    UserRegion = 47,
    UserLog = 48,
    CpuSample = 49,
    typeCount = 50,
};

/// The running goroutine gives way to a wait: all of them but GoStop, after which it is never heard of again.
[[nodiscard]] constexpr bool isBlock(std::uint8_t type) {
    return (type >= GoSleep && type <= GoBlock) || (type >= GoBlockSend && type <= GoBlockNet) || type == GoBlockGC ||
           type == GoSysBlock;
}

struct Record {
    std::uint8_t type = 0;
    std::uint64_t ticks = 0;     ///< a difference, until a cursor adds it up
    std::uint64_t goroutine = 0; ///< it happened on; 0: none
    std::array<std::uint64_t, 4> arguments{};
    std::uint64_t stack = 0;
    std::span<const std::byte> message; ///< of a UserLog
};

struct Segment {
    std::uint64_t ticks = 0;
    const std::byte* begin = nullptr;
    const std::byte* end = nullptr;
};

/// The batches of one processor in file order; -1 for those of none.
struct ProcStream {
    std::int64_t proc = -1;
    std::vector<Segment> segments;
};

struct LateSyscallExit {
    std::uint64_t ticks = 0;
    std::uint64_t goroutine = 0;
};

struct File {
    std::vector<ProcStream> streams;
    LocalIds<StringId> strings;
    LocalIds<StackId> stacks;
    std::optional<std::uint64_t> ticksPerSecond;
    std::uint64_t firstTicks = UINT64_MAX;
    std::vector<WireSample> samples;           ///< by time
    std::vector<LateSyscallExit> syscallExits; ///< by time: when the call returned, not when that was written
    std::vector<ReadProblem> problems;         ///< where the walk had to skip something
    std::optional<TraceHeader> otherTrace;     ///< it ended because another one begins there
};

/// Walks all of `bytes`, which begin behind the header at `offset`. Behind a record that makes no sense it goes on with
/// the next batch.
[[nodiscard]] File readFile(std::span<const std::byte> bytes, std::uint64_t offset, StringInterner& strings,
                            StackInterner& stacks);

/// The events of one processor, one after the other, without the records that `readFile` took.
class Cursor {
  public:
    explicit Cursor(const ProcStream& stream) : stream_(&stream) {}
    /// False at the end.
    bool next();
    [[nodiscard]] const Record& record() const { return record_; }

  private:
    const ProcStream* stream_;
    std::size_t nextSegment_ = 0;
    ByteCursor in_;
    std::uint64_t ticks_ = 0;
    std::uint64_t running_ = 0; ///< the goroutine on this processor
    Record record_;
};

} // namespace waitscope::v1
