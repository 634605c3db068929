// SPDX-License-Identifier: GPL-3.0-or-later
// Which waits are there, and which goroutines are in them? Two tables: a row a site (or what else the user groups by)
// on top, the goroutines of the chosen row below, oldest first. Follows the visible range and the shared selection, and
// changes the latter. Nothing is computed, sorted or filtered on the GUI thread: while new rows are on their way the
// old ones stay, faded.
#pragma once

#include "model/waits/wait_table.h"
#include "model/waits/waiting_goroutines.h"
#include "widgets/common/latest_result.h"
#include "widgets/common/view_state.h"
#include "widgets/waits/wait_rows_model.h"

#include <QWidget>

#include <memory>
#include <optional>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QStackedWidget;
class QTimer;
class QToolButton;

namespace waitscope {

class TextTable;
class WaitingGoroutinesModel;

class WaitsPanel : public QWidget {
    Q_OBJECT

  public:
    /// `view` must outlive the panel.
    explicit WaitsPanel(ViewState* view, QWidget* parent = nullptr);
    ~WaitsPanel() override;

    void focusFilter();
    [[nodiscard]] WaitGrouping grouping() const { return by_; }
    /// The waits of Go's own goroutines are in the table too.
    [[nodiscard]] bool withRuntime() const;
    /// Rows are being computed.
    [[nodiscard]] bool busy() const;

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    using Rows = std::shared_ptr<const WaitRowsModel::Content>;
    /// The goroutines of a row, and which of them is selected.
    struct Goroutines {
        std::shared_ptr<const TraceFacts> facts;
        std::optional<WaitRowKey> row; ///< none: what is selected waits nowhere
        std::vector<WaitingGoroutine> list;
        std::size_t count = 0; ///< of all, however many of them the list shows as one
        GoroutineIndex selected;
    };

    QWidget* buildRows();
    QWidget* buildGoroutines();
    void followTrace();
    void followRange();
    void followSelection(const Selection& selection);
    void requestRows();
    void requestGoroutines();
    void rowsArranged();
    void fitRowColumns();
    void fitGoroutineColumns();
    void showGoroutines(Goroutines goroutines);
    void showSelectedRow();
    void showStacksOnce(bool once);
    void rowChosen(int row);
    void groupBy(WaitGrouping by);
    [[nodiscard]] bool needsDistributions() const;
    void goroutineChosen(int row);
    void filterChanged(const QString& text);
    void setBusy();
    void showWhatThereIs();

    ViewState* view_;
    WaitRowsModel* rowsModel_;
    WaitingGoroutinesModel* goroutinesModel_;
    QComboBox* grouping_ = nullptr;
    QToolButton* runtime_ = nullptr; ///< Go's own goroutines are counted too
    QLineEdit* filter_ = nullptr;
    QLabel* summary_ = nullptr;
    QProgressBar* progress_ = nullptr;
    QStackedWidget* rowsOrMessage_ = nullptr;
    TextTable* rowsTable_ = nullptr;
    QLabel* message_ = nullptr;
    QPushButton* clearFilter_ = nullptr;
    QLabel* goroutinesTitle_ = nullptr;
    QCheckBox* stacksOnce_ = nullptr;
    QStackedWidget* goroutinesOrMessage_ = nullptr;
    TextTable* goroutinesTable_ = nullptr;
    QLabel* goroutinesMessage_ = nullptr;
    QTimer* fade_;
    WaitGrouping by_ = WaitGrouping::Site;
    std::optional<WaitRowKey> row_;    ///< whose goroutines are wanted
    std::optional<WaitRowKey> listed_; ///< whose goroutines are there
    std::size_t listedCount_ = 0;      ///< of them, however many are shown as one
    GoroutineIndex selected_;
    bool following_ = false;      ///< the tables are being set, not used
    std::optional<int> scrolled_; ///< where the table of rows was before its rows changed; none: nowhere
    bool changed_ = false;        ///< the table of rows has other rows
    LatestResult<Rows> rows_;
    LatestResult<Goroutines> goroutines_;
};

} // namespace waitscope
