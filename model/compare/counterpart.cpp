// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/counterpart.h"

#include "model/compare/keys.h"

#include <cstdlib>
#include <tuple>

namespace waitscope {

std::optional<WaitPlace> counterpartOf(const TraceFacts& facts, const WaitPlace& place, const TraceFacts& other) {
    const Frame& from = facts.trace->frame(place.site);
    const std::string function = comparedFunction(facts.trace->text(from.function));
    std::optional<WaitPlace> best;
    using Distance = std::tuple<bool, std::int64_t, std::uint32_t>;
    Distance least;
    for (const WaitClass& one : other.waits.all()) {
        if (comparedPrimitive(one.primitive) != comparedPrimitive(place.primitive))
            continue;
        const Frame& to = other.trace->frame(one.site);
        if (one.site.known() != place.site.known() || comparedFunction(other.trace->text(to.function)) != function)
            continue;
        const Distance distance{one.primitive != place.primitive,
                                std::abs(static_cast<std::int64_t>(to.line) - from.line), one.site.value};
        if (best && distance >= least)
            continue;
        least = distance;
        best = WaitPlace{one.primitive, one.site};
    }
    return best;
}

} // namespace waitscope
