// SPDX-License-Identifier: GPL-3.0-or-later
// Which goroutines are rows of a heatmap, and in which order? Orders are total: ties go by Go's id, so that a picture
// can be made again.
#pragma once

#include "model/facts.h"

#include <array>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>
#include <vector>

namespace waitscope {

enum class RowOrder : std::uint8_t {
    Creation,     ///< those from before the trace by Go's id, then by creation
    CreationSite, ///< the line with the `go` statement, then as above
    TotalWait,    ///< time spent in Go's state Waiting, open waits included, most first
    AgeAtEnd,     ///< of the wait that is open at the trace's end, oldest first; those without one last
    End,          ///< of the goroutine; those that live when the trace ends last
    FirstBlock,   ///< the beginning of the first wait; those without one last
};

struct NamedOrder {
    std::string_view name; ///< on the command line: `--sort wait`
    std::string_view text; ///< as in "ordered by …"
};
constexpr std::array<NamedOrder, 6> namedOrders{{
    {"creation", "creation time"},
    {"site", "creation site, then time"},
    {"wait", "total wait"},
    {"age", "age of the wait at the end"},
    {"end", "end time"},
    {"first", "beginning of the first wait"},
}};
constexpr const NamedOrder& namedOf(RowOrder order) {
    return namedOrders[static_cast<std::size_t>(order)];
}
[[nodiscard]] constexpr std::optional<RowOrder> findOrder(std::string_view name) {
    for (std::size_t i = 0; i < namedOrders.size(); ++i)
        if (namedOrders[i].name == name)
            return static_cast<RowOrder>(i);
    return {};
}

struct RowChoice {
    RowOrder order = RowOrder::Creation;
    bool runtime = false; ///< the runtime's own goroutines too
    /// Asked once for each distinct function that goroutines run; not set: all of them.
    std::function<bool(std::string_view function)> wanted;
};

/// A line of code.
struct CodeLine {
    std::string_view function; ///< as Go prints it; empty: not recorded
    std::string_view file;
    std::uint32_t line = 0;
    friend auto operator<=>(const CodeLine&, const CodeLine&) = default;
};
/// The line with the `go` statement that made a goroutine.
[[nodiscard]] CodeLine creationLine(const Trace& trace, GoroutineIndex g);

/// The function's name contains the text, in any case of ASCII letters. An empty text is in every name.
[[nodiscard]] bool nameContains(std::string_view function, std::string_view text);

/// O(goroutines · log); TotalWait reads all spans too. Empty when stopped.
[[nodiscard]] std::vector<GoroutineIndex> orderedGoroutines(const TraceFacts& facts, const RowChoice& choice,
                                                            const std::stop_token& stop = {});

/// How many goroutines there are to choose from: all, or all but the runtime's. O(goroutines).
[[nodiscard]] std::size_t goroutineCount(const TraceFacts& facts, bool runtime);

} // namespace waitscope
