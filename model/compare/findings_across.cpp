// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/findings_across.h"

#include "model/compare/keys.h"
#include "model/report/text.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace waitscope {

namespace {

/// Detectors that see the same fault from different sides: goroutines that nobody wakes.
bool isLeak(std::string_view detector) {
    constexpr std::string_view leaks[]{"D1", "D6", "D7", "D8", "D9", "D10", "D11", "D12", "D15", "D16"};
    return std::ranges::find(leaks, detector) != std::end(leaks);
}

/// What a finding is about, as far as two builds can have it in common.
struct About {
    std::string kind; ///< the detector, or "leak"
    std::string detector;
    std::string_view primitive;
    std::string site, createdAt, function;
};

About aboutOf(const Trace& trace, const Finding& f) {
    const auto name = [&](FrameId frame) {
        return frame.known() ? comparedFunction(trace.text(trace.frame(frame).function)) : std::string();
    };
    return {.kind = isLeak(f.detector) ? "leak" : std::string(f.detector),
            .detector = std::string(f.detector),
            .primitive = f.primitive ? comparedFamily(*f.primitive) : std::string_view(),
            .site = name(f.site),
            .createdAt = name(f.createdAt),
            .function = comparedFunction(trace.text(f.function))};
}

/// How much two are about the same, 0: not at all.
int likeness(const About& a, const About& b) {
    if (a.kind != b.kind)
        return 0;
    const bool sameSite = a.site == b.site && !a.site.empty();
    const bool sameFunction = a.function == b.function && !a.function.empty();
    const bool sameCreator = a.createdAt == b.createdAt && !a.createdAt.empty();
    const bool bothPlaceless = a.site.empty() && b.site.empty() && a.function.empty() && b.function.empty();
    const int detector = a.detector == b.detector ? 1 : 0;
    const int primitive = a.primitive == b.primitive ? 2 : 0;
    if (sameSite && (sameFunction || a.function.empty() || b.function.empty()))
        return 8 + primitive + detector;
    if (sameFunction && sameCreator)
        return 6 + primitive + detector;
    if (sameSite || (sameFunction && (a.createdAt.empty() || b.createdAt.empty())))
        return 4 + primitive + detector;
    return bothPlaceless && detector != 0 ? 1 : 0;
}

bool counts(const Finding& f) {
    return !f.under && !f.dismissed;
}

std::optional<double> numberOf(const Finding& f, std::string_view wanted) {
    for (const auto& [name, value] : f.numbers)
        if (name == wanted)
            return std::visit([](auto number) { return static_cast<double>(number); }, value);
    return {};
}

std::string goroutines(std::uint64_t n) {
    return countText(n) + (n == 1 ? " goroutine" : " goroutines");
}

std::string perSecond(double rate) {
    return meanText(rate) + " a second";
}

std::string trendText(double before, double after) {
    constexpr double notable = 1.1;
    return after * notable < before   ? ", less of it: "
           : before * notable < after ? ", more of it: "
                                      : ", as much of it: ";
}

std::string stillThere(const Trace& traceA, const Finding& a, const Trace& traceB, const Finding& b) {
    const auto totalA = numberOf(a, "total_ns");
    const auto totalB = numberOf(b, "total_ns");
    if (totalA && totalB)
        return "still there" + trendText(*totalA, *totalB) + durationText(static_cast<Time>(*totalA)) +
               " of waiting in " + durationText(traceA.duration) + " became " +
               durationText(static_cast<Time>(*totalB)) + " in " + durationText(traceB.duration) + ".";
    if (a.goroutines == 0 && b.goroutines == 0)
        return "still there.";
    const auto rate = [](const Trace& trace, const Finding& f) {
        const double seconds = static_cast<double>(std::max<Time>(1, trace.duration)) / 1e9;
        return numberOf(f, "growth_per_second").value_or(static_cast<double>(f.goroutines) / seconds);
    };
    const double before = rate(traceA, a);
    const double after = rate(traceB, b);
    std::string text = "still there" + trendText(before, after) + goroutines(a.goroutines) + " in " +
                       durationText(traceA.duration) + " (" + perSecond(before) + ") became " +
                       goroutines(b.goroutines) + " in " + durationText(traceB.duration) + " (" + perSecond(after) +
                       ").";
    if (isLeak(a.detector) && after < before)
        text += " A leak that became slower is still a leak.";
    return text;
}

} // namespace

FindingsAcross findingsAcross(const Findings& a, const Findings& b) {
    const Trace& traceA = a.judgement->evidence.trace();
    const Trace& traceB = b.judgement->evidence.trace();
    struct Candidate {
        int likeness;
        std::size_t a, b;
    };
    std::vector<About> aboutA;
    std::vector<About> aboutB;
    for (const Finding& f : a.all)
        aboutA.push_back(aboutOf(traceA, f));
    for (const Finding& f : b.all)
        aboutB.push_back(aboutOf(traceB, f));
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < a.all.size(); ++i)
        for (std::size_t k = 0; k < b.all.size(); ++k)
            if (counts(a.all[i]) && counts(b.all[k]))
                if (const int like = likeness(aboutA[i], aboutB[k]); like > 0)
                    candidates.push_back({like, i, k});
    // Of equally alike ones those that come first in both lists: the same whichever side is called A.
    std::ranges::stable_sort(candidates, [](const Candidate& x, const Candidate& y) {
        return std::tuple(-x.likeness, x.a + x.b, std::min(x.a, x.b)) <
               std::tuple(-y.likeness, y.a + y.b, std::min(y.a, y.b));
    });
    FindingsAcross across{.findings = {&a, &b}};
    std::vector<std::uint8_t> takenA(a.all.size());
    std::vector<std::uint8_t> takenB(b.all.size());
    for (const Candidate& c : candidates) {
        if (takenA[c.a] != 0 || takenB[c.b] != 0)
            continue;
        takenA[c.a] = takenB[c.b] = 1;
        const Finding& before = a.all[c.a];
        const Finding& after = b.all[c.b];
        across.pairs.push_back({FindingFate::StillThere,
                                {c.a, c.b},
                                std::max(before.tier, after.tier),
                                stillThere(traceA, before, traceB, after)});
    }
    for (std::size_t i = 0; i < a.all.size(); ++i)
        if (counts(a.all[i]) && takenA[i] == 0)
            across.pairs.push_back({FindingFate::Gone, {i, {}}, a.all[i].tier, "gone."});
    for (std::size_t k = 0; k < b.all.size(); ++k)
        if (counts(b.all[k]) && takenB[k] == 0)
            across.pairs.push_back({FindingFate::New, {{}, k}, b.all[k].tier, "new."});
    const auto order = [](const FindingPair& pair) {
        constexpr int places[]{2, 0, 1}; // of gone, new, still there
        return std::tuple(places[static_cast<std::size_t>(pair.fate)], -static_cast<int>(pair.tier),
                          pair.index.b.value_or(pair.index.a.value_or(0)));
    };
    std::ranges::stable_sort(across.pairs,
                             [&](const FindingPair& x, const FindingPair& y) { return order(x) < order(y); });
    return across;
}

} // namespace waitscope
