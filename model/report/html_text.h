// SPDX-License-Identifier: GPL-3.0-or-later
// Texts of a trace inside an HTML document. Names come from a program that may be written in any script and are cut by
// Go where it likes: nothing in them is markup, whatever they hold, and the document is UTF-8 whatever they are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace waitscope {

/// The text with &, <, >, " and ' written as entities, good inside elements and quoted attributes. What is not UTF-8
/// and what XML 1.0 does not allow becomes U+FFFD.
[[nodiscard]] std::string htmlText(std::string_view text);

/// The text if it has at most so many characters, else its beginning and its end with "…" between them. Never splits a
/// character. O(length).
[[nodiscard]] std::string shortenedInTheMiddle(std::string_view text, std::size_t longest);

/// A name of the trace as an element of its own: escaped, shortened to 160 characters, and isolated, so that a name
/// written from right to left does not turn what stands around it.
[[nodiscard]] std::string htmlName(std::string_view name);

/// "data:image/png;base64,…".
[[nodiscard]] std::string dataUrl(std::string_view mediaType, std::string_view bytes);

} // namespace waitscope
