// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/findings/findings_panel.h"

#include "model/findings/callouts.h"
#include "model/findings/pattern.h"
#include "model/findings/why_healthy.h"
#include "model/report/findings_report.h"
#include "model/report/span_text.h"
#include "widgets/common/canvas_sizes.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/text_table.h"
#include "widgets/common/written_times.h"
#include "widgets/findings/findings_model.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QTextBrowser>
#include <QVBoxLayout>

#include <algorithm>

namespace waitscope {

namespace {

constexpr int gap = 4; // the window's grid, in logical pixels

/// What all views can show of a finding: the oldest of its open waits, else the place, else one of its goroutines.
Selection selectionOf(const TraceFacts& facts, const Finding& f) {
    const GoroutineIndex oldest = oldestWaiting(facts, f);
    Selection selection;
    if (oldest.known())
        selection = SpanSelection{oldest, facts.trace->lastSpan(oldest)};
    else if (f.primitive && f.site.known())
        selection = SiteSelection{*f.primitive, f.site};
    else if (!f.members.empty())
        selection = GoroutineSelection{f.members.front()};
    return selection;
}

QString paragraph(const QString& label, std::string_view text) {
    return text.empty() ? QString() : QStringLiteral("<p><b>%1</b> %2</p>").arg(label, fromUtf8(text).toHtmlEscaped());
}

} // namespace

FindingsPanel::FindingsPanel(ViewState* view, QWidget* parent)
    : QWidget(parent), view_(view), model_(new FindingsModel(this)) {
    setAccessibleName(tr("Findings"));
    table_ = new TextTable(this);
    table_->setAccessibleName(tr("Findings, most important first"));
    table_->setModel(model_);
    writeTimesAs(view_, model_);
    table_->setSortingEnabled(false);
    table_->horizontalHeader()->setStretchLastSection(true);
    connect(table_, &TextTable::rowChosen, this, &FindingsPanel::choose);
    connect(table_, &TextTable::rowActivated, this, &FindingsPanel::choose);

    calm_ = new QLabel(this);
    calm_->setObjectName(QStringLiteral("calm"));
    calm_->setWordWrap(true);
    calm_->setMargin(4 * gap);
    calm_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    calm_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    tableOrCalm_ = new QStackedWidget(this);
    tableOrCalm_->addWidget(table_);
    tableOrCalm_->addWidget(calm_);

    details_ = new QTextBrowser(this);
    details_->setAccessibleName(tr("The selected finding"));
    details_->setFrameShape(QFrame::NoFrame);
    details_->setOpenLinks(false);
    why_ = new QLabel(this);
    why_->setObjectName(QStringLiteral("why"));
    why_->setWordWrap(true);
    why_->setMargin(gap);
    why_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    why_->setAccessibleName(tr("Why the selected goroutine is no finding"));

    auto* const lower = new QWidget(this);
    auto* const lowerLayout = new QVBoxLayout(lower);
    lowerLayout->setContentsMargins(0, 0, 0, 0);
    lowerLayout->setSpacing(gap);
    lowerLayout->addWidget(details_, 1);
    lowerLayout->addWidget(why_);
    lowerLayout->addWidget(makeButtons());
    auto* const parts = new QSplitter(Qt::Vertical, this);
    parts->addWidget(tableOrCalm_);
    parts->addWidget(lower);
    parts->setSizes({400, 600}); // in proportion
    parts->setChildrenCollapsible(false);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(gap, gap, gap, gap);
    layout->addWidget(parts);
    connect(view_, &ViewState::traceChanged, this, [this] { show(nullptr); });
    connect(view_, &ViewState::selectionChanged, this, &FindingsPanel::explainSelection);
    show(nullptr);
}

QWidget* FindingsPanel::makeButtons() {
    auto* const row = new QWidget(this);
    auto* const layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gap);
    dismiss_ = new QPushButton(tr("Dismiss…"), row);
    dismiss_->setToolTip(tr("Say why this is no fault; such findings come last from now on"));
    idle_ = new QPushButton(tr("Idle function…"), row);
    idle_->setToolTip(tr("Say that goroutines of this function are meant to wait"));
    export_ = new QPushButton(tr("Export rules…"), row);
    export_->setToolTip(tr("Write what you dismissed to a file, for waitscope findings --rules"));
    for (QPushButton* const button : {dismiss_, idle_, export_})
        layout->addWidget(button);
    layout->addStretch();
    connect(dismiss_, &QPushButton::clicked, this, [this] {
        if (chosen_ >= 0)
            Q_EMIT dismissRequested(model_->at(chosen_), !model_->at(chosen_).dismissed);
    });
    connect(idle_, &QPushButton::clicked, this, [this] {
        const GoroutineIndex g = selectedGoroutine(view_->selection());
        const Trace& trace = *view_->facts()->trace;
        if (g.known())
            Q_EMIT idleRequested(fromUtf8(trace.function(g)));
        else if (chosen_ >= 0)
            Q_EMIT idleRequested(fromUtf8(trace.text(model_->at(chosen_).function)));
    });
    connect(export_, &QPushButton::clicked, this, &FindingsPanel::exportRequested);
    return row;
}

void FindingsPanel::setLongestWaits(const QStringList& waits) {
    longestWaits_ = waits;
    describe();
}

void FindingsPanel::show(std::shared_ptr<const Findings> findings) {
    findings_ = std::move(findings);
    chosen_ = -1;
    model_->show(findings_);
    const bool calm = !findings_ || findings_->all.empty();
    tableOrCalm_->setCurrentIndex(calm ? 1 : 0);
    if (!view_->facts())
        calm_->setText(tr("Open a trace to see what is wrong in it."));
    else if (!findings_)
        calm_->setText(tr("Looking for what is stuck…"));
    else
        calm_->setText(fromUtf8(nothingFoundText(*findings_)));
    if (!calm) {
        table_->resizeColumnsToContents();
        const CanvasSizes sizes(font());
        for (const auto& [column, widest] : {std::pair(FindingsModel::What, 165), std::pair(FindingsModel::Where, 230)})
            table_->setColumnWidth(column, std::min(table_->columnWidth(column), sizes.wide(widest)));
    }
    describe();
    explainSelection();
}

void FindingsPanel::chooseFirst() {
    if (model_->rowCount() == 0)
        return;
    table_->showRow(0);
    choose(0);
}

void FindingsPanel::choose(int row) {
    if (row < 0 || row >= model_->rowCount() || !view_->facts())
        return;
    chosen_ = row;
    const Finding& f = model_->at(row);
    view_->select(selectionOf(*view_->facts(), f));
    view_->setOnset(f.since > 0 ? f.since : -1);
    describe();
}

void FindingsPanel::describe() {
    QString html;
    if (chosen_ >= 0) {
        const Finding& f = model_->at(chosen_);
        html = QStringLiteral("<p>%1 <i>%2</i></p>")
                   .arg(fromUtf8(f.claim).toHtmlEscaped(), fromUtf8(f.doubt).toHtmlEscaped());
        html += paragraph(tr("Certainty:"), nameOf(f.certainty));
        if (f.cause.known())
            html += paragraph(tr("See:"), siteText(*view_->facts()->trace, f.cause));
        const Pattern pattern = patternOf(f);
        html += paragraph(tr("Pattern:"), pattern.pattern.empty()
                                              ? std::string()
                                              : std::string(pattern.pattern) + " (" + std::string(pattern.kind) + ")");
        html += paragraph(tr("To confirm:"), pattern.confirm);
        html += paragraph(tr("Advice:"), pattern.advice);
        if (f.dismissed)
            html += paragraph(tr("Dismissed:"), *f.dismissed);
    } else if (findings_) {
        const auto worst = findings_->worst();
        if (!worst || *worst < Tier::Medium) {
            html = QStringLiteral("<p>%1</p>").arg(fromUtf8(nothingFoundText(*findings_)).toHtmlEscaped());
            if (!longestWaits_.isEmpty()) {
                html += QStringLiteral("<p><b>%1</b></p><ul>").arg(tr("The longest waits"));
                for (const QString& wait : longestWaits_)
                    html += QStringLiteral("<li>%1</li>").arg(wait.toHtmlEscaped());
                html += QStringLiteral("</ul>");
            }
        } else {
            html = QStringLiteral("<p>%1</p>").arg(tr("Select a finding to see its goroutines in every view."));
        }
    }
    details_->setHtml(html);
    dismiss_->setEnabled(chosen_ >= 0);
    dismiss_->setText(chosen_ >= 0 && model_->at(chosen_).dismissed ? tr("Dismiss no more") : tr("Dismiss…"));
    export_->setEnabled(findings_ != nullptr);
}

void FindingsPanel::explainSelection() {
    const GoroutineIndex g = selectedGoroutine(view_->selection());
    idle_->setEnabled(findings_ && (g.known() || chosen_ >= 0));
    why_->setVisible(findings_ && g.known());
    if (!findings_ || !g.known() || !view_->facts())
        return;
    why_->setText(QStringLiteral("<b>%1</b> %2")
                      .arg(fromUtf8(goroutineText(*view_->facts()->trace, g)).toHtmlEscaped(),
                           fromUtf8(whyText(*findings_, g)).toHtmlEscaped()));
}

} // namespace waitscope
