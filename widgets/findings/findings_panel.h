// SPDX-License-Identifier: GPL-3.0-or-later
// What was found, how sure that is, and what usually helps; and for a goroutine that is none of it, why not. It shows
// findings that others computed, selects their goroutines in all views, and asks for rules to be changed.
#pragma once

#include "model/findings/findings.h"
#include "widgets/common/view_state.h"

#include <QStringList>
#include <QWidget>

#include <memory>

class QLabel;
class QPushButton;
class QStackedWidget;
class QTextBrowser;

namespace waitscope {

class FindingsModel;
class TextTable;

class FindingsPanel : public QWidget {
    Q_OBJECT

  public:
    /// `view` must outlive the panel.
    explicit FindingsPanel(ViewState* view, QWidget* parent = nullptr);

    /// Null while they are being computed, or nothing is open.
    void show(std::shared_ptr<const Findings> findings);
    /// Said where nothing was found.
    void setLongestWaits(const QStringList& waits);
    /// Selects the first finding, in the table and in all views.
    void chooseFirst();

  Q_SIGNALS:
    /// The user wants such findings dismissed, or dismissed no more.
    void dismissRequested(const waitscope::Finding& finding, bool dismissed);
    /// The user says that a function is meant to wait.
    void idleRequested(const QString& function);
    void exportRequested();

  private:
    QWidget* makeButtons();
    void choose(int row);
    void describe();
    void explainSelection();

    ViewState* view_;
    FindingsModel* model_;
    std::shared_ptr<const Findings> findings_;
    QStringList longestWaits_;
    int chosen_ = -1;
    QLabel* calm_;
    QStackedWidget* tableOrCalm_;
    TextTable* table_;
    QTextBrowser* details_;
    QLabel* why_;
    QPushButton* dismiss_ = nullptr;
    QPushButton* idle_ = nullptr;
    QPushButton* export_ = nullptr;
};

} // namespace waitscope
