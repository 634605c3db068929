// SPDX-License-Identifier: GPL-3.0-or-later
// Work that needs several steps on this thread and that: elsewhere, then at home.
#pragma once

#include <functional>
#include <memory>

namespace waitscope {

/// On a thread of the pool.
void elsewhere(std::function<void()> work);
/// On the GUI thread, and only if `asker` is still there then.
void atHome(const std::weak_ptr<const bool>& asker, std::function<void()> work);

} // namespace waitscope
