// SPDX-License-Identifier: GPL-3.0-or-later
// Something of each of two traces: A, the one before, and B, the one after.
#pragma once

#include <cstdint>
#include <utility>

namespace waitscope {

enum class Side : std::uint8_t { A, B };

template <class T> struct Both {
    T a{};
    T b{};

    [[nodiscard]] T& of(Side side) { return side == Side::A ? a : b; }
    [[nodiscard]] const T& of(Side side) const { return side == Side::A ? a : b; }
    friend bool operator==(const Both&, const Both&) = default;
};

/// What `make` makes of each.
template <class T, class Make> [[nodiscard]] auto each(const Both<T>& both, const Make& make) {
    return Both<decltype(make(both.a))>{make(both.a), make(both.b)};
}

} // namespace waitscope
