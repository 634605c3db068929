// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/comparing.h"

#include "app/hand_pairing.h"
#include "app/headline_line.h"
#include "app/threads.h"
#include "app/trace_pair.h"
#include "app/trace_view.h"
#include "model/compare/largest_change.h"
#include "model/compare/runs.h"
#include "model/report/compare_text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/compare/compare_panel.h"
#include "widgets/compare/delta_strip.h"

#include <QApplication>
#include <QLabel>
#include <QTimer>
#include <QVBoxLayout>

#include <utility>

namespace waitscope {
namespace {

constexpr int rangeDelay = 150; ///< ms without a move before a range is compared

// Amber: the numbers are to be read with this in mind.
const QColor amber(0xE6, 0x9F, 0x00);

Selection selectionOf(const std::optional<WaitMetrics>& metrics) {
    Selection selection;
    if (metrics)
        selection = SiteSelection{metrics->primitive, metrics->site};
    return selection;
}

Selection selectionOf(const std::optional<StandingWait>& wait) {
    Selection selection;
    if (wait)
        selection = SpanSelection{wait->goroutine, wait->wait};
    return selection;
}

QColor edgeOf(const Comparison& comparison) {
    if (!comparison.comparable() || !comparison.warnings.empty())
        return amber;
    return comparison.regressed() ? QColor(0xD5, 0x5E, 0x00) : QColor(0x00, 0x9E, 0x73);
}

} // namespace

Comparing::Comparing(TracePair* pair, QObject* parent)
    : QObject(parent)
    , pair_(pair)
    , head_(new QWidget)
    , headline_(new HeadlineLine)
    , doubts_(new QLabel)
    , strip_(new DeltaStrip)
    , panel_(new ComparePanel)
    , rangeTimer_(new QTimer(this))
    , work_([this](std::shared_ptr<const Comparison> comparison) { show(std::move(comparison)); })
    , findingsWork_([this](const std::shared_ptr<const Across>& across) {
        across_ = std::shared_ptr<const FindingsAcross>(across, &across->across);
        panel_->showFindings(across_);
        Q_EMIT changed();
    })
    , placesWork_([this](const Places& places) { showPlaces(places); }) {
    doubts_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    doubts_->setTextFormat(Qt::PlainText);
    doubts_->setAccessibleName(tr("What else may explain the difference"));
    doubts_->setStyleSheet(QStringLiteral("padding: 2px 12px 4px 18px; background: #F2C14E; color: #1A1C1F;"));
    auto* const layout = new QVBoxLayout(head_);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(headline_);
    layout->addWidget(doubts_);
    layout->addWidget(strip_);
    pair_->setHead(head_);
    pair_->setFoot(panel_);
    rangeTimer_->setSingleShot(true);
    rangeTimer_->setInterval(rangeDelay);
    connect(rangeTimer_, &QTimer::timeout, this, &Comparing::start);
    connect(headline_, &QPushButton::clicked, this, [this] {
        panel_->setVisible(true);
        panel_->chooseFirst();
    });
    connect(panel_, &ComparePanel::rowChosen, this, &Comparing::goToChosen);
    connect(panel_, &ComparePanel::visibleRangeWanted, this, &Comparing::start);
    connect(panel_, &ComparePanel::cancelRequested, this, &Comparing::cancel);
    connect(panel_, &ComparePanel::againRequested, this, &Comparing::start);
    connect(panel_, &ComparePanel::pairRequested, this, &Comparing::pairRows);
    connect(panel_, &ComparePanel::unpairRequested, this, &Comparing::unpairRows);
    connect(strip_, &DeltaStrip::hovered, this, [this](Time time) {
        ViewState& a = *pair_->first()->state();
        a.setHoverTime(a.visibleRange().contains(time) ? time : -1);
    });
    connect(pair_, &TracePair::pairChanged, this, &Comparing::follow);
    connect(pair_->link(), &RangeLink::changed, this, &Comparing::followRange);
    for (TraceView* const view : pair_->views()) {
        connect(view->state(), &ViewState::visibleRangeChanged, this, &Comparing::followRange);
        connect(view, &TraceView::findingsChanged, this, &Comparing::compareFindings);
    }
    follow();
}

Comparing::~Comparing() {
    stop_.request_stop();
}

QString Comparing::headline() const {
    return headline_->text();
}

// Compared are whole traces: what is still loading would be compared again with every piece.
void Comparing::follow() {
    const bool whole = pair_->isPair() && !pair_->first()->isGrowing() && !pair_->second()->isGrowing();
    pair_->showComparison(pair_->isPair());
    const Both<std::shared_ptr<const TraceFacts>> facts =
        whole ? Both<std::shared_ptr<const TraceFacts>>{pair_->first()->state()->facts(),
                                                        pair_->second()->state()->facts()}
              : Both<std::shared_ptr<const TraceFacts>>{};
    if (facts == facts_)
        return say();
    const bool swapped = facts.a && facts.a == facts_.b && facts.b == facts_.a;
    forget();
    if (swapped)
        further_ =
            std::make_shared<FurtherRuns>(Both<std::vector<std::string>>{further_->paths().b, further_->paths().a});
    facts_ = facts;
    strip_->setTraces(facts_);
    followRange();
    if (whole) {
        start();
        compareFindings();
    }
    say();
}

void Comparing::forget() {
    stop_.request_stop();
    work_.cancel();
    findingsWork_.cancel();
    placesWork_.cancel();
    ++run_;
    facts_ = {};
    comparison_.reset();
    panel_->setBusy(false, false);
    panel_->show(nullptr);
    across_.reset();
    panel_->showFindings(nullptr);
    strip_->setFamily("lock");
    Q_EMIT changed();
}

void Comparing::start() {
    if (!facts_.a || !facts_.b)
        return;
    stop_.request_stop();
    stop_ = std::stop_source();
    CompareOptions options{.byHand = handPairing()};
    if (panel_->onlyVisibleRange())
        options.range = {pair_->first()->state()->visibleRange(), pair_->second()->state()->visibleRange()};
    const std::uint64_t run = ++run_;
    // The first numbers come while the statistics are being computed; `alive` ends with this object.
    const auto firstNumbers = [this, run, alive = std::weak_ptr<const bool>(alive_)](const Comparison& comparison) {
        atHome(alive, [this, run, first = std::make_shared<const Comparison>(comparison)] {
            if (run == run_ && work_.busy())
                show(first);
        });
    };
    work_.request([facts = facts_, further = further_, options, stop = stop_.get_token(), firstNumbers] {
        Comparison comparison = compareTraces(facts.a, facts.b, options, stop, firstNumbers);
        if (further->paths().a.empty() && further->paths().b.empty())
            return std::make_shared<const Comparison>(std::move(comparison));
        firstNumbers(comparison); // of one run a side, until the others are loaded
        Both<std::vector<std::shared_ptr<const TraceFacts>>> runs = further->load(stop);
        for (const Side side : {Side::A, Side::B})
            runs.of(side).insert(runs.of(side).begin(), facts.of(side));
        comparison = compareRuns(runs, options, stop);
        comparison.warnings.insert(comparison.warnings.begin(), further->problems().begin(), further->problems().end());
        return std::make_shared<const Comparison>(std::move(comparison));
    });
    panel_->setBusy(true, comparison_ != nullptr);
    say();
}

void Comparing::setFurtherRuns(Both<std::vector<std::string>> paths) {
    if (paths == further_->paths())
        return;
    further_ = std::make_shared<FurtherRuns>(std::move(paths));
    start();
}

void Comparing::cancel() {
    stop_.request_stop();
    work_.cancel();
    panel_->setBusy(false, false);
    say();
}

void Comparing::show(std::shared_ptr<const Comparison> comparison) {
    if (comparison->stopped)
        return;
    comparison_ = std::move(comparison);
    panel_->show(comparison_);
    if (panel_->chosen() == nullptr)
        strip_->setFamily(familyOfLargestChange(*comparison_));
    panel_->setBusy(work_.busy(), false);
    say();
    Q_EMIT changed();
}

void Comparing::say() {
    if (!comparison_) {
        headline_->say(work_.busy()      ? tr("Comparing A with B…")
                       : pair_->isPair() ? tr("A and B are compared when both are loaded.")
                                         : QString(),
                       Qt::gray);
        doubts_->hide();
        return;
    }
    headline_->say(fromUtf8(comparison_->headline), edgeOf(*comparison_));
    QStringList doubts;
    for (const std::string& warning : comparison_->warnings)
        doubts << fromUtf8(warning);
    doubts_->setText(doubts.join(QStringLiteral("  ·  ")));
    doubts_->setToolTip(doubts.join(u'\n'));
    doubts_->setVisible(!doubts.isEmpty());
}

void Comparing::compareFindings() {
    const Both<std::shared_ptr<const Findings>> findings{pair_->first()->findings(), pair_->second()->findings()};
    if (!pair_->isPair() || !findings.a || !findings.b)
        return;
    findingsWork_.request([findings] {
        const auto across = std::make_shared<Across>();
        across->findings = findings;
        across->across = findingsAcross(*findings.a, *findings.b);
        return std::shared_ptr<const Across>(across);
    });
}

void Comparing::goToChosen() {
    const ComparedRow* const row = panel_->chosen();
    if (row == nullptr)
        return;
    strip_->setRow(row->key, fromUtf8(rowPlaceText(*comparison_, *row)));
    pair_->select(selectionOf(row->metrics.a), selectionOf(row->metrics.b));
    placesWork_.request([comparison = comparison_, row = *row] {
        return Places{.lengths = lengthsOf(*comparison, row),
                      .waits = {longestOf(*comparison, row, Side::A), longestOf(*comparison, row, Side::B)}};
    });
}

// The wait that stands for the row on each side: its stack, and its place in the timeline.
void Comparing::showPlaces(const Places& places) {
    panel_->showLengths(places.lengths);
    pair_->select(selectionOf(places.waits.a), selectionOf(places.waits.b));
}

void Comparing::followRange() {
    strip_->setRanges({pair_->first()->state()->axisRange(), pair_->second()->state()->axisRange()});
    if (panel_->onlyVisibleRange() && facts_.a)
        rangeTimer_->start();
}

void Comparing::togglePanel() {
    if (!pair_->isPair())
        return;
    const bool isThere = panel_->isVisible();
    panel_->setVisible(!isThere);
    if (!isThere)
        panel_->focusRows();
}

void Comparing::pairRows(const RowKey& a, const RowKey& b) {
    rememberPaired(a.text(), b.text());
    Q_EMIT message(tr("Paired: %1. Kept for all traces of this program.").arg(fromUtf8(a.text())));
    start();
}

void Comparing::unpairRows(const RowKey& a, const RowKey& b) {
    rememberApart(a.text(), b.text());
    Q_EMIT message(tr("No longer paired: %1. Kept for all traces of this program.").arg(fromUtf8(a.text())));
    start();
}

void Comparing::forgetHandPairing() {
    waitscope::forgetHandPairing();
    Q_EMIT message(tr("Rows are paired as they are found to be the same."));
    start();
}

} // namespace waitscope
