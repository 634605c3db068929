// SPDX-License-Identifier: GPL-3.0-or-later
// Finds a text in the trace, lists where it is, and goes from hit to hit. The hits are marked on the overview.
#pragma once

#include "model/search/search.h"
#include "widgets/common/latest_result.h"
#include "widgets/common/view_state.h"
#include "widgets/search/hits_model.h"

#include <QTimer>
#include <QWidget>

#include <stop_token>

class QLabel;
class QLineEdit;

namespace waitscope {

class TextTable;

class SearchPanel : public QWidget {
    Q_OBJECT

  public:
    explicit SearchPanel(ViewState* state, QWidget* parent = nullptr);
    ~SearchPanel() override;

    /// Shows itself with the cursor in the text.
    void begin();
    void find(const QString& text);
    /// Goes to the hit behind (or before) the one that was gone to last.
    void step(int direction);
    void close();
    [[nodiscard]] const SearchResult& result() const { return hits_.result(); }

  Q_SIGNALS:
    void closed(); ///< while it had the keys

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void ask();
    void answered(SearchResult result);
    void goTo(int row);

    ViewState* state_;
    HitsModel hits_;
    QTimer askTimer_;
    std::stop_source stop_;
    LatestResult<SearchResult> work_{[this](SearchResult result) { answered(std::move(result)); }};
    QLineEdit* text_ = nullptr;
    QLabel* count_ = nullptr;
    TextTable* table_ = nullptr;
    int at_ = -1;
};

} // namespace waitscope
