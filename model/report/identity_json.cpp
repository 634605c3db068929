// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/report/identity_json.h"

#include "model/report/text.h"

#include <nlohmann/json.hpp>

namespace waitscope {

using Json = nlohmann::json;

Json traceIdentityJson(const Trace& trace) {
    Json warnings = Json::array();
    Json damage = Json::array();
    const auto orNull = [](const auto& value) { return value ? Json(*value) : Json(); };
    for (const LoadWarning& warning : trace.report.warnings) {
        warnings.push_back(warning.text);
        damage.push_back(
            {{"byte", orNull(warning.byteOffset)},
             {"generation", orNull(warning.generation)},
             {"thread", orNull(warning.thread)},
             {"affected_ns", warning.affected ? Json{warning.affected->begin, warning.affected->end} : Json()}});
    }
    Json unknown = Json::array();
    for (const UnknownThing& thing : trace.report.unknown)
        unknown.push_back({{"kind", nameOf(thing.kind)}, {"name", thing.name}, {"count", thing.count}});
    return {{"file", trace.identity.fileName},
            {"sha256", trace.identity.sha256},
            {"format", trace.identity.format},
            {"events", trace.report.events},
            {"duration_ns", trace.duration},
            {"part_ns", trace.report.part ? Json{trace.report.part->begin, trace.report.part->end} : Json()},
            {"wall_clock_start", trace.wallClock ? Json(rfc3339(trace.wallClock->unixNanosecondsAtStart)) : Json()},
            {"complete", trace.report.complete},
            {"warnings", std::move(warnings)},
            {"warning_places", std::move(damage)},
            {"unknown", std::move(unknown)}};
}

Json documentJson(const Trace& trace) {
    return {{"waitscope", WAITSCOPE_VERSION}, {"trace", traceIdentityJson(trace)}};
}

std::string printed(const Json& document) {
    return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace waitscope
