// SPDX-License-Identifier: GPL-3.0-or-later
// Builds the trace on a thread of its own while the reader orders the next events: two cores, one stream.
#pragma once

#include "model/build/trace_builder.h"
#include "model/reader/event_sink.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace waitscope {

class BuilderThread : public EventSink {
  public:
    explicit BuilderThread(TraceBuilder& builder);
    ~BuilderThread() override;
    BuilderThread(const BuilderThread&) = delete;
    BuilderThread& operator=(const BuilderThread&) = delete;

    EventBlock* exchange(EventBlock* full) override;
    /// Waits until every block is built. Rethrows what building threw (out of memory).
    void join();

  private:
    void run(const std::stop_token& stop);

    static constexpr std::size_t mostBlocks = 6; ///< enough that neither side waits for the other's hiccups
    TraceBuilder& builder_;
    std::vector<std::unique_ptr<EventBlock>> pool_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<EventBlock*> full_;
    std::vector<EventBlock*> empty_;
    bool done_ = false;
    std::exception_ptr failure_;
    std::jthread thread_;
};

} // namespace waitscope
