// SPDX-License-Identifier: GPL-3.0-or-later
// How does a view compute something in the background and show only what still matters? One piece of work runs at a
// time; a request that comes meanwhile replaces the one that waits, and the result of the running one is dropped. What
// was computed is handed over on the thread that owns this object, never after it is gone.
#pragma once

#include <QFutureWatcher>
#include <QPromise>
#include <QThreadPool>

#include <functional>
#include <memory>
#include <utility>

namespace waitscope {

template <class Result> class LatestResult {
  public:
    explicit LatestResult(std::function<void(Result)> deliver) : deliver_(std::move(deliver)) {
        QObject::connect(&watcher_, &QFutureWatcherBase::finished, &watcher_, [this] { finish(); });
    }

    /// `work` runs on another thread: it must own, or share, all that it reads, and not throw.
    void request(std::function<Result()> work) {
        next_ = std::move(work);
        if (!running_)
            start();
    }
    /// Nothing is wanted any more.
    void cancel() {
        next_ = nullptr;
        dropped_ = true;
    }
    [[nodiscard]] bool busy() const { return (running_ && !dropped_) || next_; }

  private:
    void start() {
        running_ = true;
        dropped_ = false;
        const auto promise = std::make_shared<QPromise<Result>>();
        promise->start();
        watcher_.setFuture(promise->future());
        QThreadPool::globalInstance()->start([promise, work = std::exchange(next_, nullptr)] {
            promise->addResult(work());
            promise->finish();
        });
    }
    void finish() {
        running_ = false;
        if (next_)
            start();
        else if (!dropped_)
            deliver_(watcher_.future().takeResult());
    }

    std::function<void(Result)> deliver_;
    std::function<Result()> next_;
    QFutureWatcher<Result> watcher_;
    bool running_ = false;
    bool dropped_ = false;
};

} // namespace waitscope
