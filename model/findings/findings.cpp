// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/findings.h"

#include "model/build/side_by_side.h"
#include "model/findings/born_together.h"
#include "model/findings/catalogue.h"
#include "model/findings/contention.h"
#include "model/findings/guards.h"
#include "model/findings/threshold.h"
#include "model/report/span_text.h"
#include "model/report/text.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace waitscope {

namespace {

constexpr std::size_t shownAtTop = 10;
constexpr std::uint32_t nobody = UINT32_MAX;

/// Decides which finding explains which: they are about the same goroutines, the same lock, or parents of those that
/// are stuck. Goes from the highest tier down, so what explains is never less sure than what it explains.
class Collapsing {
  public:
    Collapsing(const Evidence& evidence, std::vector<Finding>& found)
        : evidence_(evidence), found_(found), owner_(evidence.trace().goroutines.size(), nobody) {}

    void run() {
        for (std::uint32_t i = 0; i < found_.size(); ++i) {
            std::uint32_t above = explainedBy(found_[i]);
            if (above != nobody) {
                if (found_[above].under)
                    above = static_cast<std::uint32_t>(*found_[above].under);
                found_[i].under = above;
            }
            for (const GoroutineIndex g : found_[i].members)
                if (owner_[g.value] == nobody)
                    owner_[g.value] = above == nobody ? i : above;
        }
        // Whoever waits for a WaitGroup waits for its children: if those are stuck, that is why.
        for (std::uint32_t i = 0; i < found_.size(); ++i)
            if (!found_[i].under && found_[i].primitive == Primitive::WaitGroup)
                if (const std::uint32_t above = ownerOfChildren(i);
                    above != nobody && found_[above].tier >= found_[i].tier)
                    moveUnder(i, above);
        joinFinishedBursts();
        joinBornTogether();
    }

  private:
    // One cause leaves several behind each time. The surest of them stands for all; of those the one that waits in the
    // program's own code, and of those the one that was started first.
    void joinBornTogether() {
        const Trace& trace = evidence_.trace();
        std::vector<Births> births(found_.size());
        for (std::uint32_t i = 0; i < found_.size(); ++i)
            if (!found_[i].under && found_[i].tier >= Tier::Low && lockClassOf(found_[i]) < 0)
                births[i] = birthsOf(trace, found_[i]);
        const auto key = [&](std::uint32_t i) {
            const FrameId site = found_[i].site;
            return std::tuple(-static_cast<int>(found_[i].tier),
                              !site.known() || evidence_.facts().waits.isLibrary(site) || isFromModule(trace, site),
                              births[i].times.front(), i);
        };
        for (std::uint32_t i = 0; i < found_.size(); ++i) {
            if (births[i].times.empty() || found_[i].under)
                continue;
            std::vector<std::uint32_t> together{i};
            for (std::uint32_t j = i + 1; j < found_.size(); ++j)
                if (!found_[j].under && areBornTogether(births[i], births[j]))
                    together.push_back(j);
            const std::uint32_t first = *std::ranges::min_element(together, {}, key);
            for (const std::uint32_t j : together)
                if (j != first) {
                    moveUnder(j, first);
                    found_[j].claim += " Each was started together with one of those above.";
                }
        }
    }

    // A test or a server makes one at the same line again and again, with other callers.
    void joinFinishedBursts() {
        const Trace& trace = evidence_.trace();
        std::map<std::pair<StringId, std::uint32_t>, std::uint32_t> largest; ///< by function and line
        const auto isOne = [](const Finding& f) { return f.detector == "D2" && f.tier == Tier::Info && !f.under; };
        const auto place = [&](const Finding& f) {
            const Frame& frame = trace.frame(f.createdAt);
            return std::pair(frame.function, frame.line);
        };
        for (std::uint32_t i = 0; i < found_.size(); ++i)
            if (isOne(found_[i]))
                if (std::uint32_t& most = largest.try_emplace(place(found_[i]), i).first->second;
                    found_[i].goroutines > found_[most].goroutines)
                    most = i;
        for (std::uint32_t i = 0; i < found_.size(); ++i)
            if (isOne(found_[i]))
                moveUnder(i, largest.at(place(found_[i])));
    }

    std::uint32_t explainedBy(const Finding& f) {
        if (const std::int64_t lock = lockClassOf(f); lock >= 0) {
            const auto [first, isNew] = firstOfLock_.try_emplace(lock, static_cast<std::uint32_t>(&f - found_.data()));
            if (!isNew)
                return first->second;
        }
        std::map<std::uint32_t, std::size_t> owners;
        for (const GoroutineIndex g : f.members)
            if (owner_[g.value] != nobody)
                ++owners[owner_[g.value]];
        const auto most = std::ranges::max_element(owners, {}, [](const auto& entry) { return entry.second; });
        return most != owners.end() && most->second * 2 >= f.members.size() ? most->first : nobody;
    }

    static std::int64_t lockClassOf(const Finding& f) {
        for (const auto& [name, value] : f.numbers)
            if (name == "lock_class")
                return std::get<std::int64_t>(value);
        return -1;
    }

    std::uint32_t ownerOfChildren(std::uint32_t self) const {
        constexpr std::size_t enough = 64; // children of one goroutine to be looked at
        std::map<std::uint32_t, std::size_t> owners;
        std::size_t explained = 0;
        const Finding& f = found_[self];
        for (const GoroutineIndex g : f.members) {
            const auto children = evidence_.livingChildren(g);
            const auto stuck =
                std::ranges::find_if(children.first(std::min(children.size(), enough)), [&](GoroutineIndex child) {
                    return owner_[child.value] != nobody && owner_[child.value] != self;
                });
            if (stuck != children.first(std::min(children.size(), enough)).end()) {
                ++explained;
                ++owners[owner_[stuck->value]];
            }
        }
        const auto most = std::ranges::max_element(owners, {}, [](const auto& entry) { return entry.second; });
        return most != owners.end() && explained * 2 >= f.members.size() ? most->first : nobody;
    }

    void moveUnder(std::uint32_t i, std::uint32_t above) {
        if (found_[above].under)
            above = static_cast<std::uint32_t>(*found_[above].under);
        if (above == i)
            return;
        found_[i].under = above;
        for (Finding& f : found_)
            if (f.under == i)
                f.under = above;
    }

    const Evidence& evidence_;
    std::vector<Finding>& found_;
    std::vector<std::uint32_t> owner_; ///< by goroutine: the finding at the top that it belongs to
    std::map<std::int64_t, std::uint32_t> firstOfLock_;
};

/// A step of the order by cost, each a quarter more than the one below: in one, the program's own lines go first, since
/// of goroutines that a request left behind together they are those to look at.
int stepOf(double cost) {
    return cost > 0 ? static_cast<int>(std::lround(std::log(cost) / std::log(1.25))) : -1'000;
}

/// Most important first, explained ones behind what explains them; at most ten that nothing explains.
void sortAndCut(const Trace& trace, std::vector<Finding>& found, std::size_t& leftOut,
                const std::vector<std::string>& names) {
    const std::size_t n = found.size();
    std::vector<double> cost(n);
    for (std::size_t i = 0; i < n; ++i) {
        double& top = cost[found[i].under.value_or(i)];
        top = std::max(top, found[i].cost);
    }
    std::vector<std::size_t> order(n);
    for (std::size_t i = 0; i < n; ++i)
        order[i] = i;
    const auto key = [&](std::size_t i) {
        const std::size_t top = found[i].under.value_or(i);
        return std::tuple(found[i].dismissed.has_value(), -static_cast<int>(found[i].tier), !found[top].withoutEnd,
                          -stepOf(cost[top]), isFromModule(trace, found[top].site), -cost[top],
                          std::string_view(names[top]), top, found[i].under.has_value(), -found[i].cost,
                          std::string_view(names[i]), i);
    };
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    std::vector<std::size_t> place(n, SIZE_MAX);
    std::vector<bool> shown(n);
    std::size_t tops = 0;
    leftOut = 0;
    for (const std::size_t i : order)
        if (!found[i].under) {
            shown[i] = found[i].dismissed || tops < shownAtTop;
            tops += found[i].dismissed ? 0 : 1;
            leftOut += shown[i] ? 0 : 1;
        }
    std::vector<Finding> sorted;
    for (const std::size_t i : order)
        if (shown[found[i].under.value_or(i)]) {
            place[i] = sorted.size();
            sorted.push_back(std::move(found[i]));
        }
    for (Finding& f : sorted)
        if (f.under)
            f.under = place[*f.under];
    found = std::move(sorted);
}

/// What is sure in a file whose end is missing? Whatever had not ended yet may have ended there: a load that begins,
/// and answers that all take longer than the file, look like a leak without their end. Worth an alarm is who has
/// outlived those like it that ended, and who surely waits for a lock, to hand something over, or for what cannot
/// happen.
Tier tierWithoutEnd(const Evidence& evidence, const Finding& f) {
    const Primitive p = f.primitive.value_or(Primitive::Unknown);
    const bool cannotEnd =
        isLock(p) || p == Primitive::ChanSend || p == Primitive::NilChan || p == Primitive::SelectEmpty;
    const auto outliving = std::ranges::count_if(f.members, [&](GoroutineIndex g) { return outlives(evidence, g); });
    const bool areLeft = !isLock(p) && outliving > 0 && static_cast<std::size_t>(outliving) * 2 >= f.members.size();
    return std::min(f.tier, areLeft || (cannotEnd && f.tier == Tier::High) ? Tier::Medium : Tier::Low);
}

} // namespace

std::optional<Tier> Findings::worst() const {
    std::optional<Tier> worst;
    for (const Finding& f : all)
        if (!f.dismissed)
            worst = worst ? std::max(*worst, f.tier) : f.tier;
    return worst;
}

const Finding* Findings::unsure() const {
    if (worst().value_or(Tier::Info) >= Tier::Medium)
        return nullptr;
    const auto it =
        std::ranges::find_if(all, [](const Finding& f) { return f.withoutEnd && !f.under && !f.dismissed; });
    return it == all.end() ? nullptr : &*it;
}

Findings computeFindings(std::shared_ptr<const TraceFacts> facts, FindingOptions options, const Dismiss& dismiss) {
    const auto judgement = std::make_shared<const Judgement>(std::move(facts), std::move(options));
    const Evidence& evidence = judgement->evidence;
    const Trace& trace = evidence.trace();
    const Populations populations(evidence);
    LockUse locks = lockUseOf(evidence);
    rateContention(evidence, locks);
    Annotations annotations(trace);
    const Scene scene{evidence, judgement->groups, populations, locks, annotations};
    Findings findings{.judgement = judgement};
    std::vector<Finding>& found = findings.all;
    const std::span<const Detector> detectors = catalogue();
    std::vector<std::vector<Finding>> foundBy(detectors.size());
    // The last first: those about the whole process cost most.
    sideBySide(detectors.size(), threadsByDefault(), [&](std::size_t i) {
        const std::size_t d = detectors.size() - 1 - i;
        detectors[d].detect(scene, foundBy[d]);
    });
    for (std::size_t i = 0; i < detectors.size(); ++i)
        for (Finding& f : foundBy[i]) {
            f.detector = detectors[i].id;
            f.name = detectors[i].name;
            if (f.rank == 0)
                f.rank = detectors[i].rank;
            found.push_back(std::move(f));
        }
    for (Finding& f : found)
        if (!f.cause.known() && f.site.known() && isFromModule(trace, f.site))
            f.cause = ownLine(evidence.facts(), f.stack);
    if (wholeUntil(trace) < trace.duration)
        for (Finding& f : found) {
            const Tier sure = tierWithoutEnd(evidence, f);
            f.withoutEnd = f.tier >= Tier::Medium && sure < Tier::Medium;
            f.tier = sure;
            f.doubt += " The end of the file is missing, and with it what may have ended this.";
        }
    const auto nameOfFinding = [&](const Finding& f) {
        return siteText(trace, f.site) + " " + std::string(trace.text(f.function)) + " " + std::string(f.detector);
    };
    std::ranges::stable_sort(found, [&](const Finding& a, const Finding& b) {
        if (std::tuple(-static_cast<int>(a.tier), a.rank, -a.cost) !=
            std::tuple(-static_cast<int>(b.tier), b.rank, -b.cost))
            return std::tuple(-static_cast<int>(a.tier), a.rank, -a.cost) <
                   std::tuple(-static_cast<int>(b.tier), b.rank, -b.cost);
        return nameOfFinding(a) < nameOfFinding(b);
    });
    Collapsing(evidence, found).run();
    // What grows, or was never woken, is explained by the one below it that knows a cause.
    for (const Finding& f : found)
        if (f.under && f.tier >= Tier::Medium && (f.detector == "D9" || f.detector == "D11"))
            if (Finding& top = found[*f.under]; top.detector == "D1" || top.detector == "D10")
                top.explainedBy = f.detector;
    std::vector<std::string> names;
    for (Finding& f : found) {
        if (dismiss)
            f.dismissed = dismiss(trace, f);
        names.push_back(nameOfFinding(f));
    }
    // What a dismissed finding explains is dismissed with it.
    for (Finding& f : found)
        if (f.under && found[*f.under].dismissed)
            f.dismissed = found[*f.under].dismissed;
    sortAndCut(findings.judgement->evidence.trace(), found, findings.leftOut, names);
    findings.work = evidence.work() + evidence.lockWaits().size();
    return findings;
}

std::string blindSpotText(const Trace& trace, Time threshold) {
    std::string text = "This cannot see a leak younger than " + durationText(threshold) +
                       ", who holds a lock, timers that have not fired, or what happens after the trace.";
    if (const Time whole = wholeUntil(trace); whole < trace.duration)
        text += whole > 0 ? " The file is damaged: what happened after " + durationText(whole) + " was not judged."
                          : " The file is damaged from its begin on, so that each claim is less sure.";
    if (trace.duration < shortTrace)
        text += " " + durationText(trace.duration) + " of trace are too short to tell a leak from a moment's wait.";
    if (trace.formatVersion < 23)
        text += " Go 1.22 and older do not record where a goroutine waited before the trace.";
    return text;
}

} // namespace waitscope
