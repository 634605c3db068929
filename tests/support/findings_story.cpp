// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/findings_story.h"

#include <algorithm>
#include <variant>

namespace waitscope::test {

using namespace literals;

Findings findingsOf(Story& story, Time duration, FindingOptions options, const Dismiss& dismiss) {
    return computeFindings(computeFacts(story.told(duration)), std::move(options), dismiss);
}

const Finding* firstOf(const Findings& findings, std::string_view detector) {
    const auto found = std::ranges::find(findings.all, detector, &Finding::detector);
    return found != findings.all.end() ? &*found : nullptr;
}

std::optional<Tier> tierOf(const Findings& findings, std::string_view detector) {
    const Finding* const f = firstOf(findings, detector);
    return f != nullptr ? std::optional(f->tier) : std::nullopt;
}

std::int64_t numberOf(const Finding& f, std::string_view name) {
    for (const auto& [key, value] : f.numbers)
        if (key == name)
            return std::visit([](auto v) { return static_cast<std::int64_t>(v); }, value);
    return -1;
}

void leak(Story& story, Time duration, Time every, const char* reason, const StackText& stack,
          const std::string& function) {
    story.g(1).existed().runs(duration);
    std::int64_t id = 100;
    for (Time t = every; t < duration - 1_ms; t += every)
        story.g(id++).entry(function).bornAt(t).createdBy(1, {"main.handle"}).runs(10_us).waitsOn(reason, stack, 0);
}

void pool(Story& story, int n, const char* reason, const StackText& stack) {
    for (int i = 0; i < n; ++i)
        story.g(100 + i)
            .entry("main.worker")
            .bornAt(1_ms)
            .createdBy(1, {"main.start"})
            .runs(10_us)
            .waitsOn(reason, stack, 0);
}

} // namespace waitscope::test
