// SPDX-License-Identifier: GPL-3.0-or-later
// More recordings of A and of B than the two that are shown: a comparison is sure only across runs.
#pragma once

#include "model/compare/both.h"
#include "model/facts.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace waitscope {

/// "BEFORE AFTER", or "A=…" and "B=…", each as often as there are runs; nothing if it is neither.
[[nodiscard]] std::optional<Both<std::vector<std::string>>> runsFrom(const std::vector<std::string>& words);
/// The other way: what a command line gives for these runs.
[[nodiscard]] std::vector<std::string> wordsOf(const Both<std::vector<std::string>>& runs);

class FurtherRuns {
  public:
    /// Without the first run of each side.
    explicit FurtherRuns(Both<std::vector<std::string>> paths) : paths_(std::move(paths)) {}

    [[nodiscard]] const Both<std::vector<std::string>>& paths() const { return paths_; }
    /// Loads them, the first time. Not to be called from two threads at once.
    [[nodiscard]] const Both<std::vector<std::shared_ptr<const TraceFacts>>>& load(const std::stop_token& stop);
    /// Why some are missing, a sentence each; after `load`.
    [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

  private:
    Both<std::vector<std::string>> paths_;
    Both<std::vector<std::shared_ptr<const TraceFacts>>> facts_;
    std::vector<std::string> problems_;
    bool loaded_ = false;
};

} // namespace waitscope
