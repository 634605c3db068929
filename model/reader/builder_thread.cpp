// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/builder_thread.h"

namespace waitscope {

BuilderThread::BuilderThread(TraceBuilder& builder) : builder_(builder) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

BuilderThread::~BuilderThread() {
    thread_.request_stop();
}

EventBlock* BuilderThread::exchange(EventBlock* full) {
    std::unique_lock lock(mutex_);
    if (full != nullptr) {
        full_.push_back(full);
        changed_.notify_all();
    }
    if (empty_.empty() && pool_.size() < mostBlocks) {
        pool_.push_back(std::make_unique_for_overwrite<EventBlock>());
        empty_.push_back(pool_.back().get());
    }
    changed_.wait(lock, [&] { return !empty_.empty() || failure_; });
    if (failure_)
        return nullptr;
    EventBlock* const block = empty_.back();
    empty_.pop_back();
    block->size = 0;
    return block;
}

void BuilderThread::join() {
    {
        const std::scoped_lock lock(mutex_);
        done_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable())
        thread_.join();
    if (failure_)
        std::rethrow_exception(failure_);
}

void BuilderThread::run(const std::stop_token& stop) {
    for (;;) {
        EventBlock* block = nullptr;
        {
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stop, [&] { return !full_.empty() || done_; }) || full_.empty())
                return;
            block = full_.front();
            full_.pop_front();
        }
        std::exception_ptr failure;
        try {
            builder_.add({block->events.data(), block->size});
        } catch (...) {
            failure = std::current_exception();
        }
        const std::scoped_lock lock(mutex_);
        empty_.push_back(block);
        failure_ = failure;
        changed_.notify_all();
        if (failure)
            return;
    }
}

} // namespace waitscope
