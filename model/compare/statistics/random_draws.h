// SPDX-License-Identifier: GPL-3.0-or-later
// Random numbers that are the same on every machine and with every standard library: SplitMix64 (Steele, Lea and Flood
// 2014; passes BigCrush), and a bounded draw of our own, because those of the standard are not specified.
#pragma once

#include <bit>
#include <cstdint>

namespace waitscope {

class RandomDraws {
  public:
    explicit RandomDraws(std::uint64_t seed) : state_(seed) {}

    std::uint64_t bits() {
        state_ += 0x9e3779b97f4a7c15U;
        return mixed(state_);
    }
    /// 0 … bound - 1; `bound` > 0. Each comes with a chance that is off by at most bound / 2³² of itself.
    std::uint32_t below(std::uint32_t bound) {
        if (!half_)
            bits_ = bits();
        const auto word = static_cast<std::uint32_t>(half_ ? bits_ >> 32 : bits_);
        half_ = !half_;
        return static_cast<std::uint32_t>((static_cast<std::uint64_t>(word) * bound) >> 32);
    }

    /// A seed made of another and a value: every bit of both counts.
    [[nodiscard]] static constexpr std::uint64_t seedWith(std::uint64_t seed, std::uint64_t value) {
        return mixed(seed * 0x9e3779b97f4a7c15U + value + 0x632be59bd9b4e019U);
    }
    [[nodiscard]] static constexpr std::uint64_t seedWith(std::uint64_t seed, double value) {
        return seedWith(seed, std::bit_cast<std::uint64_t>(value + 0.0)); // -0 is 0
    }

  private:
    static constexpr std::uint64_t mixed(std::uint64_t z) {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31);
    }

    std::uint64_t state_;
    std::uint64_t bits_ = 0;
    bool half_ = false; ///< half of `bits_` is left
};

} // namespace waitscope
