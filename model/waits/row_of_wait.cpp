// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/row_of_wait.h"

namespace waitscope {

std::optional<WakerKey> wakerKeyOf(const TraceFacts& facts, SpanIndex s, std::uint32_t waitClass, bool open) {
    if (open || facts.waits.all()[waitClass].primitive == Primitive::Syscall)
        return {};
    const WakeUp wakeUp = wakeUpAfter(facts, s);
    return WakerKey{wakeUp.how, facts.waits.siteOf(wakeUp.stack)};
}

RowOfWait::RowOfWait(const TraceFacts& facts, WaitGrouping by, std::span<const std::uint32_t> rowOfClass)
    : facts_(facts), by_(by), ownRows_(rowOfClass), rowOfClass_(facts.waits.all().size(), nowhere) {
    if (by == WaitGrouping::Task || by == WaitGrouping::Region)
        annotations_.emplace(*facts.trace);
}

std::uint32_t RowOfWait::rowFor(std::uint64_t number, const WaitRowKey& key) {
    const auto [found, isNew] = rows_.try_emplace(number, static_cast<std::uint32_t>(keys_.size()));
    if (isNew)
        keys_.push_back(key);
    return found->second;
}

std::uint32_t RowOfWait::rowOf(GoroutineIndex g, SpanIndex s, std::uint32_t waitClass,
                               const std::optional<WakerKey>& waker) {
    WaitRowKey key{.by = by_};
    if (!ownRows_.empty()) {
        key.own = ownRows_[waitClass];
        return rowFor(key.own, key);
    }
    switch (by_) {
    case WaitGrouping::Site:
    case WaitGrouping::Primitive: {
        std::uint32_t& row = rowOfClass_[waitClass];
        if (row == nowhere) {
            const WaitClass& wait = facts_.waits.all()[waitClass];
            key.primitive = wait.primitive;
            if (by_ == WaitGrouping::Site)
                key.site = wait.site;
            row = rowFor(std::uint64_t{key.site.value} << 8U | static_cast<std::uint64_t>(key.primitive), key);
        }
        return row;
    }
    case WaitGrouping::Waker:
        key.waker = waker;
        return rowFor(
            waker ? std::uint64_t{waker->site.value} << 8U | static_cast<std::uint64_t>(waker->how) : UINT64_MAX, key);
    case WaitGrouping::Goroutine:
    case WaitGrouping::Function:
        if (g != lastGoroutine_) {
            lastGoroutine_ = g;
            if (by_ == WaitGrouping::Goroutine)
                key.goroutine = g;
            else
                key.function = facts_.trace->frame(facts_.trace->goroutines.entry(g)).function;
            lastRow_ = rowFor(by_ == WaitGrouping::Goroutine ? g.value : key.function.value, key);
        }
        return lastRow_;
    case WaitGrouping::Task:
    case WaitGrouping::Region: {
        const Time begin = facts_.trace->spans.start(s);
        key.annotation = by_ == WaitGrouping::Task ? annotations_->task(g, begin) : annotations_->region(g, begin);
        return rowFor(key.annotation ? key.annotation->value : UINT64_MAX, key);
    }
    }
    return 0;
}

} // namespace waitscope
