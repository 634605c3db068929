// SPDX-License-Identifier: GPL-3.0-or-later
// Where is the selected goroutine blocked, who created it, who woke it? Text that can be selected and copied; the names
// of other goroutines are links.
#pragma once

#include "widgets/common/latest_result.h"
#include "widgets/common/view_state.h"
#include "widgets/stack/stack_lines.h"

#include <QTextBrowser>

#include <vector>

namespace waitscope {

class StackPanel : public QTextBrowser {
    Q_OBJECT

  public:
    /// `view` must outlive the panel.
    explicit StackPanel(ViewState* view, QWidget* parent = nullptr);

    /// The marked text, or everything if nothing is marked: whole names and paths, frames as Go prints them.
    void copyText() const;
    /// The line of the text cursor, in the same way.
    void copyLine() const;

  Q_SIGNALS:
    /// What is selected now is at this line of the program; none if that is not known.
    void siteChanged(waitscope::FrameId frame);
    /// The user clicked the line of a frame, or pressed Enter on it: its source is wanted.
    void frameChosen(waitscope::FrameId frame);

  protected:
    bool viewportEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void changeEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

  private:
    void rebuild();
    void showLines(std::vector<StackLine> lines);
    void write();
    void showTextCursor();
    [[nodiscard]] const StackLine* lineAt(const QTextCursor& cursor) const;

    ViewState* view_;
    /// A block of the document: a line, or several frames of the library that are folded into one.
    struct Block {
        std::size_t line = 0;
        std::size_t folded = 0; ///< how many frames, from `line` on
    };
    void arrange();

    std::vector<StackLine> lines_;
    std::vector<Block> blocks_;
    bool unfolded_ = false; ///< the user wants to see all frames of what is selected
    bool writing_ = false;
    LatestResult<std::vector<StackLine>> work_{[this](std::vector<StackLine> lines) { showLines(std::move(lines)); }};
};

} // namespace waitscope
