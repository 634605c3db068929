// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare/compare_panel.h"

#include "model/report/compare_text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/plain_rows.h"
#include "widgets/common/text_table.h"
#include "widgets/compare/delta_rows_model.h"
#include "widgets/compare/lengths_of_both.h"
#include "widgets/findings/findings_model.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace waitscope {
namespace {

QIcon patchOf(const QColor& colour) {
    QPixmap patch(12, 12);
    patch.fill(colour.isValid() ? colour : QColor(Qt::transparent));
    return {patch};
}

QColor colourOf(CardWeight weight) {
    switch (weight) {
    case CardWeight::Differs:
        return QColor(0xE6, 0x9F, 0x00);
    case CardWeight::Refuses:
        return QColor(0xD5, 0x5E, 0x00);
    case CardWeight::Same:
        break;
    }
    return QColor(0x00, 0x9E, 0x73);
}

} // namespace

ComparePanel::ComparePanel(QWidget* parent)
    : QWidget(parent)
    , rows_(new DeltaRowsModel(this))
    , card_(new PlainRows({{tr("Ought to be equal")}, {tr("A")}, {tr("B")}, {tr("What the difference does")}}, this))
    , fates_(new PlainRows({{tr("Finding")}, {tr("Tier")}, {tr("What")}, {tr("What became of it")}}, this)) {
    setAccessibleName(tr("Comparison"));
    cardTable_ = new TextTable;
    cardTable_->setModel(card_);
    cardTable_->setAccessibleName(tr("What may be compared"));
    cardTable_->horizontalHeader()->setStretchLastSection(true);
    fateTable_ = new TextTable;
    fateTable_->setModel(fates_);
    fateTable_->setAccessibleName(tr("What became of the findings"));
    fateTable_->horizontalHeader()->setStretchLastSection(true);
    // The tabs share a line with the tools: there are few lines below two traces.
    tabs_ = new QTabBar;
    tabs_->setDrawBase(false);
    tabs_->setExpanding(false);
    tabs_->setUsesScrollButtons(true);
    auto* const pages = new QStackedWidget;
    for (const auto& [page, name] :
         {std::pair<QWidget*, QString>(makeRows(), tr("Differences")),
          std::pair<QWidget*, QString>(cardTable_, QString()), std::pair<QWidget*, QString>(fateTable_, QString())}) {
        tabs_->addTab(name);
        pages->addWidget(page);
    }
    connect(tabs_, &QTabBar::currentChanged, pages, &QStackedWidget::setCurrentIndex);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeTools());
    layout->addWidget(pages, 1);
    show(nullptr);
    showFindings(nullptr);
    setBusy(false, false);
}

QWidget* ComparePanel::makeTools() {
    auto* const tools = new QWidget;
    summary_ = new QLabel;
    summary_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    summary_->setAccessibleName(tr("How the comparison stands"));
    measure_ = new QComboBox;
    measure_->setAccessibleName(tr("What A, B and the change are of"));
    for (const DeltaMeasure measure : deltaMeasures)
        measure_->addItem(fromUtf8(textOf(measure)));
    measure_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    measure_->setMinimumContentsLength(14);
    measure_->setMaximumWidth(220);
    connect(measure_, &QComboBox::activated, this, [this] { measured_ = true; });
    connect(measure_, &QComboBox::currentIndexChanged, this,
            [this](int index) { rows_->setMeasure(static_cast<DeltaMeasure>(index)); });
    filter_ = new QLineEdit;
    filter_->setPlaceholderText(tr("Filter: lock, cache.go, regressed …"));
    filter_->setAccessibleName(tr("Filter of the differences"));
    filter_->setClearButtonEnabled(true);
    filter_->setMaximumWidth(220);
    filter_->setMinimumWidth(60);
    connect(filter_, &QLineEdit::textChanged, rows_, &DeltaRowsModel::setFilter);
    visibleRange_ = new QCheckBox(tr("Only what is &visible"));
    visibleRange_->setToolTip(tr("Compares the stretch of time that both show, and again whenever it changes"));
    connect(visibleRange_, &QCheckBox::toggled, this, &ComparePanel::visibleRangeWanted);
    progress_ = new QProgressBar;
    progress_->setRange(0, 0);
    progress_->setTextVisible(false);
    progress_->setFixedSize(90, 6);
    progress_->setAccessibleName(tr("Comparing"));
    cancel_ = new QPushButton(tr("Cancel"));
    connect(cancel_, &QPushButton::clicked, this, &ComparePanel::cancelRequested);
    again_ = new QPushButton(tr("Compare"));
    connect(again_, &QPushButton::clicked, this, &ComparePanel::againRequested);
    auto* const row = new QHBoxLayout(tools);
    row->setContentsMargins(0, 2, 8, 0);
    row->addWidget(tabs_);
    row->addWidget(summary_, 1);
    for (QWidget* const widget :
         std::initializer_list<QWidget*>{progress_, cancel_, again_, visibleRange_, measure_, filter_})
        row->addWidget(widget);
    return tools;
}

QWidget* ComparePanel::makeRows() {
    table_ = new TextTable;
    table_->setAccessibleName(tr("Differences from A to B"));
    table_->setModel(rows_);
    table_->setSortingEnabled(true);
    QHeaderView& header = *table_->horizontalHeader();
    header.setSortIndicatorClearable(true);
    header.setSortIndicator(-1, Qt::DescendingOrder);
    const auto width = [&](DeltaColumn column, int letters) {
        header.resizeSection(static_cast<int>(column), fontMetrics().averageCharWidth() * letters + 16);
    };
    for (const DeltaColumn column : deltaColumns)
        width(column, 10);
    width(DeltaColumn::Verdict, 18);
    width(DeltaColumn::Primitive, 13);
    width(DeltaColumn::Site, 40);
    connect(table_, &TextTable::rowChosen, this, &ComparePanel::choose);
    connect(table_, &TextTable::rowActivated, this, &ComparePanel::choose);
    auto* const splitter = new QSplitter(Qt::Horizontal);
    splitter->addWidget(table_);
    splitter->addWidget(makeDetails());
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 1);
    splitter->setChildrenCollapsible(false);
    return splitter;
}

QWidget* ComparePanel::makeDetails() {
    auto* const details = new QWidget;
    title_ = new QLabel;
    title_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    QFont bold = font();
    bold.setBold(true);
    title_->setFont(bold);
    why_ = new QLabel;
    why_->setWordWrap(true);
    why_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    why_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    why_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Ignored);
    why_->setMinimumHeight(fontMetrics().height());
    lengths_ = new LengthsOfBoth;
    lengths_->setAccessibleName(tr("How long the waits of A and of B are"));
    pair_ = new QPushButton(tr("&Pair with…"));
    pair_->setToolTip(tr("Says which row of the other trace this one is"));
    unpair_ = new QPushButton(tr("&Unpair"));
    unpair_->setToolTip(tr("Says that these are not the same"));
    connect(pair_, &QPushButton::clicked, this, &ComparePanel::askPair);
    connect(unpair_, &QPushButton::clicked, this, [this] {
        if (canUnpair())
            Q_EMIT unpairRequested(chosen_->key.a, chosen_->key.b);
    });
    auto* const buttons = new QHBoxLayout;
    buttons->addWidget(title_, 1);
    buttons->addWidget(pair_);
    buttons->addWidget(unpair_);
    auto* const layout = new QVBoxLayout(details);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->setSpacing(4);
    layout->addLayout(buttons);
    layout->addWidget(why_, 1);
    layout->addWidget(lengths_);
    details->setMinimumWidth(260);
    return details;
}

bool ComparePanel::onlyVisibleRange() const {
    return visibleRange_->isChecked();
}

QString ComparePanel::markdown() const {
    return table_->markdown();
}

void ComparePanel::show(std::shared_ptr<const Comparison> comparison) {
    const std::optional<Both<RowKey>> key = chosen_ != nullptr ? std::optional(chosen_->key) : std::nullopt;
    chosen_ = nullptr;
    comparison_ = std::move(comparison);
    if (!comparison_)
        measured_ = false;
    if (comparison_ && !std::exchange(measured_, true))
        measure_->setCurrentIndex(static_cast<int>(judgedMeasure(*comparison_)));
    rows_->show(comparison_);
    showCard();
    sayHowItStands();
    // The row that was chosen stays chosen, also as the numbers become verdicts.
    if (key && comparison_)
        if (const int row = rows_->rowOf(*key); row >= 0) {
            const QSignalBlocker quiet(table_);
            chosen_ = &rows_->rowAt(row);
            table_->showRow(row);
        }
    describe();
}

void ComparePanel::showFindings(std::shared_ptr<const FindingsAcross> across) {
    across_ = std::move(across);
    std::vector<PlainRows::Row> rows;
    if (across_)
        for (const FindingPair& pair : across_->pairs)
            rows.push_back({.cells = {fromUtf8(nameOf(pair.fate)), tierText(pair.tier),
                                      fromUtf8(findingText(*across_, pair)), fromUtf8(pair.sentence)},
                            .toolTip = fromUtf8(pair.sentence),
                            .icon = patchOf(waitscope::colourOf(pair.tier))});
    fates_->show(std::move(rows));
    fateTable_->resizeColumnsToContents();
    tabs_->setTabText(2, across_ ? tr("Findings (%1)").arg(across_->pairs.size()) : tr("Findings"));
}

void ComparePanel::showCard() {
    std::vector<PlainRows::Row> rows;
    int differ = 0;
    if (comparison_)
        for (const CardLine& line : comparison_->comparability.card) {
            QString what = fromUtf8(line.consequence);
            if (!line.instead.empty())
                what += u' ' + fromUtf8(line.instead);
            differ += line.weight == CardWeight::Same ? 0 : 1;
            QString topic = fromUtf8(line.topic);
            if (line.weight == CardWeight::Refuses)
                topic += tr(": refused");
            rows.push_back({.cells = {topic, fromUtf8(line.value.a), fromUtf8(line.value.b), what},
                            .toolTip = what,
                            .icon = patchOf(colourOf(line.weight))});
        }
    card_->show(std::move(rows));
    cardTable_->resizeColumnsToContents();
    tabs_->setTabText(1, differ > 0 ? tr("Comparable? (%1)").arg(differ) : tr("Comparable?"));
}

void ComparePanel::setBusy(bool busy, bool stale) {
    busy_ = busy;
    progress_->setVisible(busy);
    cancel_->setVisible(busy);
    if (busy)
        rows_->setStale(stale);
    sayHowItStands();
}

void ComparePanel::sayHowItStands() {
    const bool finished = comparison_ && comparison_->judged;
    again_->setVisible(!busy_ && !finished && !(comparison_ && !comparison_->comparable()));
    QString text;
    if (!comparison_)
        text = busy_ ? tr("Comparing…") : tr("Not compared.");
    else if (!finished && comparison_->comparable())
        text = busy_ ? tr("Numbers are there; verdicts follow…") : tr("Cancelled: numbers without verdicts.");
    else
        text = fromUtf8(verdictsText(*comparison_) + " " + normalisationText(*comparison_));
    summary_->setText(text);
    summary_->setToolTip(text);
}

void ComparePanel::choose(int row) {
    if (!comparison_ || row < 0 || row >= rows_->rowCount())
        return;
    const ComparedRow* const before = std::exchange(chosen_, &rows_->rowAt(row));
    describe();
    if (chosen_ != before)
        Q_EMIT rowChosen();
}

void ComparePanel::chooseFirst() {
    tabs_->setCurrentIndex(0);
    if (rows_->rowCount() == 0)
        return;
    table_->showRow(0);
    choose(0);
    focusRows();
}

void ComparePanel::focusRows() {
    table_->setFocus();
}

void ComparePanel::showLengths(const Both<LengthHistogram>& lengths) {
    lengths_->show(lengths);
}

bool ComparePanel::canPair() const {
    return chosen_ != nullptr && !(chosen_->metrics.a && chosen_->metrics.b) &&
           std::ranges::any_of(comparison_->rows, [this](const ComparedRow& row) {
               return !(row.metrics.a && row.metrics.b) && row.metrics.a.has_value() != chosen_->metrics.a.has_value();
           });
}

bool ComparePanel::canUnpair() const {
    return chosen_ != nullptr && chosen_->metrics.a && chosen_->metrics.b;
}

void ComparePanel::describe() {
    pair_->setEnabled(canPair());
    unpair_->setEnabled(canUnpair());
    if (chosen_ == nullptr) {
        title_->clear();
        why_->setText(comparison_ ? tr("Choose a row to see its waits in both traces.") : QString());
        lengths_->show({});
        return;
    }
    const QString title = fromUtf8(rowPlaceText(*comparison_, *chosen_));
    title_->setText(title);
    title_->setToolTip(title);
    why_->setText(fromUtf8(chosen_->why));
    why_->setToolTip(fromUtf8(chosen_->why));
}

void ComparePanel::askPair() {
    if (!canPair())
        return;
    const bool isOfA = chosen_->metrics.a.has_value();
    QStringList names;
    std::vector<const ComparedRow*> rows;
    for (const ComparedRow& row : comparison_->rows)
        if (!(row.metrics.a && row.metrics.b) && row.metrics.a.has_value() != isOfA) {
            // A number in front: two rows may be called the same.
            names << tr("%1. %2").arg(rows.size() + 1).arg(fromUtf8(rowPlaceText(*comparison_, row)));
            rows.push_back(&row);
        }
    bool sure = false;
    const QString chosen = QInputDialog::getItem(window(), tr("Pair"), tr("%1 is the same as:").arg(title_->text()),
                                                 names, 0, false, &sure);
    const qsizetype place = names.indexOf(chosen);
    if (!sure || place < 0)
        return;
    const ComparedRow& other = *rows[static_cast<std::size_t>(place)];
    if (isOfA)
        Q_EMIT pairRequested(chosen_->key.a, other.key.b);
    else
        Q_EMIT pairRequested(other.key.a, chosen_->key.b);
}

} // namespace waitscope
