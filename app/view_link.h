// SPDX-License-Identifier: GPL-3.0-or-later
// Where exactly is a colleague to look? A view of a trace as options of the command line: written by "Copy link to
// here", read when the window opens.
#pragma once

#include "model/trace/time.h"
#include "model/trace/trace.h"
#include "widgets/common/selection.h"
#include "widgets/timeline/timeline_picture.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace waitscope {

/// As typed; empty texts are not given.
struct ViewOptions {
    std::string range;
    std::string group;
    std::string sort;
    std::string filter;
    /// "g42", "g42@1.5s": the span of it at that time, "P3", "M7": a thread, "#7": a task, "main.worker": its group,
    /// "g1,g5..g90": these goroutines together, "mutex at cache.go:45  main.get": the waits there
    std::string select;
    std::string choose;                    ///< "1.5s..2s": the range that is looked at closely
    std::string only;                      ///< "g1,g5..g90": the goroutines that are looked at alone
    std::string hide;                      ///< "g1,g5..g90"
    std::string stacks;                    ///< "g1,g2": with what they called below their rows
    std::string light;                     ///< "lock wait, running": the only states that keep their colour
    std::vector<std::string> pins;         ///< "g1,g2", "P3", "M7": a thread, "#7": a task, "main.worker": a group
    std::vector<std::string> fold, unfold; ///< groups and sections by name, "all" (RowsState)
    std::string first;                     ///< the row that is the first in sight
    std::string rowHeight;                 ///< "thin": rows without words
    std::string spanWords;                 ///< "none"
    std::string times;                     ///< "marker" A, "clock": what instants count from
    std::vector<std::string> marks;        ///< "1.5s", "1.5s=onset", "A=1.5s", "B=2s"

    friend bool operator==(const ViewOptions&, const ViewOptions&) = default;
};

/// The options by name, in the order in which a link has them.
struct NamedOption {
    const char* name;
    std::string ViewOptions::*text;
};
struct NamedOptions { ///< may be given often
    const char* name;
    std::vector<std::string> ViewOptions::*texts;
};
inline constexpr std::array<NamedOption, 14> namedOptions{{{"--range", &ViewOptions::range},
                                                           {"--group", &ViewOptions::group},
                                                           {"--sort", &ViewOptions::sort},
                                                           {"--filter", &ViewOptions::filter},
                                                           {"--select", &ViewOptions::select},
                                                           {"--choose", &ViewOptions::choose},
                                                           {"--only", &ViewOptions::only},
                                                           {"--hide", &ViewOptions::hide},
                                                           {"--stacks", &ViewOptions::stacks},
                                                           {"--light", &ViewOptions::light},
                                                           {"--first", &ViewOptions::first},
                                                           {"--row-height", &ViewOptions::rowHeight},
                                                           {"--span-words", &ViewOptions::spanWords},
                                                           {"--times", &ViewOptions::times}}};
inline constexpr std::array<NamedOptions, 4> namedOptionLists{{{"--pin", &ViewOptions::pins},
                                                               {"--fold", &ViewOptions::fold},
                                                               {"--unfold", &ViewOptions::unfold},
                                                               {"--mark", &ViewOptions::marks}}};

/// What the options say of a trace, but for the range. Nothing if one of them means nothing in it, with a sentence in
/// `problem`.
[[nodiscard]] std::optional<TimelineContents> contentsFrom(const std::shared_ptr<const TraceFacts>& facts,
                                                           const ViewOptions& options, std::string& problem);
/// And back.
[[nodiscard]] ViewOptions optionsFor(const TraceFacts& facts, const TimelineContents& contents);

/// Some of the trace's goroutines, named as rows that were brushed are; none if it has none of them.
[[nodiscard]] std::optional<GroupSelection> togetherFrom(const TraceFacts& facts, const std::string& text);

/// A selection as `--select` says it; empty for nothing.
[[nodiscard]] std::string selectedAs(const TraceFacts& facts, const Selection& selection);
/// And back; nothing if the trace has no such thing.
[[nodiscard]] Selection selectionFrom(const std::shared_ptr<const TraceFacts>& facts, const std::string& text);

struct GoroutineAt {
    std::int64_t id = 0;
    std::optional<Time> time;
};
/// Nothing if the text is not understood.
[[nodiscard]] std::optional<GoroutineAt> goroutineAtFrom(const std::string& text);

/// "waitscope service.trace --range 1500000ns..2000000ns --filter 'on:mutex'": words with spaces or signs of the shell
/// are quoted.
[[nodiscard]] std::string commandLineOf(const std::string& trace, const ViewOptions& options);
/// "waitscope timeline service.trace -o timeline.png --range …": the picture of that view.
[[nodiscard]] std::string pictureCommandOf(const std::string& trace, const ViewOptions& options,
                                           const TimelinePictureOptions& picture);

} // namespace waitscope
