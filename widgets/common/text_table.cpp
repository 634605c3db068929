// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/text_table.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QStyledItemDelegate>

#include <algorithm>

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
    fitRowHeight();
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

void TextTable::fitRowHeight() {
    verticalHeader()->setMinimumSectionSize(1);
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
}

QString TextTable::tabSeparated() const {
    if (model() == nullptr)
        return {};
    std::vector<int> columns; // as the user arranged them
    for (int visual = 0; visual < model()->columnCount(); ++visual)
        if (const int column = horizontalHeader()->logicalIndex(visual); !isColumnHidden(column))
            columns.push_back(column);
    std::vector<int> rows;
    for (const QModelIndex& index : selectionModel()->selectedRows())
        rows.push_back(index.row());
    std::ranges::sort(rows);
    if (rows.empty())
        for (int row = 0; row < model()->rowCount(); ++row)
            rows.push_back(row);
    QString text;
    const auto addLine = [&](const auto& cell) {
        for (std::size_t i = 0; i < columns.size(); ++i)
            text += (i > 0 ? QStringLiteral("\t") : QString()) + cell(columns[i]);
        text += u'\n';
    };
    addLine([&](int column) { return model()->headerData(column, Qt::Horizontal).toString(); });
    for (const int row : rows)
        addLine([&](int column) { return model()->index(row, column).data().toString().trimmed(); });
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
    QAction* const action = menu.addAction(some ? tr("Copy rows as text") : tr("Copy table as text"));
    action->setShortcut(QKeySequence::Copy);
    if (menu.exec(event->globalPos()) == action)
        copy();
}

void TextTable::changeEvent(QEvent* event) {
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        fitRowHeight();
}

} // namespace waitscope
