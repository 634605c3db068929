// SPDX-License-Identifier: GPL-3.0-or-later
// One line that says before any click whether something is wrong in a trace. It has the findings computed, by the rules
// that lie beside the trace, and gives them to their panel; what the panel asks to be ruled is kept there.
#pragma once

#include "app/elided_button.h"
#include "model/findings/rules.h"
#include "model/report/verdict.h"
#include "widgets/common/latest_result.h"
#include "widgets/common/view_state.h"

#include <memory>
#include <optional>

namespace waitscope {

class FindingsPanel;

class VerdictLine : public ElidedButton {
    Q_OBJECT

  public:
    /// `view` and `panel` must outlive it.
    VerdictLine(ViewState* view, FindingsPanel* panel, QWidget* parent = nullptr);

    /// Judges the trace that the view shows. Its rules are those beside `source`, its path; a sample has none.
    void judge(const QString& source);
    /// The view shows the beginning of a trace that is still being loaded: no verdict before it is whole.
    void waitForTheRest();
    /// How this trace is judged, for who judges it elsewhere; `rulesFile` is empty if there is no such file.
    [[nodiscard]] const Rules& rules() const { return rules_; }
    [[nodiscard]] QString rulesFile() const;
    /// Drops what was found, and what is being computed.
    void forget();

    /// Null while they are computed.
    [[nodiscard]] const std::shared_ptr<const Findings>& findings() const { return findings_; }

  Q_SIGNALS:
    /// What was found; null: it is being looked for.
    void judged(const std::shared_ptr<const waitscope::Findings>& findings);
    /// The findings tell more than the line: they should be seen.
    void findingsWanted();
    /// Something was done, in a sentence.
    void message(const QString& text);
    /// Something did not work, in a sentence.
    void failed(const QString& sentence);

  private:
    void computeFindingsAgain();
    void showVerdict(const std::optional<Verdict>& verdict);
    void showFindings(std::shared_ptr<const Findings> findings);
    void say();
    /// The finding that the line speaks of; null if of none.
    [[nodiscard]] const Finding* saidFirst() const;
    void follow();
    void dismiss(const Finding& finding, bool dismissed);
    void callIdle(const QString& function);
    void exportRules();
    void keepRules();

    ViewState* view_;
    FindingsPanel* panel_;
    QString source_;
    std::optional<Verdict> verdict_; ///< the longest wait: what is said until there are findings
    QString longestWait_;            ///< that wait, or that there is none, in a sentence; empty until it is known
    LatestResult<std::optional<Verdict>> verdictWork_{
        [this](const std::optional<Verdict>& verdict) { showVerdict(verdict); }};
    std::shared_ptr<const Findings> findings_; ///< null while they are computed
    Rules rules_;                              ///< of the folder that the trace is in
    LatestResult<std::shared_ptr<const Findings>> findingsWork_{
        [this](std::shared_ptr<const Findings> findings) { showFindings(std::move(findings)); }};
};

} // namespace waitscope
