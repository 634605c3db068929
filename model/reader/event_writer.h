// SPDX-License-Identifier: GPL-3.0-or-later
// Where ordered events leave the reader: numbered, in strictly increasing time, block after block.
#pragma once

#include "model/reader/event_sink.h"

#include <cstdint>

namespace waitscope {

class EventWriter {
  public:
    /// `firstTime` is the earliest time an event may have.
    EventWriter(EventSink& sink, std::int64_t firstTime)
        : sink_(sink), block_(sink.exchange(nullptr)), lastTime_(firstTime - 1) {}

    /// The next event, to be filled in before the next call. One that lies before its predecessor follows it by 1 ns.
    OrderedEvent& write(OrderedEventKind kind, std::int64_t time) {
        skip(time);
        return append(kind);
    }
    /// One that Go's reader delivers but no trace needs: it takes its place in time.
    void skip(std::int64_t time) {
        ++delivered_;
        lastTime_ = time <= lastTime_ ? lastTime_ + 1 : time;
    }
    /// A thread, which is not an event of the trace and takes no time.
    void announceThread(std::int64_t id) {
        append(OrderedEventKind::ThreadSeen).value = static_cast<std::uint64_t>(id);
    }
    /// Hands over what is left.
    void flush() {
        if (block_ != nullptr)
            block_ = sink_.exchange(block_);
    }

    /// Nobody wants events any more.
    [[nodiscard]] bool closed() const { return block_ == nullptr; }
    [[nodiscard]] std::int64_t lastTime() const { return lastTime_; }
    /// As Go's reader counts them.
    [[nodiscard]] std::uint64_t delivered() const { return delivered_; }

  private:
    OrderedEvent& append(OrderedEventKind kind) {
        if (block_ != nullptr && block_->size == EventBlock::capacity)
            block_ = sink_.exchange(block_);
        OrderedEvent& out = block_ == nullptr ? dropped_ : block_->events[block_->size++];
        out = {};
        out.time = lastTime_;
        out.kind = kind;
        return out;
    }

    EventSink& sink_;
    EventBlock* block_;
    OrderedEvent dropped_;
    std::int64_t lastTime_;
    std::uint64_t delivered_ = 0;
};

} // namespace waitscope
