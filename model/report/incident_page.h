// SPDX-License-Identifier: GPL-3.0-or-later
// The page for the incident: what changed from A to B, with its evidence, in one HTML file. It needs nothing else: no
// network, no script, no font; it follows the reader's light or dark, and prints.
#pragma once

#include "model/compare/comparison.h"
#include "model/compare/findings_across.h"

#include <string>
#include <string_view>
#include <vector>

namespace waitscope {

/// A picture as the bytes of its file; who makes pixels is not this room's business.
struct PagePicture {
    std::string bytes;
    std::string_view mediaType = "image/png";
    std::string caption; ///< below it, and instead of it for those who cannot see it
};

struct IncidentParts {
    const FindingsAcross* findings = nullptr; ///< may be null
    std::vector<PagePicture> pictures;
    std::string command; ///< that makes this page again
};

/// The document. A function of its arguments: the same comparison gives the same bytes. It is well-formed XML as well,
/// so that any parser can check it. Shown are twenty rows that say most (topRows), and findings of medium weight and
/// more.
[[nodiscard]] std::string incidentPage(const Comparison& comparison, const IncidentParts& parts);

} // namespace waitscope
