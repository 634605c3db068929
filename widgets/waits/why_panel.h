// SPDX-License-Identifier: GPL-3.0-or-later
// Because of whom do they wait? Of the selected row of waits, or of one wait: the answer in a sentence with its doubt,
// the root causes, the flame graph, who ended the waits, the walk step by step, and who may hold the lock. Computed in
// the background, and only while the panel is seen.
#pragma once

#include "model/waits/why.h"
#include "widgets/common/latest_result.h"
#include "widgets/common/view_state.h"

#include <QWidget>

#include <memory>

class QLabel;
class QScrollArea;
class QTabWidget;

namespace waitscope {

class FlameView;
class PlainRows;
class TextTable;

class WhyPanel : public QWidget {
    Q_OBJECT

  public:
    /// `view` must outlive the panel.
    explicit WhyPanel(ViewState* view, QWidget* parent = nullptr);
    ~WhyPanel() override;

    [[nodiscard]] bool busy() const { return work_.busy(); }

  Q_SIGNALS:
    /// A line was asked for: its source is wanted.
    void frameActivated(waitscope::FrameId frame);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    struct Answer {
        std::shared_ptr<const TraceFacts> facts;
        Why why;
        SpanIndex longest; ///< of a task: the wait it is about
    };
    struct Table {
        PlainRows* rows = nullptr;
        TextTable* view = nullptr;
        std::vector<FrameId> frames; ///< by row
    };

    void buildTable(Table& table, const QString& name, PlainRows* rows);
    void request();
    void showAnswer(Answer answer);
    void showNothing(const QString& hint);

    ViewState* view_;
    QLabel* sentence_;
    QLabel* doubt_;
    QTabWidget* tabs_;
    FlameView* flame_; ///< who waits below, what went on meanwhile above
    QScrollArea* flameArea_;
    Table causes_, wakers_, steps_, holders_;
    std::vector<BlockerStep> shownSteps_;
    bool wanted_ = true; ///< something has changed since the last request
    bool filling_ = false;
    LatestResult<Answer> work_;
};

} // namespace waitscope
