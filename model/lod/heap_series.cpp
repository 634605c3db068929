// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/lod/heap_series.h"

#include <algorithm>

namespace waitscope {

HeapSeries::HeapSeries(const Trace& trace) {
    for (const Metric& metric : trace.metrics) {
        const std::string_view name = trace.text(metric.name);
        const Metric*& place = name == "/gc/heap/goal:bytes" ? goal_ : live_;
        if (name == "/gc/heap/goal:bytes" || name == "/memory/classes/heap/objects:bytes") {
            place = &metric;
            for (const MetricSample& sample : metric.samples)
                most_ = std::max(most_, sample.value);
        }
    }
}

HeapSeries::Values HeapSeries::before(Time t) const {
    const auto last = [&](const Metric* metric) -> std::optional<std::uint64_t> {
        if (metric == nullptr)
            return {};
        const auto* const next = std::ranges::lower_bound(metric->samples, t, {}, &MetricSample::time);
        return next == metric->samples.begin() ? std::nullopt : std::optional((next - 1)->value);
    };
    return {last(live_), last(goal_)};
}

} // namespace waitscope
