// SPDX-License-Identifier: GPL-3.0-or-later
// How does a view compute something in the background and show only what still matters? One piece of work runs at a
// time; a request that comes meanwhile replaces the one that waits, and the result of the running one is dropped. What
// was computed is handed over on the GUI thread, where this object lives, and never after it is gone.
//
// QFutureWatcher would do the same, but in Qt 6.4 it may report a future as finished that it was given for the one
// before, and taking a result that is not there ends the program.
#pragma once

#include "widgets/common/taken_down.h"

#include <QCoreApplication>
#include <QThreadPool>

#include <functional>
#include <memory>
#include <utility>

namespace waitscope {

template <class Result> class LatestResult {
  public:
    explicit LatestResult(std::function<void(Result)> deliver) : deliver_(std::move(deliver)) {}

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
        QThreadPool::globalInstance()->start(
            [this, alive = std::weak_ptr<const bool>(alive_), work = std::exchange(next_, nullptr)] {
                auto result = std::make_shared<Result>(work());
                QMetaObject::invokeMethod(
                    qApp,
                    [this, alive, result = std::move(result)]() mutable {
                        if (!alive.expired() && finish())
                            return deliver_(std::move(*result));
                        // What nobody wants may be large: it is taken down where it was made.
                        takeDownAside(std::move(result));
                    },
                    Qt::QueuedConnection);
            });
    }
    /// Is the result still wanted?
    bool finish() {
        running_ = false;
        const bool wanted = !next_ && !dropped_;
        if (next_)
            start();
        return wanted;
    }

    std::function<void(Result)> deliver_;
    std::function<Result()> next_;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true); ///< as long as this object is
    bool running_ = false;
    bool dropped_ = false;
};

} // namespace waitscope
