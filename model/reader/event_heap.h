// SPDX-License-Identifier: GPL-3.0-or-later
// Whose event is the earliest? The threads by the time of their next event. The heap is Go's (go-trace-format D.2), so
// that events with equal times come out in the same order as with Go's own reader.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace waitscope {

class EventHeap {
  public:
    struct Next {
        std::int64_t time; ///< of the source's next event, before INT64_MAX
        std::uint32_t source;
        std::uint32_t type = 0; ///< of the event: what is done next depends on it
    };

    /// The time of the earliest where there is none.
    static constexpr std::int64_t never = INT64_MAX;

    [[nodiscard]] bool empty() const { return nexts_[0].time == never; }
    [[nodiscard]] std::size_t size() const { return nexts_.size() - static_cast<std::size_t>(behind); }
    /// The earliest is at 0.
    [[nodiscard]] const Next& operator[](std::size_t i) const { return nexts_[i]; }

    void push(Next next) {
        nexts_.insert(nexts_.end() - behind, next);
        siftUp(size() - 1);
    }
    /// The source of the earliest event, `first`, has moved to one of `time`. Which is the earliest now?
    [[gnu::always_inline]] Next moveFirst(Next first, std::int64_t time, std::uint32_t type) {
        first.time = time;
        first.type = type;
        Next* const nexts = nexts_.data();
        const std::size_t child = nexts[2].time < nexts[1].time ? 2 : 1;
        const Next other{nexts[child].time, nexts[child].source, nexts[child].type};
        if (other.time >= time) {
            nexts[0].time = time;
            nexts[0].type = type;
            return first;
        }
        put(0, other);
        put(child, first);
        if (2 * child + 1 < size())
            siftDown(child);
        return other;
    }
    /// The source at `i` has.
    void moveTo(std::size_t i, std::int64_t time, std::uint32_t type) {
        nexts_[i].time = time;
        nexts_[i].type = type;
        if (!siftUp(i))
            siftDown(i);
    }
    void remove(std::size_t i) {
        for (; i > 0; i = (i - 1) / 2)
            std::swap(nexts_[(i - 1) / 2], nexts_[i]);
        nexts_[0] = nexts_[size() - 1];
        nexts_.erase(nexts_.end() - behind - 1);
        if (!empty())
            siftDown(0);
    }
    /// A table sorted by time is still a heap. Stable, so that the order never depends on anything else.
    void sort() {
        std::stable_sort(nexts_.begin(), nexts_.end() - behind,
                         [](const Next& a, const Next& b) { return a.time < b.time; });
    }

  private:
    // Member by member: what was just written in parts and is read as a whole has to reach the cache first (a thirtieth
    // of ordering).
    void put(std::size_t i, const Next& next) {
        nexts_[i].time = next.time;
        nexts_[i].source = next.source;
        nexts_[i].type = next.type;
    }
    bool siftUp(std::size_t i) {
        Next* const nexts = nexts_.data();
        const Next moving = nexts[i];
        const std::size_t from = i;
        for (; i > 0 && nexts[(i - 1) / 2].time > moving.time; i = (i - 1) / 2)
            nexts[i] = nexts[(i - 1) / 2];
        nexts[i] = moving;
        return i != from;
    }
    [[gnu::always_inline]] void siftDown(std::size_t i) {
        Next* const nexts = nexts_.data();
        const std::size_t size = this->size();
        const Next moving = nexts[i];
        for (std::size_t child = 2 * i + 1; child < size; child = 2 * i + 1) {
            child += nexts[child + 1].time < nexts[child].time ? 1 : 0;
            if (nexts[child].time >= moving.time)
                break;
            put(i, nexts[child]);
            i = child;
        }
        nexts[i] = moving;
    }

    // Behind the last there are some that never come, so that nobody has to ask whether there is a second child.
    static constexpr std::ptrdiff_t behind = 2;
    std::vector<Next> nexts_ = std::vector<Next>(behind, {never, 0});
};

} // namespace waitscope
