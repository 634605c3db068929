// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/verdict_line.h"

#include "app/output.h"
#include "app/recent_files.h"
#include "app/rules_file.h"
#include "app/source_file.h"
#include "model/report/findings_report.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/findings/findings_model.h"
#include "widgets/findings/findings_panel.h"

#include <QFile>
#include <QFileDialog>
#include <QInputDialog>
#include <QRegularExpression>
#include <QStyle>

#include <algorithm>
#include <utility>

namespace waitscope {

VerdictLine::VerdictLine(ViewState* view, FindingsPanel* panel, QWidget* parent)
    : ElidedButton(parent), view_(view), panel_(panel) {
    setObjectName(QStringLiteral("verdict"));
    // Bold and at the left, where reading begins; an amber edge when there is something to look at.
    setStyleSheet(QStringLiteral("#verdict { text-align: left; font-weight: bold; padding: 6px 12px; border: none;"
                                 " border-left: 6px solid #E69F00; border-bottom: 1px solid palette(mid); }"
                                 "#verdict[tier=\"calm\"] { border-left-color: #009E73; }"
                                 "#verdict[tier=\"high\"] { border-left-color: #D55E00; }"
                                 "#verdict:focus { text-decoration: underline; }"));
    setToolTip(tr("Show these goroutines"));
    connect(this, &QPushButton::clicked, this, &VerdictLine::follow);
    connect(panel_, &FindingsPanel::dismissRequested, this, &VerdictLine::dismiss);
    connect(panel_, &FindingsPanel::idleRequested, this, &VerdictLine::callIdle);
    connect(panel_, &FindingsPanel::exportRequested, this, &VerdictLine::exportRules);
}

// The table behind the verdict is O(spans), so it is made in the background; until then the line says so.
void VerdictLine::judge(const QString& source) {
    forget();
    source_ = source;
    setText(tr("Looking for what is stuck…"));
    verdictWork_.request([facts = view_->facts()] {
        return verdictOf(*facts,
                         computeWaitTable(*facts, {.range = facts->trace->wholeRange(), .distributions = false}));
    });
    rules_ = {};
    if (const QString path = rulesFile(); !path.isEmpty()) {
        std::string problem;
        if (const auto rules = readRules(path.toStdString(), problem))
            rules_ = *rules;
        else
            Q_EMIT failed(fromUtf8(problem));
    }
    computeFindingsAgain();
}

void VerdictLine::waitForTheRest() {
    forget();
    panel_->show(nullptr);
    setText(tr("Still loading: the first %1 so far, no number is final.")
                .arg(fromUtf8(durationText(view_->facts()->trace->duration))));
}

void VerdictLine::forget() {
    verdictWork_.cancel();
    findingsWork_.cancel();
    findings_.reset();
    verdict_.reset();
    longestWait_.clear();
}

QString VerdictLine::rulesFile() const {
    const QString path = source_.isEmpty() ? QString() : rulesFileBeside(source_);
    return QFile::exists(path) ? path : QString();
}

void VerdictLine::computeFindingsAgain() {
    findings_.reset();
    panel_->show(nullptr);
    Q_EMIT judged(nullptr);
    findingsWork_.request([facts = view_->facts(), rules = rules_] {
        return std::make_shared<const Findings>(
            computeFindings(facts, {.idleFunction = idleFunctionOf(rules), .source = sourceFile}, dismissOf(rules)));
    });
}

void VerdictLine::showVerdict(const std::optional<Verdict>& verdict) {
    if (!view_->facts())
        return; // closed meanwhile
    verdict_ = verdict;
    QStringList longest;
    if (verdict)
        for (const std::string& wait : verdict->longest)
            longest << fromUtf8(wait);
    panel_->setLongestWaits(longest);
    longestWait_ = verdict ? fromUtf8(verdict->sentence)
                           : tr("No goroutine of the program waited in %1 of trace.")
                                 .arg(fromUtf8(durationText(view_->facts()->trace->duration)));
    say();
}

void VerdictLine::showFindings(std::shared_ptr<const Findings> findings) {
    if (!view_->facts())
        return; // closed meanwhile
    findings_ = std::move(findings);
    panel_->show(findings_);
    Q_EMIT judged(findings_);
    // Before anything is chosen the onset is that of what the line above says.
    const Finding* const said = saidFirst();
    view_->setOnset(said != nullptr && said->since > 0 ? said->since : -1);
    say();
    if (!source_.isEmpty()) {
        const Trace& trace = *view_->facts()->trace;
        rememberVerdict(
            source_,
            fromUtf8(durationText(trace.duration)) + QStringLiteral("    ") +
                (said != nullptr
                     ? QStringLiteral("● %1  %2").arg(tierText(said->tier), fromUtf8(headlineText(trace, *said)))
                     : tr("nothing found")));
    }
}

const Finding* VerdictLine::saidFirst() const {
    if (!findings_)
        return nullptr;
    return findings_->worst().value_or(Tier::Info) >= Tier::Medium ? &findings_->all.front() : findings_->unsure();
}

// The first finding; before there are findings, or if nothing was found, the wait with the most open time.
void VerdictLine::say() {
    const Trace& trace = *view_->facts()->trace;
    const Tier worst = findings_ ? findings_->worst().value_or(Tier::Info) : Tier::Info;
    QString tier = QStringLiteral("calm");
    QString line;
    if (worst >= Tier::Medium) {
        const auto tops = std::ranges::count_if(
            findings_->all, [](const Finding& f) { return !f.under && !f.dismissed && f.tier >= Tier::Medium; });
        tier = fromUtf8(nameOf(worst));
        line = QStringLiteral("● %1  %2").arg(tierText(worst), fromUtf8(headlineText(trace, findings_->all.front())));
        if (tops > 1)
            line += tr("  (1 of %1)").arg(tops);
        setToolTip(line + u'\n' + fromUtf8(findings_->all.front().sentence()));
    } else if (findings_) {
        const bool unsure = findings_->unsure() != nullptr;
        tier = unsure ? QStringLiteral("open") : tier;
        line = fromUtf8(nothingFoundIn(*findings_));
        if (!unsure && !longestWait_.isEmpty())
            line += QStringLiteral(" · ") + longestWait_;
        setToolTip(line + u'\n' + fromUtf8(nothingFoundText(*findings_)));
    } else {
        tier = verdict_ && verdict_->open ? QStringLiteral("open") : tier;
        line = longestWait_;
    }
    setProperty("tier", tier);
    style()->unpolish(this);
    style()->polish(this);
    setText(line);
}

void VerdictLine::follow() {
    if (saidFirst() != nullptr) {
        Q_EMIT findingsWanted();
        panel_->chooseFirst();
    } else if (verdict_) {
        view_->select(SiteSelection{verdict_->primitive, verdict_->site});
    }
}

void VerdictLine::dismiss(const Finding& finding, bool dismissed) {
    const Trace& trace = *view_->facts()->trace;
    Dismissal rule = dismissalOf(trace, finding, {});
    if (dismissed) {
        bool sure = false;
        const QString reason =
            QInputDialog::getText(window(), tr("Dismiss"),
                                  tr("Why is this no fault? Findings of this kind at this place come "
                                     "last from now on."),
                                  QLineEdit::Normal, {}, &sure);
        if (!sure || reason.trimmed().isEmpty())
            return;
        rule.reason = reason.trimmed().toStdString();
        rules_.dismissed.push_back(rule);
    } else {
        std::erase_if(rules_.dismissed, [&](const Dismissal& d) {
            return d.detector == rule.detector && d.function == rule.function && d.site == rule.site;
        });
    }
    keepRules();
}

void VerdictLine::callIdle(const QString& function) {
    bool sure = false;
    const QString proposed = QStringLiteral("^%1$").arg(QRegularExpression::escape(function));
    const QString expression =
        QInputDialog::getText(window(), tr("Idle function"),
                              tr("Goroutines whose function matches this regular expression are meant to wait:"),
                              QLineEdit::Normal, proposed, &sure);
    if (!sure || expression.trimmed().isEmpty())
        return;
    const std::string text = expression.trimmed().toStdString();
    if (const std::string problem = problemWith(text); !problem.empty())
        return Q_EMIT failed(tr("“%1” is not a regular expression: %2").arg(expression, fromUtf8(problem)));
    rules_.idleFunctions.push_back({text, "said in the window"});
    keepRules();
}

// Beside the traces, so that the next one of the same program is judged by the same rules; a sample has no folder.
void VerdictLine::keepRules() {
    std::string problem;
    const QString path = rulesFileBeside(source_);
    if (!source_.isEmpty() && !writeResult(textOf(rules_), path, problem))
        Q_EMIT failed(tr("The rules hold until the trace is closed. %1").arg(fromUtf8(problem)));
    else if (!source_.isEmpty())
        Q_EMIT message(tr("Kept in %1").arg(path));
    computeFindingsAgain();
}

void VerdictLine::exportRules() {
    const QString path = QFileDialog::getSaveFileName(window(), tr("Export rules"),
                                                      QStringLiteral("waitscope-rules.json"), tr("Rules (*.json)"));
    std::string problem;
    if (!path.isEmpty() && !writeResult(textOf(rules_), path, problem))
        Q_EMIT failed(fromUtf8(problem));
}

} // namespace waitscope
