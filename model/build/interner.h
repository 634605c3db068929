// SPDX-License-Identifier: GPL-3.0-or-later
// Is this text, frame or stack known already? Open addressing by content, so that the same stack in a thousand
// generations is stored once.
#pragma once

#include "model/trace/stacks.h"
#include "model/trace/strings.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace waitscope {

/// A set of ids 1..n whose content lives elsewhere. `Same` compares the content behind an id.
class ContentIndex {
  public:
    /// The id whose content has this hash and is the same, or the one that `add` returns. Amortised O(1).
    template <class Same, class Add> std::uint32_t findOrAdd(std::uint64_t hash, Same same, Add add) {
        if ((count_ + 1) * 2 > slots_.size())
            grow();
        std::size_t i = hash & (slots_.size() - 1);
        const auto mark = static_cast<std::uint32_t>(hash >> 32);
        for (; slots_[i].id != 0; i = (i + 1) & (slots_.size() - 1))
            if (slots_[i].mark == mark && same(slots_[i].id))
                return slots_[i].id;
        const std::uint32_t id = add();
        slots_[i] = {id, mark, hash};
        ++count_;
        return id;
    }

  private:
    struct Slot {
        std::uint32_t id = 0; ///< 0: free
        std::uint32_t mark = 0;
        std::uint64_t hash = 0;
    };
    void grow();

    std::vector<Slot> slots_ = std::vector<Slot>(64);
    std::size_t count_ = 0;
};

class StringInterner {
  public:
    explicit StringInterner(Strings& strings) : strings_(strings) {}
    StringId intern(std::string_view text);
    [[nodiscard]] std::string_view text(StringId id) const { return strings_[id]; }

  private:
    Strings& strings_;
    ContentIndex index_;
};

class StackInterner {
  public:
    explicit StackInterner(Stacks& stacks) : stacks_(stacks) {}
    FrameId internFrame(const Frame& frame);
    /// Stack 0 for an empty list.
    StackId intern(std::span<const FrameId> frames);

  private:
    Stacks& stacks_;
    ContentIndex frameIndex_;
    ContentIndex stackIndex_;
};

} // namespace waitscope
