// SPDX-License-Identifier: GPL-3.0-or-later
// A short table of ready words.
#pragma once

#include <QAbstractTableModel>
#include <QStringList>

#include <vector>

namespace waitscope {

class WordsModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    /// Columns from `firstFigures` on hold figures, which stand on the right.
    explicit WordsModel(QStringList header, int firstFigures, QObject* parent = nullptr);

    void show(std::vector<QStringList> rows);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    QStringList header_;
    int firstFigures_;
    std::vector<QStringList> rows_;
};

} // namespace waitscope
