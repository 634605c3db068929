// SPDX-License-Identifier: GPL-3.0-or-later
// Which goroutines does a typed filter let through? Words, all of which must hold; a minus in front turns one round:
//
//     handler            the function's name contains it (in any case), or it is a regular expression for a part
//                        of the name: main\.(get|put)
//     g42                that goroutine
//     state:waiting      at the trace's end: waiting, running, runnable, syscall, ended
//     on:mutex           it waited on this primitive (chan-send, …) or family (lock, channel, network, …)
//     at:cache.go:45     it waited at a line whose place or function contains it
//     age:1s             a wait of at least this age is open at the trace's end
//     lived:1s           it lived for at least this long in the trace
//     label:dedicated    a label of it contains it
//     region:, task:     a region or a task of this name ran on it
//     with:g42           it woke, was woken by, created or was created by that goroutine
//
// Quotes keep a word with spaces together: at:"cache.go:45  main".
#pragma once

#include "model/facts.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace waitscope {

class GoroutineFilter {
  public:
    /// Nothing if the text is not understood, with a sentence in `problem`. An empty text lets all through.
    [[nodiscard]] static std::optional<GoroutineFilter> parse(std::string_view text, std::string& problem);

    [[nodiscard]] bool letsAllThrough() const { return terms_.empty(); }
    /// It is about a goroutine by its id (g42, with:g42), which means nothing in another trace.
    [[nodiscard]] bool namesGoroutine() const;
    /// By goroutine: 1 if it is let through. O(goroutines), O(spans) for on:, at: and with:.
    [[nodiscard]] std::vector<std::uint8_t> apply(const TraceFacts& facts, const std::stop_token& stop = {}) const;

  private:
    enum class What : std::uint8_t { Name, Id, State, WaitsOn, WaitsAt, Age, Lived, Label, Region, Task, With };
    struct Term {
        What what = What::Name;
        bool negated = false;
        std::string text;
        std::int64_t number = 0;                 ///< goroutine's id, or ns
        std::shared_ptr<const re2::RE2> pattern; ///< of a name; null: the text is no regular expression, or a plain one
    };
    static bool understand(std::string_view word, Term& term, std::string& problem);
    static void apply(const Term& term, const TraceFacts& facts, std::vector<std::uint8_t>& hits,
                      const std::stop_token& stop);

    std::vector<Term> terms_;
};

} // namespace waitscope
