// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/waker_graph.h"

#include "model/waits/each_wait.h"
#include "model/waits/wake_up.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

namespace waitscope {

namespace {

/// The strongly connected sets of a graph, by Tarjan, without recursion. O(nodes + links).
class StrongSets {
  public:
    explicit StrongSets(const std::vector<std::vector<std::uint32_t>>& links)
        : links_(links), order_(links.size(), nowhere), low_(links.size()), onStack_(links.size()) {}

    std::vector<std::vector<std::uint32_t>> find() {
        for (std::uint32_t n = 0; n < links_.size(); ++n)
            if (order_[n] == nowhere)
                visit(n);
        return std::move(sets_);
    }

  private:
    struct Step {
        std::uint32_t node;
        std::size_t next = 0; ///< link to follow
    };

    void enter(std::uint32_t node) {
        order_[node] = low_[node] = count_++;
        stack_.push_back(node);
        onStack_[node] = true;
        path_.push_back({node});
    }
    void visit(std::uint32_t first) {
        enter(first);
        while (!path_.empty()) {
            Step& step = path_.back();
            const std::uint32_t node = step.node;
            if (step.next < links_[node].size()) {
                const std::uint32_t to = links_[node][step.next++];
                if (order_[to] == nowhere)
                    enter(to);
                else if (onStack_[to])
                    low_[node] = std::min(low_[node], order_[to]);
                continue;
            }
            path_.pop_back();
            if (!path_.empty())
                low_[path_.back().node] = std::min(low_[path_.back().node], low_[node]);
            if (low_[node] == order_[node])
                close(node);
        }
    }
    void close(std::uint32_t root) {
        std::vector<std::uint32_t> set;
        do {
            set.push_back(stack_.back());
            onStack_[stack_.back()] = false;
            stack_.pop_back();
        } while (set.back() != root);
        sets_.push_back(std::move(set));
    }

    const std::vector<std::vector<std::uint32_t>>& links_;
    std::vector<std::uint32_t> order_, low_;
    std::vector<bool> onStack_;
    std::vector<std::uint32_t> stack_;
    std::vector<Step> path_;
    std::vector<std::vector<std::uint32_t>> sets_;
    std::uint32_t count_ = 0;
};

class Drawing {
  public:
    Drawing(const TraceFacts& facts, TimeRange range) : facts_(facts), trace_(*facts.trace) { graph_.range = range; }

    WakerGraph run() {
        nameNodes();
        for (std::uint32_t g = 0; g < trace_.goroutines.size(); ++g)
            if (!facts_.waits.isRuntime({g}))
                eachWait(facts_, {g}, graph_.range, [&](SpanIndex s, std::uint32_t c, bool open) {
                    if (!open)
                        return count({g}, s, c);
                    ++graph_.open;
                    graph_.openTime += trace_.spans.range(s).clippedTo(graph_.range).length();
                });
        gatherEdges();
        tieKnots();
        return std::move(graph_);
    }

  private:
    void nameNodes() {
        std::unordered_map<std::uint32_t, std::uint32_t> byFunction;
        nodeOf_.reserve(trace_.goroutines.size());
        for (std::uint32_t g = 0; g < trace_.goroutines.size(); ++g) {
            const StringId function = trace_.frame(trace_.goroutines.entry({g})).function;
            nodeOf_.push_back(
                byFunction.try_emplace(function.value, static_cast<std::uint32_t>(functions_.size())).first->second);
            if (nodeOf_.back() == functions_.size())
                functions_.push_back(function);
        }
    }

    /// Sums for (waiting function, class of the wait) × (waking function, stack of the wake-up).
    void count(GoroutineIndex g, SpanIndex s, std::uint32_t waitClass) {
        const WakeUp wakeUp = wakeUpAfter(facts_, s);
        if (wakeUp.how != WokenBy::Goroutine)
            return;
        const Key key{std::uint64_t{nodeOf_[g.value]} << 32U | waitClass,
                      std::uint64_t{nodeOf_[wakeUp.goroutine.value]} << 32U | wakeUp.stack.value};
        if (last_ == nullptr || key != lastKey_) { // waits of a goroutine mostly repeat themselves
            lastKey_ = key;
            last_ = &sums_[key];
        }
        ++last_->count;
        last_->total += trace_.spans.range(s).clippedTo(graph_.range).length();
    }

    void gatherEdges() {
        using Line = std::tuple<std::uint32_t, std::uint32_t, Primitive, FrameId, FrameId>;
        std::map<Line, WakerEdge> lines;
        for (const auto& [key, sum] : sums_) {
            const WaitClass& wait = facts_.waits.all()[static_cast<std::uint32_t>(key.first)];
            const auto waiter = static_cast<std::uint32_t>(key.first >> 32U);
            const auto waker = static_cast<std::uint32_t>(key.second >> 32U);
            const FrameId wakeSite = facts_.waits.siteOf({static_cast<std::uint32_t>(key.second)});
            WakerEdge& edge = lines
                                  .try_emplace({waiter, waker, wait.primitive, wait.site, wakeSite},
                                               WakerEdge{waiter, waker, wait.primitive, wait.site, wakeSite, 0, 0})
                                  .first->second;
            edge.count += sum.count;
            edge.total += sum.total;
            graph_.total += sum.total;
        }
        // Only functions that wait or are waited for are nodes.
        std::vector<WakerNode> nodes(functions_.size());
        std::vector<bool> used(functions_.size());
        for (const auto& [line, edge] : lines) {
            nodes[edge.waiter].waited += edge.total;
            nodes[edge.waker].awaited += edge.total;
            used[edge.waiter] = used[edge.waker] = true;
        }
        std::vector<std::uint32_t> order;
        for (std::uint32_t n = 0; n < nodes.size(); ++n) {
            nodes[n].function = functions_[n];
            if (used[n])
                order.push_back(n);
        }
        const auto name = [&](std::uint32_t n) { return trace_.text(functions_[n]); };
        std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
            return std::tuple(-nodes[a].awaited, -nodes[a].waited, name(a)) <
                   std::tuple(-nodes[b].awaited, -nodes[b].waited, name(b));
        });
        std::vector<std::uint32_t> place(nodes.size());
        for (std::uint32_t i = 0; i < order.size(); ++i) {
            place[order[i]] = i;
            graph_.nodes.push_back(nodes[order[i]]);
        }
        for (auto& [line, edge] : lines) {
            edge.waiter = place[edge.waiter];
            edge.waker = place[edge.waker];
            graph_.edges.push_back(edge);
        }
        std::ranges::sort(graph_.edges, [](const WakerEdge& a, const WakerEdge& b) {
            return std::tuple(-a.total, a.waiter, a.waker, a.primitive, a.waitSite, a.wakeSite) <
                   std::tuple(-b.total, b.waiter, b.waker, b.primitive, b.waitSite, b.wakeSite);
        });
    }

    void tieKnots() {
        std::map<std::pair<std::uint32_t, std::uint32_t>, Time> links;
        for (const WakerEdge& edge : graph_.edges)
            links[{edge.waiter, edge.waker}] += edge.total;
        std::vector<std::vector<std::uint32_t>> strong(graph_.nodes.size());
        for (const auto& [ends, time] : links) {
            if (time == 0 || time * WakerGraph::leastShare < graph_.total)
                continue;
            strong[ends.first].push_back(ends.second);
            graph_.links.push_back({ends.first, ends.second, time});
        }
        std::ranges::stable_sort(graph_.links, std::ranges::greater{}, &WakerLink::total);
        for (std::vector<std::uint32_t>& set : StrongSets(strong).find()) {
            if (set.size() == 1 && std::ranges::find(strong[set[0]], set[0]) == strong[set[0]].end())
                continue;
            std::ranges::sort(set); // nodes are in order
            graph_.knots.push_back({.nodes = std::move(set)});
        }
        const auto setKnots = [&] {
            for (std::uint32_t k = 0; k < graph_.knots.size(); ++k)
                for (const std::uint32_t n : graph_.knots[k].nodes)
                    graph_.nodes[n].knot = k;
        };
        setKnots();
        for (const auto& [ends, time] : links) {
            const std::uint32_t waiting = graph_.nodes[ends.first].knot;
            const std::uint32_t waking = graph_.nodes[ends.second].knot;
            if (waiting == waking && waiting != nowhere) {
                graph_.knots[waiting].inside += time;
                continue;
            }
            if (waiting != nowhere)
                graph_.knots[waiting].outside += time;
            if (waking != nowhere)
                graph_.knots[waking].others += time;
        }
        std::ranges::sort(graph_.knots, [](const WakerKnot& a, const WakerKnot& b) {
            return std::tuple(!a.holdsUpOthers(), -a.others, -a.inside, a.nodes) <
                   std::tuple(!b.holdsUpOthers(), -b.others, -b.inside, b.nodes);
        });
        setKnots();
    }

    struct Sum {
        std::uint64_t count = 0;
        Time total = 0;
    };
    using Key = std::pair<std::uint64_t, std::uint64_t>;
    struct Hash {
        std::size_t operator()(const Key& key) const {
            return static_cast<std::size_t>((key.first * 0x9E3779B97F4A7C15U) ^ (key.second * 0xC2B2AE3D27D4EB4FU));
        }
    };

    const TraceFacts& facts_;
    const Trace& trace_;
    WakerGraph graph_;
    std::vector<std::uint32_t> nodeOf_;       ///< by goroutine
    std::vector<StringId> functions_;         ///< by node, as they come up
    std::unordered_map<Key, Sum, Hash> sums_; // references stay valid while it grows
    Sum* last_ = nullptr;
    Key lastKey_;
};

} // namespace

WakerGraph wakerGraph(const TraceFacts& facts, TimeRange range) {
    return Drawing(facts, range).run();
}

} // namespace waitscope
