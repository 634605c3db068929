// SPDX-License-Identifier: GPL-3.0-or-later
// A table of words and figures: one line a row, whole rows selected, columns that keep their width and can be chosen at
// the header, and Ctrl+C, which copies the selected rows (or all, if none is selected) with the column names as
// tab-separated text.
#pragma once

#include <QTableView>

namespace waitscope {

class TextTable : public QTableView {
    Q_OBJECT

  public:
    explicit TextTable(QWidget* parent = nullptr);

    /// The text that copying gives.
    [[nodiscard]] QString tabSeparated() const;
    /// The same as a table of Markdown, for issues and reports.
    [[nodiscard]] QString markdown() const;
    void copy() const;
    /// Makes `row` the current and only selected one and brings it into view; -1: none.
    void showRow(int row);
    /// No column becomes narrower.
    void widenColumnsToContents();

    void setModel(QAbstractItemModel* model) override;

  Q_SIGNALS:
    /// The user chose a row, by selecting or clicking it; merely moving the focus here chooses nothing.
    void rowChosen(int row);
    /// Return, Enter or a double click.
    void rowActivated(int row);
    /// The mouse is over a row; -1: over none any more.
    void rowHovered(int row);

    /// The user chose which columns are there.
    void columnsChosen();

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool viewportEvent(QEvent* event) override;

  private:
    void fitToFont();
    void chooseColumns(const QPoint& at);
    template <class Line> void eachLine(const Line& line) const;

    double letter_ = 1; ///< the width of one, when the columns got theirs
};

} // namespace waitscope
