// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/counterpart.h"

#include <cstdlib>
#include <tuple>

namespace waitscope {
namespace {

// A mutex that has become an RWMutex is the same lock.
bool isLock(Primitive p) {
    return p == Primitive::Mutex || p == Primitive::RWMutexRead || p == Primitive::RWMutexWrite;
}

} // namespace

std::optional<WaitPlace> counterpartOf(const TraceFacts& facts, const WaitPlace& place, const TraceFacts& other) {
    const Frame& from = facts.trace->frame(place.site);
    const std::string_view function = facts.trace->text(from.function);
    std::optional<WaitPlace> best;
    using Distance = std::tuple<bool, std::int64_t, std::uint32_t>;
    Distance least;
    for (const WaitClass& one : other.waits.all()) {
        const bool same = one.primitive == place.primitive;
        if (!same && !(isLock(one.primitive) && isLock(place.primitive)))
            continue;
        const Frame& to = other.trace->frame(one.site);
        if (one.site.known() != place.site.known() || other.trace->text(to.function) != function)
            continue;
        const Distance distance{!same, std::abs(static_cast<std::int64_t>(to.line) - from.line), one.site.value};
        if (best && distance >= least)
            continue;
        least = distance;
        best = WaitPlace{one.primitive, one.site};
    }
    return best;
}

} // namespace waitscope
