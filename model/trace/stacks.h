// SPDX-License-Identifier: GPL-3.0-or-later
// Where is a stack of the trace? Every distinct stack and frame once, across all generations.
#pragma once

#include "model/trace/ids.h"

#include <cstdint>
#include <span>
#include <vector>

namespace waitscope {

/// One line of a stack. Inlined calls are frames of their own with the pc of the call they were inlined into.
struct Frame {
    StringId function;
    StringId file;
    std::uint32_t line = 0;
    std::uint64_t pc = 0;

    friend bool operator==(const Frame&, const Frame&) = default;
};

/// Stacks by StackId, innermost frame first. Stack 0 is "not recorded" and has no frames.
class Stacks {
  public:
    [[nodiscard]] std::span<const FrameId> operator[](StackId id) const {
        const std::uint32_t begin = starts_[id.value];
        return std::span(members_).subspan(begin, starts_[id.value + 1] - begin);
    }
    [[nodiscard]] const Frame& frame(FrameId id) const { return frames_[id.value]; }
    [[nodiscard]] std::size_t size() const { return starts_.size() - 1; }
    [[nodiscard]] std::size_t frameCount() const { return frames_.size(); }

    /// Add without looking whether it is there; `build/interner.h` does that.
    FrameId appendFrame(const Frame& frame) {
        frames_.push_back(frame);
        return {static_cast<std::uint32_t>(frames_.size() - 1)};
    }
    StackId append(std::span<const FrameId> members) {
        members_.insert(members_.end(), members.begin(), members.end());
        starts_.push_back(static_cast<std::uint32_t>(members_.size()));
        return {static_cast<std::uint32_t>(starts_.size() - 2)};
    }

  private:
    std::vector<Frame> frames_{Frame{}};
    std::vector<FrameId> members_;
    std::vector<std::uint32_t> starts_{0, 0};
};

} // namespace waitscope
