// SPDX-License-Identifier: GPL-3.0-or-later
// A table that somebody else has put into words: rows of ready cells, for tables of at most a few thousand rows.
#pragma once

#include <QAbstractTableModel>
#include <QIcon>
#include <QStringList>

#include <vector>

namespace waitscope {

class PlainRows : public QAbstractTableModel {
    Q_OBJECT

  public:
    struct ColumnTitle {
        QString name;
        bool figures = false; ///< aligned at the right, in the font of figures
    };
    struct Row {
        QStringList cells;
        QString toolTip;
        QIcon icon; ///< of the first cell
    };
    explicit PlainRows(std::vector<ColumnTitle> titles, QObject* parent = nullptr)
        : QAbstractTableModel(parent), titles_(std::move(titles)) {}

    void show(std::vector<Row> rows);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    std::vector<ColumnTitle> titles_;
    std::vector<Row> rows_;
};

} // namespace waitscope
