// SPDX-License-Identifier: GPL-3.0-or-later
// Where ordered events leave an orderer: numbered, in strictly increasing time. Ordering and building run on one core,
// event by event, so that nothing between them leaves the nearest cache. (A second core took the events here once, in
// blocks of 128 KB: the way from cache to cache cost more than the building that it took off the first.)
#pragma once

#include "model/build/slice_builder.h"

#include <cstdint>

namespace waitscope {

class EventWriter {
  public:
    /// `firstTime` is the earliest time an event may have.
    EventWriter(SliceBuilder& builder, std::int64_t firstTime) : builder_(builder), lastTime_(firstTime - 1) {}

    /// The next event, to be filled in before the next call. One that lies before its predecessor follows it by 1 ns.
    OrderedEvent& write(OrderedEventKind kind, std::int64_t time) {
        skip(time);
        return announce(kind);
    }
    /// One that Go's reader delivers but no trace needs: it takes its place in time.
    [[gnu::always_inline]] void skip(std::int64_t time) {
        lastTime_ = time <= lastTime_ ? lastTime_ + 1 : time;
        if (delivered_ < Slice::mostEarlyTimes) [[unlikely]]
            builder_.isEarly(lastTime_);
        ++delivered_;
    }
    /// A goroutine, processor or thread that is spoken of, which is not an event of the trace and takes no time.
    OrderedEvent& announce(OrderedEventKind kind) {
        flush();
        event_ = {};
        event_.time = lastTime_;
        event_.kind = kind;
        pending_ = true;
        return event_;
    }
    /// For what is most of a trace: the builder, to be told of a change of state itself. Takes its place in time.
    [[gnu::always_inline]] SliceBuilder& change(std::int64_t time) {
        if (pending_) [[unlikely]]
            flush();
        skip(time);
        return builder_;
    }
    /// Hands over what is left.
    [[gnu::noinline]] void flush() {
        if (pending_)
            builder_.add({&event_, 1});
        pending_ = false;
    }

    [[nodiscard]] std::int64_t lastTime() const { return lastTime_; }
    /// As Go's reader counts them.
    [[nodiscard]] std::uint64_t delivered() const { return delivered_; }

  private:
    SliceBuilder& builder_;
    OrderedEvent event_;
    bool pending_ = false;
    std::int64_t lastTime_;
    std::uint64_t delivered_ = 0;
};

} // namespace waitscope
