// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/text_table.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QFontMetricsF>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QStyledItemDelegate>

#include <algorithm>
#include <utility>

namespace waitscope {

namespace {

// Figures on the right edge of a column would touch the words on the left edge of the next.
class FiguresWithAir : public QStyledItemDelegate {
  public:
    using QStyledItemDelegate::QStyledItemDelegate;

  protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
        QStyledItemDelegate::initStyleOption(option, index);
        constexpr char16_t figureSpace = 0x2007;
        if (option->displayAlignment.testFlag(Qt::AlignRight))
            option->text += QChar(figureSpace);
    }
};

} // namespace

TextTable::TextTable(QWidget* parent) : QTableView(parent) {
    setItemDelegate(new FiguresWithAir(this));
    setWordWrap(false);
    setShowGrid(false);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setTabKeyNavigation(false); // Tab leaves the table
    setFrameShape(QFrame::NoFrame);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setSectionsMovable(true);
    fitToFont();
    horizontalHeader()->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(horizontalHeader(), &QWidget::customContextMenuRequested, this, &TextTable::chooseColumns);
    setMouseTracking(true);
    connect(this, &QTableView::entered, this, [this](const QModelIndex& index) { Q_EMIT rowHovered(index.row()); });
    connect(this, &QTableView::viewportEntered, this, [this] { Q_EMIT rowHovered(-1); });
    connect(this, &QTableView::clicked, this, [this](const QModelIndex& index) { Q_EMIT rowChosen(index.row()); });
    connect(this, &QTableView::doubleClicked, this,
            [this](const QModelIndex& index) { Q_EMIT rowActivated(index.row()); });
}

void TextTable::setModel(QAbstractItemModel* newModel) {
    QTableView::setModel(newModel);
    connect(selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        if (const QModelIndex current = currentIndex(); selectionModel()->isSelected(current))
            Q_EMIT rowChosen(current.row());
    });
}

void TextTable::widenColumnsToContents() {
    for (int column = 0; model() != nullptr && column < model()->columnCount(); ++column)
        if (const int wanted = sizeHintForColumn(column); !isColumnHidden(column) && wanted > columnWidth(column))
            setColumnWidth(column, wanted);
}

void TextTable::fitToFont() {
    verticalHeader()->setMinimumSectionSize(1);
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    setIconSize(QSize(1, 1) * (fontMetrics().height() + 2));
    // Columns keep the share of their words that they showed.
    constexpr int margins = 8;
    const double letter = QFontMetricsF(font()).averageCharWidth();
    const double before = std::exchange(letter_, letter);
    for (int column = 0; model() != nullptr && letter != before && column < model()->columnCount(); ++column)
        if (!isColumnHidden(column))
            setColumnWidth(column, margins + qRound((columnWidth(column) - margins) * letter / before));
}

// Calls line(cells) for the header and for each selected row, or all rows if none is selected.
template <class Line> void TextTable::eachLine(const Line& line) const {
    if (model() == nullptr)
        return;
    std::vector<int> columns; // as the user arranged them
    for (int visual = 0; visual < model()->columnCount(); ++visual)
        if (const int column = horizontalHeader()->logicalIndex(visual); !isColumnHidden(column))
            columns.push_back(column);
    std::vector<int> rows;
    for (const QModelIndex& index : selectionModel()->selectedRows(columns.empty() ? 0 : columns.front()))
        rows.push_back(index.row());
    std::ranges::sort(rows);
    if (rows.empty())
        for (int row = 0; row < model()->rowCount(); ++row)
            rows.push_back(row);
    const auto cells = [&](const auto& cell) {
        QStringList texts;
        for (const int column : columns)
            texts << cell(column);
        line(texts, columns);
    };
    cells([&](int column) { return model()->headerData(column, Qt::Horizontal).toString(); });
    for (const int row : rows)
        cells([&](int column) { return model()->index(row, column).data().toString().trimmed(); });
}

QString TextTable::tabSeparated() const {
    QString text;
    eachLine([&](const QStringList& cells, const std::vector<int>&) { text += cells.join(u'\t') + u'\n'; });
    return text;
}

QString TextTable::markdown() const {
    QString text;
    eachLine([&](QStringList cells, const std::vector<int>& columns) {
        cells.replaceInStrings(QStringLiteral("|"), QStringLiteral("\\|"));
        const bool header = text.isEmpty();
        text += QStringLiteral("| ") + cells.join(QStringLiteral(" | ")) + QStringLiteral(" |\n");
        if (!header)
            return;
        for (const int column : columns) {
            const auto alignment = model()->headerData(column, Qt::Horizontal, Qt::TextAlignmentRole).toInt();
            text += (alignment & Qt::AlignRight) != 0 ? QStringLiteral("|---:") : QStringLiteral("|---");
        }
        text += QStringLiteral("|\n");
    });
    return text;
}

void TextTable::copy() const {
    QApplication::clipboard()->setText(tabSeparated());
}

void TextTable::showRow(int row) {
    if (row < 0) {
        clearSelection();
        selectionModel()->setCurrentIndex({}, QItemSelectionModel::NoUpdate);
        return;
    }
    if (currentIndex().row() == row && selectionModel()->isRowSelected(row) &&
        selectionModel()->selectedRows().size() == 1)
        return;
    const QModelIndex index = model()->index(row, std::max(0, currentIndex().column()));
    selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    scrollTo(index);
}

void TextTable::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) {
        copy();
        return;
    }
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && currentIndex().isValid()) {
        Q_EMIT rowActivated(currentIndex().row());
        return;
    }
    QTableView::keyPressEvent(event);
}

void TextTable::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    const bool some = selectionModel() != nullptr && selectionModel()->hasSelection();
    QAction* const text = menu.addAction(some ? tr("Copy rows as text") : tr("Copy table as text"));
    text->setShortcut(QKeySequence::Copy);
    QAction* const table = menu.addAction(some ? tr("Copy rows as Markdown") : tr("Copy table as Markdown"));
    const QAction* const chosen = menu.exec(event->globalPos());
    if (chosen == text)
        copy();
    else if (chosen == table)
        QApplication::clipboard()->setText(markdown());
}

void TextTable::chooseColumns(const QPoint& at) {
    if (model() == nullptr)
        return;
    QMenu menu(this);
    for (int visual = 0; visual < model()->columnCount(); ++visual) {
        const int column = horizontalHeader()->logicalIndex(visual);
        QAction* const action = menu.addAction(model()->headerData(column, Qt::Horizontal).toString());
        action->setCheckable(true);
        action->setChecked(!isColumnHidden(column));
        // The last one stays: without columns there is no header to bring them back.
        const int shown = model()->columnCount() - horizontalHeader()->hiddenSectionCount();
        action->setEnabled(isColumnHidden(column) || shown > 1);
        connect(action, &QAction::toggled, this, [this, column](bool show) {
            setColumnHidden(column, !show);
            if (show)
                resizeColumnToContents(column);
            Q_EMIT columnsChosen();
        });
    }
    menu.exec(horizontalHeader()->mapToGlobal(at));
}

bool TextTable::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::Leave)
        Q_EMIT rowHovered(-1);
    return QTableView::viewportEvent(event);
}

void TextTable::changeEvent(QEvent* event) {
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        fitToFont();
}

} // namespace waitscope
