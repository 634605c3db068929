// SPDX-License-Identifier: GPL-3.0-or-later
// The subcommands. Each takes its options as they were typed and returns the exit code.
#pragma once

#include "app/view_link.h"

#include <cstddef>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace waitscope {

/// The window, which is what there is without a subcommand.
struct WindowCommand {
    /// Paths, at most two, or "A=…" and "B=…" for several runs a side; of samples "mutex", "rwmutex" or "compare".
    std::vector<std::string> traces;
    bool samples = false;
    ViewOptions view; ///< what the trace is opened at
};

struct StatsCommand {
    std::string trace;
    bool json = false;
    [[nodiscard]] int run() const;
};

struct WaitsCommand {
    std::string trace;
    bool json = false;
    bool csv = false;
    std::string range;
    std::string by = "site";
    std::string columns;             ///< names with commas between them; empty: the ordinary ones
    std::size_t goroutinesOfRow = 0; ///< from 1; 0: the table
    std::string only;                ///< "g1,g5..g90"; empty: all goroutines
    bool runtime = false;
    [[nodiscard]] int run() const;
};

struct ExportCommand {
    std::string trace;
    std::string output;
    std::string format;
    std::string what = "sync";
    std::string range;
    bool runtime = false;
    [[nodiscard]] int run() const;
};

struct FindingsCommand {
    std::string trace;
    std::string output;
    bool json = false;
    bool sarif = false;
    bool markdown = false;
    std::string failOn;
    std::string threshold;
    std::string rules;
    [[nodiscard]] int run() const;
};

struct CompareCommand {
    std::vector<std::string> traces; ///< before and after; or A=… and B=…, several runs of each
    bool sample = false;             ///< the two that come with the program instead
    bool json = false;
    std::string output; ///< .html, .png, .md or .json; empty: text on standard output
    std::string range;
    std::vector<std::string> requests; ///< kind and name; empty: found by itself
    std::string failOn;
    [[nodiscard]] int run() const;
    /// The command line that gives the same.
    [[nodiscard]] std::string line() const;
};

/// What the commands that make a picture share.
struct PictureCommand {
    std::string trace;
    std::string output;
    std::string range;
    std::string size = "1600x900";
    int scale = 1;
};

/// What is empty is what the mode is used to.
struct HeatmapCommand : PictureCommand {
    std::vector<std::string> traces; ///< one, or several with a folder as output
    std::string filter;              ///< a regular expression
    std::string mode = "lifetime";
    std::string metric;
    std::string sort;
    std::string group;
    std::string preset;
    std::string palette = "viridis";
    std::string times;
    std::string colours;
    std::string threshold;
    std::string rows;
    std::string contains;
    std::string rules; ///< a file of what the user has dismissed
    bool maximum = false;
    bool runtime = false;
    [[nodiscard]] int run() const;
};

/// waitscope info: what a picture says of itself.
struct InfoCommand {
    std::string picture;
    bool json = false;
    [[nodiscard]] int run() const;
};

/// The view has the range.
struct TimelineCommand : PictureCommand {
    ViewOptions view;
    [[nodiscard]] int run() const;
};

using Subcommand = std::variant<WindowCommand, StatsCommand, WaitsCommand, FindingsCommand, CompareCommand,
                                ExportCommand, HeatmapCommand, TimelineCommand, InfoCommand>;

/// It writes words and numbers. All else may draw, and is done by the program that has Qt's windows (main.cpp).
template <class T>
inline constexpr bool onlyReports = std::is_same_v<T, StatsCommand> || std::is_same_v<T, WaitsCommand> ||
                                    std::is_same_v<T, FindingsCommand> || std::is_same_v<T, ExportCommand>;

} // namespace waitscope
