// SPDX-License-Identifier: GPL-3.0-or-later
// Something of each of two traces: A, the one before, and B, the one after.
#pragma once

#include <cstdint>
#include <future>
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

/// What `make(side)` makes for each side, both at once: B on this thread, A on another.
template <class Make> auto onBothSides(const Make& make) {
    auto a = std::async(std::launch::async, [&] { return make(Side::A); });
    auto b = make(Side::B);
    return Both<decltype(b)>{a.get(), std::move(b)};
}

} // namespace waitscope
