// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/lod/goroutine_filter.h"

#include "model/heatmap/row_order.h"
#include "model/report/range_text.h"
#include "model/report/span_text.h"
#include "model/report/text.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

namespace waitscope {

namespace {

constexpr std::array<std::pair<std::string_view, GoroutineState>, 5> endStates{{{"waiting", GoroutineState::Waiting},
                                                                                {"running", GoroutineState::Running},
                                                                                {"runnable", GoroutineState::Runnable},
                                                                                {"syscall", GoroutineState::Syscall},
                                                                                {"ended", GoroutineState::Ended}}};

constexpr std::array<std::pair<std::string_view, StateFamily>, 6> families{{{"lock", StateFamily::Lock},
                                                                            {"channel", StateFamily::Channel},
                                                                            {"network", StateFamily::Network},
                                                                            {"syscall", StateFamily::Syscall},
                                                                            {"sleep", StateFamily::Sleep},
                                                                            {"gc", StateFamily::GC}}};

std::string withSpaces(std::string text) {
    std::ranges::replace(text, '-', ' ');
    return text;
}

bool isPrimitive(std::string_view name) {
    return std::ranges::find(primitiveNames, withSpaces(std::string(name))) != primitiveNames.end() ||
           std::ranges::find(families, name, &decltype(families)::value_type::first) != families.end();
}

bool isWaitOn(const WaitClass& wait, const std::string& name) {
    if (nameOf(wait.primitive) == withSpaces(name))
        return true;
    const auto family = std::ranges::find(families, name, &decltype(families)::value_type::first);
    return family != families.end() && familyOf(wait.primitive) == family->second;
}

// Words between spaces; quotes keep spaces.
std::vector<std::string> wordsOf(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    bool quoted = false;
    const auto finish = [&] {
        if (!word.empty())
            words.push_back(std::exchange(word, {}));
    };
    for (const char c : text) {
        if (c == '"')
            quoted = !quoted;
        else if (c == ' ' && !quoted)
            finish();
        else
            word += c;
    }
    finish();
    return words;
}

// Null if the text means itself only.
std::shared_ptr<const re2::RE2> patternFrom(const std::string& text) {
    if (text.find_first_of("^$|*+?[]{}()\\") == std::string::npos)
        return nullptr;
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_case_sensitive(false);
    auto pattern = std::make_shared<const re2::RE2>(text, options);
    return pattern->ok() ? std::move(pattern) : nullptr; // "(*conn).serve" is a name, not an expression
}

} // namespace

bool GoroutineFilter::understand(std::string_view word, Term& term, std::string& problem) {
    term.negated = word.size() > 1 && word.starts_with('-');
    if (term.negated)
        word.remove_prefix(1);
    if (const auto id = goroutineIdFrom(word)) {
        term.what = What::Id;
        term.number = *id;
        return true;
    }
    constexpr std::array<std::pair<std::string_view, What>, 9> keys{{{"state:", What::State},
                                                                     {"on:", What::WaitsOn},
                                                                     {"at:", What::WaitsAt},
                                                                     {"age:", What::Age},
                                                                     {"lived:", What::Lived},
                                                                     {"label:", What::Label},
                                                                     {"region:", What::Region},
                                                                     {"task:", What::Task},
                                                                     {"with:", What::With}}};
    for (const auto& [key, what] : keys)
        if (word.starts_with(key)) {
            term.what = what;
            word.remove_prefix(key.size());
        }
    term.text = word;
    const auto fails = [&](std::string why) {
        problem = std::move(why);
        return false;
    };
    switch (term.what) {
    case What::State:
        return std::ranges::find(endStates, word, &decltype(endStates)::value_type::first) != endStates.end() ||
               fails("state: is one of waiting, running, runnable, syscall, ended.");
    case What::WaitsOn:
        return isPrimitive(word) ||
               fails("on: is a primitive such as mutex, chan-receive, select, or lock, channel, network.");
    case What::Age:
    case What::Lived: {
        const auto time = timeFrom(word.starts_with('>') ? word.substr(1) : word);
        term.number = time.value_or(0);
        return time.has_value() || fails("age: and lived: are times such as 100ms or 2s.");
    }
    case What::With: {
        const auto id = goroutineIdFrom(word);
        term.number = id.value_or(0);
        return id.has_value() || fails("with: is a goroutine such as g42.");
    }
    case What::Name:
        term.pattern = patternFrom(term.text);
        return true;
    default:
        return true;
    }
}

std::optional<GoroutineFilter> GoroutineFilter::parse(std::string_view text, std::string& problem) {
    GoroutineFilter filter;
    for (const std::string& word : wordsOf(text)) {
        Term term;
        if (!understand(word, term, problem))
            return {};
        filter.terms_.push_back(std::move(term));
    }
    return filter;
}

void GoroutineFilter::apply(const Term& term, const TraceFacts& facts, std::vector<std::uint8_t>& hits,
                            const std::stop_token& stop) {
    const Trace& trace = *facts.trace;
    const auto count = static_cast<std::uint32_t>(trace.goroutines.size());
    const auto hitOf = [&](GoroutineIndex g) {
        if (g.value < count)
            hits[g.value] = 1;
    };
    // A wait of one of these classes makes a hit.
    const auto byClass = [&](const auto& isHit) {
        std::vector<std::uint8_t> classHits;
        for (const WaitClass& wait : facts.waits.all())
            classHits.push_back(!classHits.empty() && isHit(wait) ? 1 : 0); // the first one is no wait
        for (std::uint32_t g = 0; g < count && !stop.stop_requested(); ++g) {
            const SpanRange own = trace.goroutines.spans({g});
            for (std::uint32_t s = own.begin; s < own.end && hits[g] == 0; ++s)
                hits[g] = classHits[facts.waits.indexOf(trace, {s})];
        }
    };
    switch (term.what) {
    case What::Name: {
        std::unordered_map<std::uint32_t, std::uint8_t> known; // by the frame of the function
        for (std::uint32_t g = 0; g < count; ++g) {
            const auto [found, isNew] = known.try_emplace(trace.goroutines.entry({g}).value);
            if (isNew) {
                const std::string_view name = trace.function({g});
                const bool matches =
                    term.pattern && re2::RE2::PartialMatch(re2::StringPiece(name.data(), name.size()), *term.pattern);
                found->second = matches || nameContains(name, term.text) ? 1 : 0;
            }
            hits[g] = found->second;
        }
        return;
    }
    case What::Id:
        return hitOf(trace.findGoroutine(term.number));
    case What::State: {
        const auto* const wanted = std::ranges::find(endStates, term.text, &decltype(endStates)::value_type::first);
        for (std::uint32_t g = 0; g < count; ++g)
            hits[g] = (trace.aliveAtEnd({g}) ? trace.spans.state(trace.lastSpan({g})) : GoroutineState::Ended) ==
                      wanted->second;
        return;
    }
    case What::WaitsOn:
        return byClass([&](const WaitClass& wait) { return isWaitOn(wait, term.text); });
    case What::WaitsAt:
        return byClass([&](const WaitClass& wait) { return nameContains(siteText(trace, wait.site), term.text); });
    case What::Age:
        for (std::uint32_t g = 0; g < count; ++g)
            hits[g] = openWaitOf(trace, {g}) > 0 && openWaitOf(trace, {g}) >= term.number;
        return;
    case What::Lived:
        for (std::uint32_t g = 0; g < count; ++g)
            hits[g] = trace.lifetime({g}).length() >= term.number;
        return;
    case What::Label:
        for (const Label& label : trace.labels)
            if (nameContains(trace.text(label.text), term.text))
                hitOf(label.goroutine);
        return;
    case What::Region:
        for (const Region& region : trace.regions)
            if (nameContains(trace.text(region.type), term.text))
                hitOf(region.goroutine);
        return;
    case What::Task: {
        std::vector<std::uint8_t> tasks(trace.tasks.size());
        for (std::uint32_t t = 0; t < tasks.size(); ++t) {
            const Task task = trace.tasks[t];
            tasks[t] = nameContains(trace.text(task.type), term.text) ? 1 : 0;
            if (tasks[t] != 0)
                hitOf(task.beganOn);
        }
        for (const Region& region : trace.regions)
            if (region.task.known() && tasks[region.task.value] != 0)
                hitOf(region.goroutine);
        return;
    }
    case What::With: {
        const GoroutineIndex with = trace.findGoroutine(term.number);
        if (!with.known())
            return;
        hitOf(with);
        const auto madeReady = [&](std::uint32_t s) {
            const SpanOrigin origin = trace.spans.kind({s}).origin;
            const bool has = trace.spans.state({s}) == GoroutineState::Runnable || origin == SpanOrigin::Created;
            return has ? trace.spans.waker({s}) : Waker();
        };
        for (std::uint32_t g = 0; g < count && !stop.stop_requested(); ++g) {
            const SpanRange own = trace.goroutines.spans({g});
            for (std::uint32_t s = own.begin; s < own.end; ++s) {
                const Waker waker = madeReady(s);
                if (!waker.isGoroutine())
                    continue;
                if (g == with.value)
                    hitOf(waker.goroutine());
                else if (waker.goroutine() == with)
                    hits[g] = 1;
            }
        }
        return;
    }
    }
}

bool GoroutineFilter::namesGoroutine() const {
    return std::ranges::any_of(terms_,
                               [](const Term& term) { return term.what == What::Id || term.what == What::With; });
}

std::vector<std::uint8_t> GoroutineFilter::apply(const TraceFacts& facts, const std::stop_token& stop) const {
    std::vector<std::uint8_t> passed(facts.trace->goroutines.size(), 1);
    for (const Term& term : terms_) {
        std::vector<std::uint8_t> hits(passed.size(), 0);
        apply(term, facts, hits, stop);
        for (std::size_t g = 0; g < passed.size(); ++g)
            passed[g] &= term.negated ? hits[g] ^ 1U : hits[g];
    }
    return passed;
}

} // namespace waitscope
