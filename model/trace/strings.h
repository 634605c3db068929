// SPDX-License-Identifier: GPL-3.0-or-later
// Where is a text of the trace? Every distinct text once, whatever the number of generations that name it.
#pragma once

#include "model/trace/ids.h"

#include <string>
#include <string_view>
#include <vector>

namespace waitscope {

/// The texts of a trace by StringId. Id 0 is the empty text. Bytes are as written by Go: normally UTF-8, possibly cut
/// inside a code point.
class Strings {
  public:
    [[nodiscard]] std::string_view operator[](StringId id) const {
        return std::string_view(bytes_).substr(ends_[id.value] - lengths_[id.value], lengths_[id.value]);
    }
    [[nodiscard]] std::size_t size() const { return ends_.size(); }

    /// Adds a text without looking whether it is there; `build/interner.h` does that.
    StringId append(std::string_view text) {
        bytes_.append(text);
        ends_.push_back(bytes_.size());
        lengths_.push_back(static_cast<std::uint32_t>(text.size()));
        return {static_cast<std::uint32_t>(ends_.size() - 1)};
    }

  private:
    std::string bytes_;
    std::vector<std::uint64_t> ends_{0};
    std::vector<std::uint32_t> lengths_{0};
};

} // namespace waitscope
