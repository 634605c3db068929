// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/threads.h"

#include <QCoreApplication>
#include <QThreadPool>

#include <utility>

namespace waitscope {

void elsewhere(std::function<void()> work) {
    QThreadPool::globalInstance()->start(std::move(work));
}

void atHome(const std::weak_ptr<const bool>& asker, std::function<void()> work) {
    QMetaObject::invokeMethod(
        qApp,
        [asker, work = std::move(work)] {
            if (!asker.expired())
                work();
        },
        Qt::QueuedConnection);
}

} // namespace waitscope
