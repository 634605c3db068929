// SPDX-License-Identifier: GPL-3.0-or-later
// What do the ids of one generation mean? Its string and stack tables, decoded once into the trace's own tables, so
// that the same text or stack of any generation has one global id.
#pragma once

#include "model/build/interner.h"
#include "model/reader/generation.h"

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace waitscope {

/// Ids of a generation -> global ids. A flat table while the ids are dense, as Go writes them; a hash map when they are
/// not, so that an id near 2^64 in a damaged file costs nothing.
template <class Id> class LocalIds {
  public:
    void clear() {
        dense_.clear();
        sparse_.clear();
        count_ = 0;
    }
    void set(std::uint64_t local, Id global) {
        constexpr std::uint64_t slack = 4096;
        if (local < ++count_ * 4 + slack) {
            if (local >= dense_.size())
                dense_.resize(local + 1);
            dense_[local] = global;
        } else {
            sparse_[local] = global;
        }
    }
    /// The unknown Id if there is none.
    [[nodiscard]] Id operator[](std::uint64_t local) const {
        if (local < dense_.size() && (dense_[local].known() || sparse_.empty())) [[likely]]
            return dense_[local];
        const auto found = sparse_.find(local);
        return found == sparse_.end() ? Id{} : found->second;
    }

  private:
    std::vector<Id> dense_;
    std::uint64_t count_ = 0;
    std::unordered_map<std::uint64_t, Id> sparse_;
};

struct WireSample {
    std::uint64_t ticks = 0;
    std::int64_t thread = -1;
    std::int64_t proc = -1;
    std::int64_t goroutine = 0;
    std::uint64_t stack = 0;
};

struct GenerationTables {
    LocalIds<StringId> strings;
    LocalIds<StackId> stacks;
    std::vector<WireSample> samples;

    /// Replaces the content. Stops inside a batch at the first record that makes no sense and says so; the other
    /// batches are read all the same.
    std::optional<ReadProblem> read(const WireGeneration& generation, StringInterner& stringInterner,
                                    StackInterner& stackInterner);
};

} // namespace waitscope
