// SPDX-License-Identifier: GPL-3.0-or-later
// Where is what nobody needs any more taken down? What is large takes milliseconds, in which nothing could be drawn.
#pragma once

#include <QCoreApplication>
#include <QThreadPool>

#include <utility>

namespace waitscope {

/// Destroys `thing`, which must be copyable, in the thread pool; at once when the program ends, when there is no pool.
template <class Thing> void takeDownAside(Thing thing) {
    if (QCoreApplication::instance() != nullptr && !QCoreApplication::closingDown())
        QThreadPool::globalInstance()->start([thing = std::move(thing)] {});
}

} // namespace waitscope
