// SPDX-License-Identifier: GPL-3.0-or-later
// The spans of a slice as they begin, before they are sorted by goroutine. One builder fills the same log slice after
// slice, so that its memory is touched for the first time once.
#pragma once

#include "model/trace/spans.h"

#include <cstdint>
#include <memory>
#include <span>

namespace waitscope {

class SpanLog {
  public:
    [[nodiscard]] std::uint32_t size() const { return size_; }
    void clear() { size_ = 0; }
    /// Its place. `time` in ns of the trace clock.
    std::uint32_t append(std::int64_t time, std::uint32_t goroutine, SpanKindId kind, std::uint32_t stack,
                         std::uint32_t link) {
        if (size_ == capacity_) [[unlikely]]
            grow();
        times_[size_] = time;
        goroutines_[size_] = goroutine;
        stacks_[size_] = stack;
        links_[size_] = link;
        kinds_[size_] = kind;
        return size_++;
    }
    void setStack(std::uint32_t at, StackId stack) { stacks_[at] = stack.value; }

    [[nodiscard]] std::span<const std::int64_t> times() const { return {times_.get(), size_}; }
    [[nodiscard]] std::span<const std::uint32_t> goroutines() const { return {goroutines_.get(), size_}; }
    [[nodiscard]] std::span<const std::uint32_t> stacks() const { return {stacks_.get(), size_}; }
    [[nodiscard]] std::span<const std::uint32_t> links() const { return {links_.get(), size_}; }
    [[nodiscard]] std::span<const SpanKindId> kinds() const { return {kinds_.get(), size_}; }

  private:
    void grow();

    std::unique_ptr<std::int64_t[]> times_;
    std::unique_ptr<std::uint32_t[]> goroutines_;
    std::unique_ptr<std::uint32_t[]> stacks_; ///< see spans.h
    std::unique_ptr<std::uint32_t[]> links_;
    std::unique_ptr<SpanKindId[]> kinds_;
    std::uint32_t size_ = 0;
    std::uint32_t capacity_ = 0;
};

} // namespace waitscope
