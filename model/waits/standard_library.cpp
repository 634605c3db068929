// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/standard_library.h"

#include <algorithm>
#include <array>

namespace waitscope {

namespace {

// The first path elements of Go 1.27's standard library, sorted.
constexpr std::array<std::string_view, 48> folders{
    "archive", "bufio",    "bytes",   "cmp",    "compress", "container", "context", "crypto",  "database", "debug",
    "embed",   "encoding", "errors",  "expvar", "flag",     "fmt",       "go",      "hash",    "html",     "image",
    "index",   "internal", "io",      "iter",   "log",      "maps",      "math",    "mime",    "net",      "os",
    "path",    "plugin",   "reflect", "regexp", "runtime",  "slices",    "sort",    "strconv", "strings",  "structs",
    "sync",    "syscall",  "testing", "text",   "time",     "unicode",   "unique",  "vendor"};
static_assert(std::ranges::is_sorted(folders));

// Packages that nobody but Go has, so that the folder they lie in is the one of Go's sources.
constexpr std::array<std::string_view, 8> unmistakable{"internal/poll", "internal/sync", "net", "net/http", "os",
                                                       "runtime",       "sync",          "time"};

bool isAbsolute(std::string_view path) {
    return path.starts_with('/') || (path.size() > 1 && path[1] == ':');
}

} // namespace

std::string_view packageOf(std::string_view function) {
    // Type arguments and receivers may hold slashes and dots of their own.
    const std::string_view path = function.substr(0, function.find_first_of("[("));
    const std::size_t slash = path.rfind('/');
    return path.substr(0, path.find('.', slash == std::string_view::npos ? 0 : slash));
}

StandardLibrary::StandardLibrary(const Trace& trace) : trace_(trace) {
    for (std::uint32_t f = 1; f < trace.stacks.frameCount(); ++f) {
        const Frame& frame = trace.frame({f});
        const std::string_view package = packageOf(trace.text(frame.function));
        if (!std::ranges::binary_search(unmistakable, package))
            continue;
        const std::string_view file = trace.text(frame.file);
        const std::string_view folder = file.substr(0, file.rfind('/') + 1);
        // ".../src/" + package + "/"
        constexpr std::string_view source = "/src/";
        if (!isAbsolute(file) || folder.size() < source.size() + package.size() + 1)
            continue;
        const std::string_view parent = folder.substr(0, folder.size() - package.size() - 1);
        if (parent.ends_with(source) && folder.substr(parent.size()).starts_with(package)) {
            sources_ = parent;
            return;
        }
    }
}

bool StandardLibrary::contains(FrameId frame) const {
    const std::string_view package = packageOf(trace_.text(trace_.frame(frame).function));
    const std::string_view first = package.substr(0, package.find('/'));
    // Go writes a dot in the last element of a path as %2e.
    if (package == "main" || first.find('.') != std::string_view::npos || first.find("%2e") != std::string_view::npos)
        return false;
    const std::string_view file = trace_.text(trace_.frame(frame).file);
    if (!sources_.empty() && isAbsolute(file))
        return file.starts_with(sources_);
    return std::ranges::binary_search(folders, first);
}

} // namespace waitscope
