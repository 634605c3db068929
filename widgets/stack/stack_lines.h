// SPDX-License-Identifier: GPL-3.0-or-later
// What is there to say about the selected span, goroutine or site? The lines of the stack panel, before they are drawn.
#pragma once

#include "widgets/common/view_state.h"

#include <string>
#include <vector>

namespace waitscope {

struct StackLine {
    enum class Kind : std::uint8_t {
        Headline, ///< what is selected
        Heading,  ///< of the stack that follows: `text` is "Created by", `goroutine` who if it was one
        Frame,
        LibraryFrame, ///< of Go's standard library
        Note,         ///< why something is not known, or one of a family
    };
    Kind kind = Kind::Note;
    std::string text;
    std::string place;        ///< of a frame: "cache.go:45"
    std::string fullText;     ///< of a frame: the whole name
    std::string fullPlace;    ///< of a frame: the whole path and line
    bool site = false;        ///< the first frame of the program itself
    FrameId frame;            ///< of a frame
    bool inlined = false;     ///< of a frame: the compiler put it into the one below
    GoroutineIndex goroutine; ///< that the heading or the note names
    SpanIndex span;           ///< what that one did then; none: it is meant as a whole
};

/// Empty if nothing is selected. O(frames), and O(distinct waits of the trace) for a site.
[[nodiscard]] std::vector<StackLine> describe(const TraceFacts& facts, const Selection& selection);

/// As plain text, frames as Go prints them: the function, and below it the file and line.
[[nodiscard]] std::string plainText(const TraceFacts& facts, const StackLine& line);
[[nodiscard]] std::string plainText(const TraceFacts& facts, const std::vector<StackLine>& lines);

} // namespace waitscope
