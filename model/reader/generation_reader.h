// SPDX-License-Identifier: GPL-3.0-or-later
// How the events of a v2 file are read with all cores: the calling thread finds the generations, reads their tables and
// cuts them into slices; workers order slices, each by itself; the calling thread joins what they give, in order.
//
// What was tried on the way here is in the essay of generation_reader.cpp.
#pragma once

#include "model/build/trace_builder.h"
#include "model/reader/generation.h"
#include "model/reader/orderer.h"
#include "model/reader/slice_joiner.h"
#include "model/reader/slicing.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace waitscope {

/// Orders slices side by side: on the thread that waits for them, and on others once there is enough for two.
class OrderingPool {
  public:
    struct Job {
        SliceWork work;
        OrderedSlice result;
        std::exception_ptr failure;
        bool done = false;      ///< guarded by the pool
        bool abandoned = false; ///< guarded by the pool: nobody wants it any more
    };

    OrderingPool(unsigned threads, const RuntimeNames& names, const std::stop_token& stop);
    ~OrderingPool();
    OrderingPool(const OrderingPool&) = delete;
    OrderingPool& operator=(const OrderingPool&) = delete;

    [[nodiscard]] std::shared_ptr<Job> add(SliceWork work);
    /// Waits for a job, and orders with `builder` what there is until it is done. Rethrows what ordering it threw (out
    /// of memory).
    void wait(Job& job, SliceBuilder& builder);
    void abandon(Job& job);
    /// A slice that has been joined: the next one may use its memory.
    void giveBack(OrderedSlice joined);

  private:
    void run(const std::stop_token& ours);
    /// Orders the next one that waits; the lock is held before and behind.
    void orderNext(std::unique_lock<std::mutex>& lock, SliceBuilder& builder);

    unsigned mostThreads_; ///< the waiting one among them
    const RuntimeNames& names_;
    std::stop_token stop_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<std::shared_ptr<Job>> waiting_;
    std::vector<OrderedSlice> spare_; ///< guarded; at most one a thread, and none when nothing waits
    std::vector<std::jthread> threads_;
};

class GenerationReader {
  public:
    struct Options {
        unsigned threads = 1;
        std::size_t sliceBytes = waitscope::sliceBytes;
        std::stop_token stop;
        /// Told how far in the file everything is ordered (bytes).
        std::function<void(std::uint64_t)> progress;
        std::function<void(const ReadProblem&)> warn;
        std::function<void()> joined; ///< told that the trace has become longer
        /// Only the generations that touch this range are read: ns from the first of the file.
        std::optional<TimeRange> part;
        /// Of a part: may so many bytes of trace be read? Asked before each generation; after a no it ends.
        std::function<bool(std::uint64_t)> hasRoom;
    };

    GenerationReader(TraceBytes& bytes, StringInterner& strings, StackInterner& stacks, TraceBuilder& builder,
                     Options options);

    /// Reads the generations from `offset` on, which are written as Go 1.`version` does.
    void read(std::size_t offset, int version);

    [[nodiscard]] std::uint64_t delivered() const { return joiner_.delivered(); }
    [[nodiscard]] std::uint64_t endOffset() const { return endOffset_; }
    /// How far the file is read, about: what stands before is in the trace.
    [[nodiscard]] std::uint64_t joinedOffset() const {
        return pending_.empty() ? endOffset_ : pending_.front().job->work.keepFrom;
    }
    /// The header at which the trace ended because another one begins there.
    [[nodiscard]] const std::optional<TraceHeader>& otherTrace() const { return otherTrace_; }
    /// What stands behind the end of the trace, if it is something else; empty: nothing.
    [[nodiscard]] const std::string& afterword() const { return afterword_; }
    /// What this program does not know: batches of experiments by number, and the types of events, each of which cuts
    /// its batch short, by where they stand in the file.
    [[nodiscard]] const std::map<std::uint8_t, std::uint64_t>& unknownExperiments() const {
        return unknownExperiments_;
    }
    [[nodiscard]] const std::map<std::uint64_t, std::uint8_t>& unknownEvents() const { return unknownEvents_; }
    /// Events looked at while ordering: what it cost, whatever the machine. Not those of slices that were given up.
    [[nodiscard]] std::uint64_t steps() const { return steps_; }
    /// Time on the trace clock (ns) and ns since 1970 of the same moment, if the file says it.
    [[nodiscard]] const std::optional<std::pair<std::int64_t, std::int64_t>>& wallClock() const { return wallClock_; }
    /// Of a part: when the file begins, ns of the trace clock.
    [[nodiscard]] std::int64_t fileBegin() const { return fileBegin_.value_or(0); }

  private:
    struct Pending {
        std::shared_ptr<OrderingPool::Job> job;
        bool lastOfGeneration = false;
    };
    [[nodiscard]] std::optional<WireGeneration> nextOfFile(GenerationScanner& scanner);
    [[nodiscard]] std::optional<WireGeneration> nextWanted(GenerationScanner& scanner);
    [[nodiscard]] std::int64_t beginInFile(const WireGeneration& wire) const;
    std::shared_ptr<const PreparedGeneration> prepare(WireGeneration wire);
    void joinNext();
    /// How far the events of a generation have been ordered.
    enum class Reach { Slice, Generation };
    Reach orderAgain(SliceWork work);
    void salvage(const SliceWork& work, OrderedSlice slice);
    bool joinWhole(OrderedSlice& slice);

    TraceBytes& bytes_;
    StringInterner& strings_;
    StackInterner& stacks_;
    Options options_;
    RuntimeNames names_;
    SliceJoiner joiner_;
    SliceBuilder builder_; ///< for what this thread orders
    OrderingPool pool_;
    std::deque<Pending> pending_;
    std::uint64_t ticksPerSecond_;
    std::uint64_t endOffset_ = 0;
    std::optional<TraceHeader> otherTrace_;
    std::string afterword_;
    std::map<std::uint8_t, std::uint64_t> unknownExperiments_;
    std::map<std::uint64_t, std::uint8_t> unknownEvents_;
    std::uint64_t steps_ = 0;
    bool generationIsWhole_ = true;
    std::optional<std::pair<std::int64_t, std::int64_t>> wallClock_;
    std::optional<std::int64_t> fileBegin_;
    std::optional<WireGeneration> ahead_; ///< found, but not asked for yet
    std::uint64_t bytesOfPart_ = 0;
};

} // namespace waitscope
