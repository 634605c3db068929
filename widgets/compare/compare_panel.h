// SPDX-License-Identifier: GPL-3.0-or-later
// What changed from A to B, row by row, and how far that can be believed: the table of differences, how long the waits
// of the chosen row are on each side, the card of what ought to be equal, and what became of the findings. It is shown
// a comparison; who computes it is not its business.
#pragma once

#include "model/compare/comparison.h"
#include "model/compare/findings_across.h"
#include "model/report/delta_columns.h"

#include <QStringList>
#include <QWidget>

#include <memory>
#include <optional>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QTabBar;

namespace waitscope {

class DeltaRowsModel;
class LengthsOfBoth;
class PlainRows;
class TextTable;

class ComparePanel : public QWidget {
    Q_OBJECT

  public:
    explicit ComparePanel(QWidget* parent = nullptr);

    /// Null: nothing is compared. One that is not judged yet shows its numbers.
    void show(std::shared_ptr<const Comparison> comparison);
    /// Of which findings it is must live as long as it is shown; null: none yet.
    void showFindings(std::shared_ptr<const FindingsAcross> across);
    /// A comparison is being computed: what is there stays, faded if it is of other times.
    void setBusy(bool busy, bool stale);
    /// The lengths of the waits of the chosen row.
    void showLengths(const Both<LengthHistogram>& lengths);
    /// Chooses the row that changed most.
    void chooseFirst();
    /// Puts the cursor into the table.
    void focusRows();

    /// Null: none is chosen.
    [[nodiscard]] const ComparedRow* chosen() const { return chosen_; }
    [[nodiscard]] DeltaRowsModel* rows() { return rows_; }
    [[nodiscard]] bool onlyVisibleRange() const;
    /// As a table of Markdown.
    [[nodiscard]] QString markdown() const;

  Q_SIGNALS:
    /// `chosen` is another one, or the same once more.
    void rowChosen();
    void visibleRangeWanted(bool only);
    void cancelRequested();
    void againRequested();
    /// The user says that these are the same, or are not.
    void pairRequested(const waitscope::RowKey& a, const waitscope::RowKey& b);
    void unpairRequested(const waitscope::RowKey& a, const waitscope::RowKey& b);

  private:
    QWidget* makeTools();
    QWidget* makeRows();
    QWidget* makeDetails();
    void choose(int row);
    void describe();
    void showCard();
    void sayHowItStands();
    void askPair();
    [[nodiscard]] bool canPair() const;
    [[nodiscard]] bool canUnpair() const;

    std::shared_ptr<const Comparison> comparison_;
    std::shared_ptr<const FindingsAcross> across_;
    const ComparedRow* chosen_ = nullptr;
    bool busy_ = false;
    bool measured_ = false; ///< the user, or the first comparison, has chosen what is shown
    DeltaRowsModel* rows_;
    PlainRows* card_;
    PlainRows* fates_;
    QTabBar* tabs_ = nullptr;
    QLabel* summary_ = nullptr;
    QComboBox* measure_ = nullptr;
    QLineEdit* filter_ = nullptr;
    QCheckBox* visibleRange_ = nullptr;
    QProgressBar* progress_ = nullptr;
    QPushButton* cancel_ = nullptr;
    QPushButton* again_ = nullptr;
    TextTable* table_ = nullptr;
    TextTable* cardTable_ = nullptr;
    TextTable* fateTable_ = nullptr;
    QLabel* title_ = nullptr;
    QLabel* why_ = nullptr;
    LengthsOfBoth* lengths_ = nullptr;
    QPushButton* pair_ = nullptr;
    QPushButton* unpair_ = nullptr;
};

} // namespace waitscope
