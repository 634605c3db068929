// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/pairing.h"

#include "model/report/text.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

namespace waitscope {

namespace {

/// The functions of a row as numbers, rising. Functions without the folders of their packages, so that a module that
/// was renamed is found again.
using Functions = std::vector<std::uint32_t>;

std::vector<std::string_view> shortFunctions(const RowKey& key) {
    std::vector<std::string_view> names;
    names.reserve(key.functions.size());
    for (const std::string& function : key.functions)
        names.push_back(shortFunction(function));
    return names;
}

/// Numbers functions, the rare ones first: two stacks that have most functions in common have a rare one in common.
class FunctionNumbers {
  public:
    void count(const RowKey& key) {
        for (const std::string_view name : shortFunctions(key))
            ++numbers_[name];
    }
    void number() {
        std::vector<std::pair<std::uint32_t, std::string_view>> byCount;
        for (const auto& [name, count] : numbers_)
            byCount.emplace_back(count, name);
        std::ranges::sort(byCount);
        for (std::uint32_t i = 0; i < byCount.size(); ++i)
            numbers_[byCount[i].second] = i;
    }
    [[nodiscard]] Functions of(const RowKey& key) const {
        Functions functions;
        for (const std::string_view name : shortFunctions(key))
            functions.push_back(numbers_.at(name));
        std::ranges::sort(functions);
        functions.erase(std::unique(functions.begin(), functions.end()), functions.end());
        return functions;
    }

  private:
    std::map<std::string_view, std::uint32_t> numbers_;
};

double similarity(const Functions& a, const Functions& b) {
    std::size_t common = 0;
    for (std::size_t i = 0, k = 0; i < a.size() && k < b.size();) {
        common += a[i] == b[k] ? 1 : 0;
        const bool forwardA = a[i] <= b[k];
        const bool forwardB = b[k] <= a[i];
        i += forwardA ? 1 : 0;
        k += forwardB ? 1 : 0;
    }
    const std::size_t together = a.size() + b.size() - common;
    return together == 0 ? 0 : static_cast<double>(common) / static_cast<double>(together);
}

/// The rarest functions of a stack, one of which a stack that is similar enough must have among its own rarest ones.
std::span<const std::uint32_t> rarest(const Functions& functions) {
    const auto needed = static_cast<std::size_t>(std::ceil(movedFrom * static_cast<double>(functions.size()) - 1e-9));
    return std::span(functions).first(functions.empty() ? 0 : functions.size() - needed + 1);
}

struct Candidate {
    double similarity;
    std::size_t a;
    std::size_t b;
    std::string lesser; ///< of the two keys: the same whichever side is called A
    std::string greater;
};

} // namespace

HandPairing HandPairing::swapped() const {
    HandPairing other;
    for (const auto& [a, b] : pairs)
        other.pairs.emplace_back(b, a);
    for (const auto& [a, b] : apart)
        other.apart.emplace_back(b, a);
    return other;
}

double similarity(const RowKey& a, const RowKey& b) {
    FunctionNumbers numbers;
    numbers.count(a);
    numbers.count(b);
    numbers.number();
    return similarity(numbers.of(a), numbers.of(b));
}

std::vector<RowPair> pairsOf(std::span<const RowKey> a, std::span<const RowKey> b, const HandPairing& byHand) {
    std::vector<RowPair> pairs;
    std::vector<std::uint8_t> takenA(a.size());
    std::vector<std::uint8_t> takenB(b.size());
    const auto take = [&](std::size_t i, std::size_t k, RowMatch match) {
        takenA[i] = takenB[k] = 1;
        pairs.push_back({i, k, match});
    };
    const auto placesOf = [](std::span<const RowKey> keys) {
        std::map<std::string, std::size_t> places;
        for (std::size_t i = 0; i < keys.size(); ++i)
            places.emplace(keys[i].text(), i);
        return places;
    };
    const std::map<std::string, std::size_t> placesA = placesOf(a);
    const std::map<std::string, std::size_t> placesB = placesOf(b);
    const std::set<std::pair<std::string, std::string>> apart(byHand.apart.begin(), byHand.apart.end());

    for (const auto& [nameA, nameB] : byHand.pairs) {
        const auto i = placesA.find(nameA);
        const auto k = placesB.find(nameB);
        if (i != placesA.end() && k != placesB.end() && takenA[i->second] == 0 && takenB[k->second] == 0)
            take(i->second, k->second, RowMatch::ByHand);
    }
    for (const auto& [name, i] : placesA)
        if (const auto k = placesB.find(name);
            k != placesB.end() && takenA[i] == 0 && takenB[k->second] == 0 && !apart.contains({name, name}))
            take(i, k->second, RowMatch::Exact);

    FunctionNumbers numbers;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (takenA[i] == 0)
            numbers.count(a[i]);
    for (std::size_t k = 0; k < b.size(); ++k)
        if (takenB[k] == 0)
            numbers.count(b[k]);
    numbers.number();
    std::vector<Functions> functionsB(b.size());
    std::unordered_map<std::uint32_t, std::vector<std::size_t>> withFunction; // among its rarest
    for (std::size_t k = 0; k < b.size(); ++k)
        if (takenB[k] == 0) {
            functionsB[k] = numbers.of(b[k]);
            for (const std::uint32_t function : rarest(functionsB[k]))
                withFunction[function].push_back(k);
        }
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (takenA[i] != 0)
            continue;
        const Functions functionsA = numbers.of(a[i]);
        std::set<std::size_t> near;
        for (const std::uint32_t function : rarest(functionsA))
            if (const auto found = withFunction.find(function); found != withFunction.end())
                near.insert(found->second.begin(), found->second.end());
        for (const std::size_t k : near) {
            const double alike = a[i].family == b[k].family ? similarity(functionsA, functionsB[k]) : 0;
            if (alike < movedFrom)
                continue;
            std::string nameA = a[i].text();
            std::string nameB = b[k].text();
            if (apart.contains({nameA, nameB}))
                continue;
            if (nameB < nameA)
                nameA.swap(nameB);
            candidates.push_back({alike, i, k, std::move(nameA), std::move(nameB)});
        }
    }
    std::ranges::sort(candidates, [](const Candidate& x, const Candidate& y) {
        return std::tie(y.similarity, x.lesser, x.greater) < std::tie(x.similarity, y.lesser, y.greater);
    });
    for (const Candidate& candidate : candidates)
        if (takenA[candidate.a] == 0 && takenB[candidate.b] == 0)
            take(candidate.a, candidate.b, RowMatch::Moved);

    for (std::size_t i = 0; i < a.size(); ++i)
        if (takenA[i] == 0)
            pairs.push_back({i, {}, RowMatch::OnlyA});
    for (std::size_t k = 0; k < b.size(); ++k)
        if (takenB[k] == 0)
            pairs.push_back({{}, k, RowMatch::OnlyB});
    return pairs;
}

} // namespace waitscope
