// SPDX-License-Identifier: GPL-3.0-or-later
// Is a frame part of Go's standard library, or of somebody's program?
//
// A function's name gives its package path. A path whose first element holds a dot is never the standard library's;
// `main` is the program. For the rest (`net/http`, but also a module called `example/shop`) the file decides where it
// can: once the folder of Go's own sources is known from a frame of package `runtime` or the like, an absolute path is
// inside that folder or it is not. Without a path (`-trimpath`, generated wrappers) the first element is looked up in
// the list of the standard library's folders.
#pragma once

#include "model/trace/trace.h"

#include <string_view>

namespace waitscope {

/// "net/http.(*conn).serve" -> "net/http"; "main.Map[a/b.T]" -> "main".
[[nodiscard]] std::string_view packageOf(std::string_view function);

class StandardLibrary {
  public:
    /// Finds the folder of Go's sources. O(frames) at worst. Keeps pointers into `trace`.
    explicit StandardLibrary(const Trace& trace);

    [[nodiscard]] bool contains(FrameId frame) const;

  private:
    const Trace& trace_;
    std::string_view sources_; ///< "/usr/local/go/src/"; empty if no frame tells
};

} // namespace waitscope
