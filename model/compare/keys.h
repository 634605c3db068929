// SPDX-License-Identifier: GPL-3.0-or-later
// What makes two waits of different programs the same (analysis.md, section 4)? Never a goroutine's id, an address or a
// line: the two traces come from two builds. A row of a comparison is what was waited for, with the three kinds of
// locks as one (a mutex that becomes a RWMutex is the same lock), and the functions of the program on the stack,
// written so that closures, type arguments, versions of modules and folders do not tell them apart.
#pragma once

#include "model/facts.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waitscope {

/// "lock" for mutex and rwmutex, read or write; else the primitive's own name.
[[nodiscard]] std::string_view comparedPrimitive(Primitive primitive);
/// Coarser, for totals and for rows that have moved: "lock", "channel" (send, receive, select, nil), else as above.
[[nodiscard]] std::string_view comparedFamily(Primitive primitive);

/// A function's name without what differs from build to build: closure suffixes (".func1.2", ".gowrap1", "-fm",
/// "-range1", ".deferwrap1"), type arguments ("[...]"), versions of modules ("@v1.2.3", "/v2") and the folder of a
/// vendored package: "example.com/shop/v2/cart.(*Cart[...]).Add.func1" -> "example.com/shop/cart.(*Cart).Add".
[[nodiscard]] std::string comparedFunction(std::string_view function);

struct RowKey {
    std::string_view primitive;         ///< see comparedPrimitive
    std::string_view family;            ///< see comparedFamily
    std::vector<std::string> functions; ///< of the program, innermost first; of the library if there are no others;
                                        ///< empty if no stack was recorded

    /// Names the row in files: "lock main.get<main.handle".
    [[nodiscard]] std::string text() const;
    friend bool operator==(const RowKey&, const RowKey&) = default;
    friend auto operator<=>(const RowKey&, const RowKey&) = default;
};

/// The rows of one trace.
struct RowKeys {
    std::vector<RowKey> keys;              ///< in their own order
    std::vector<std::uint32_t> rowOfClass; ///< by place in `facts.waits.all()`
};
/// O(classes · frames).
[[nodiscard]] RowKeys rowKeysOf(const TraceFacts& facts);

} // namespace waitscope
