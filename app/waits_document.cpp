// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/waits_document.h"

#include "model/report/chrome_trace.h"
#include "model/report/waits_report.h"

#include <algorithm>

namespace waitscope {

namespace {

struct FormWords {
    std::string_view name;
    std::string_view ending;
};
constexpr std::array<FormWords, waitsForms.size()> formWords{
    {{"pprof", ".pb.gz"}, {"folded", ".folded"}, {"csv", ".csv"}, {"chrome", ".json"}}};

} // namespace

std::string_view nameOf(WaitsForm form) {
    return formWords[static_cast<std::size_t>(form)].name;
}

std::optional<WaitsForm> waitsFormOf(std::string_view path) {
    const auto found =
        std::ranges::find_if(formWords, [&](const FormWords& form) { return path.ends_with(form.ending); });
    if (found == formWords.end())
        return {};
    return waitsForms[static_cast<std::size_t>(found - formWords.begin())];
}

std::string waitsDocument(const TraceFacts& facts, const WaitsChoice& choice) {
    switch (choice.form) {
    case WaitsForm::Chrome:
        return chromeTraceOf(facts, choice.range, choice.runtimeGoroutines);
    case WaitsForm::Csv:
        return waitsCsv(
            facts, computeWaitTable(
                       facts, {.range = choice.range, .by = choice.by, .runtimeGoroutines = choice.runtimeGoroutines}));
    case WaitsForm::Pprof:
    case WaitsForm::Folded:
        break;
    }
    const WaitProfile profile = computeWaitProfile(facts, choice.kind, choice.range, choice.runtimeGoroutines);
    return choice.form == WaitsForm::Folded ? foldedStacksOf(facts, profile) : pprofOf(facts, profile);
}

} // namespace waitscope
