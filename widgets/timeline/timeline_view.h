// SPDX-License-Identifier: GPL-3.0-or-later
// The timeline as a widget: one canvas with a scroll bar, and what mouse and keys do to it. What it looks like is the
// painter's business, where rows are the layout's.
#pragma once

#include "widgets/common/latest_result.h"
#include "widgets/common/view_state.h"
#include "widgets/timeline/frame_times.h"
#include "widgets/timeline/timeline_choice.h"
#include "widgets/timeline/timeline_painter.h"
#include "widgets/timeline/timeline_rows.h"

#include <QAbstractScrollArea>
#include <QTimer>

#include <memory>
#include <optional>
#include <stop_token>
#include <unordered_map>

class QPushButton;

namespace waitscope {

class TimelineView : public QAbstractScrollArea {
    Q_OBJECT

  public:
    explicit TimelineView(ViewState* state, QWidget* parent = nullptr);
    ~TimelineView() override;

    /// What the last frame read of the trace.
    [[nodiscard]] std::size_t lastFrameWork() const { return painter_.lastWork() + activityWork_.itemsRead; }
    [[nodiscard]] const TimelineRows& rows() const { return rows_; }
    [[nodiscard]] const TimelineChoice& choice() const { return choice_; }
    /// The rows follow when they are computed; what was folded stays folded. A filter that is not understood changes
    /// nothing and is answered by `choiceProblem`.
    void setChoice(const TimelineChoice& choice);
    /// What can be undone. O(groups). Nothing while there is no trace.
    [[nodiscard]] RowsArrangement arrangement() const;
    /// Takes it back; the rows follow when they are computed.
    void arrange(const RowsArrangement& arrangement);
    [[nodiscard]] const TimelineLook& look() const { return look_; }
    /// What is under the mouse, else the first row in sight, stays where it is.
    void setLook(const TimelineLook& look);
    [[nodiscard]] TimelineContents contents() const;
    /// Shows all of it, marks beside those that are there; the rows follow when they are computed.
    void setContents(const TimelineContents& contents);
    void pinSelected(); ///< the row of what is selected; or unpin it
    void setPinned(std::vector<PinnedRow> pinned);
    void hideSelected();     ///< the selected goroutine, or all of the group that the keyboard is on
    void showHidden();       ///< all that were hidden
    void showOnlySelected(); ///< the goroutines of the selection; of none: all
    void showEverything();   ///< without filter, and nothing hidden
    void foldAll(bool fold); ///< groups

    void lightUp(StateFamily state); ///< it keeps its colour, and those that have been lit up before; or no longer
    void lightAllUp();
    [[nodiscard]] const StateFamilies& lit() const { return lit_; }
    void toggleStacks(); ///< what the selected goroutine called, along time, below its row

    void setTimeFormat(TimeFormat format);
    void zoomToSelection();
    void zoomToChosenRange();
    void chooseVisible();  ///< as the chosen range
    void chooseSelected(); ///< from the first to the last instant of what is selected
    void showWholeTrace();
    void zoomBy(double factor); ///< of the visible length, at the mouse; without a mouse in the middle
    void moveBy(double share);  ///< of the visible length
    /// Goes to the goroutine that ended the selected wait; of a span that is none, to who ended the last wait before
    /// it; of a task, to who ended its longest one. Called again and again it follows the wake-ups back.
    void goToWaker();
    void goToCreator();
    /// Selects the task that took longest and shows its time; of a selected task the next longest.
    void goToLongestTask();
    /// Selects the longest wait of what is selected (of the program, if nothing is) in the chosen or visible range, and
    /// shows it; called again the next longest. Found in the background.
    void goToLongestWait();
    /// A mark at the mouse, or where the selected span begins; one that is there goes.
    void toggleMark();
    void markWithNote(const QString& note);
    void setMarker(bool second); ///< A, or B, at the same place
    void goToMark(int direction);
    /// Brings the group of this name into sight and the keys to it, and selects it if asked to; false if there is none.
    bool showGroup(const QString& name, bool select = false);
    /// Takes back one thing: the drag, the chosen range, the selection, the filter and what is looked at alone. False
    /// if there is none of them.
    bool takeBack();
    void selectNeighbour(int direction); ///< -1: the span before, 1: behind, in the row of the selected one

  Q_SIGNALS:
    /// For the status line: what has just been found out or could not be done.
    void messageChanged(const QString& message);
    /// What can be done with what is selected is to be offered there; while a menu is open, the time under the mouse
    /// stays what it was.
    void menuRequested(const QPoint& global);
    void choiceChanged();
    void arranged();                            ///< the user changed the arrangement
    void groupFocused(const QString& name);     ///< the user went to this group
    void rowsChanged();                         ///< the rows of a choice, or of another trace, are there
    void choiceProblem(const QString& problem); ///< empty: the filter is understood

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;

  private:
    void traceChanged();
    void selectionChanged();
    void redraw(); ///< everything, not only what lies over it
    void moveHover();
    void updateScrollBar();
    [[nodiscard]] QString whyEmpty() const;
    [[nodiscard]] QString tooltipAt(const QPoint& position);
    void placeShowAll();
    /// Who scrolls: only what the user scrolls is an action of the scroll bar (QAbstractSlider::actionTriggered), and
    /// so a step of its own to take back.
    enum class Scrolled { ByUser, Along };
    void scrollRows(int value, Scrolled who);
    void scrollTo(const TimelineRow& row, Scrolled who = Scrolled::Along);
    void zoomTo(TimeRange range); ///< with some room on both sides
    void moveFocus(const TimelineRow& row, Scrolled who = Scrolled::ByUser);
    void toggle(const TimelineRow& row);
    void selectIn(const TimelineRow& row, const QPoint& position); ///< the group, or what is at the place
    void selectAt(const TimelineRow& row, const QPoint& position);
    void showRows(TimelineRows& rows);
    void requestRows();
    void tellArranged();
    /// Some goroutines may be left out.
    [[nodiscard]] bool isNarrowed() const {
        return !choice_.filter.isEmpty() || !choice_.hidden.empty() || state_->only();
    }
    void findSelected();
    void markGroups();
    void clickAt(const QPoint& position);
    void selectSpan(SpanIndex span); ///< and brings it into sight
    void selectGroup(std::size_t group);
    void selectTask(TaskIndex task);
    void chooseCollection(int x);
    void showSpan(SpanIndex span);
    void showLongestWait(SpanIndex wait);
    void goToWakerOf(SpanIndex span);
    bool goKey(const QKeyEvent& event);
    bool rowKey(const QKeyEvent& event);
    [[nodiscard]] TimelineFrame frame() const;
    [[nodiscard]] TimeAxis axis() const { return TimelinePainter::axisOf(frame()); }
    [[nodiscard]] bool isOnAxis(int x) const;
    [[nodiscard]] double zoomCentre() const;
    [[nodiscard]] TimelineRow rowUnder(const QPoint& position) const;
    void takeSizes(); ///< of the font and the look
    [[nodiscard]] int rulerHeight() const { return rows_.sizes().ruler; }
    [[nodiscard]] int rowsHeight() const { return std::max(0, viewport()->height() - rulerHeight()); }
    [[nodiscard]] Time markPlace() const;
    [[nodiscard]] std::optional<Time> otherEdge(int x) const;
    [[nodiscard]] SpanIndex spanUnder(const QPoint& position) const;
    [[nodiscard]] int heightInRow(const TimelineRow& row, int y) const; ///< of a height in the viewport
    [[nodiscard]] FrameId frameUnder(const TimelineRow& row, int y, TimeRange cell) const;
    [[nodiscard]] SpanIndex runUnder(const TimelineRow& row, int x) const;
    [[nodiscard]] std::optional<Region> regionUnder(const QPoint& position) const;
    [[nodiscard]] SpanIndex selectedSpan() const;
    [[nodiscard]] std::optional<PinnedRow> selectedRow() const;

    // How the goroutines of folded groups spent their time is summed up once in the background; frames read the sums.
    // Where they are not fine enough the visible range is computed in the background too, and the sums are drawn
    // until it is there.
    void sumUpGroups();
    const Activity* activityShown(std::size_t group);
    [[nodiscard]] std::size_t activityBins() const;
    void wantActivities();
    void computeActivities();

    ViewState* state_;
    QPushButton* showAll_ = nullptr;
    TimelinePainter painter_;
    bool isDrawn_ = false; ///< the painter's image is what is to be seen, but for the line under the mouse
    Time hoverDrawn_ = -1;
    FrameTimes frameTimes_;
    CanvasSizes sizes_;
    TimelineLook look_;
    TimelineRows rows_;
    struct ShownActivity {
        Activity activity;
        bool isExact = false; ///< nothing finer is to come for this range
    };
    std::unordered_map<std::size_t, ShownActivity> activities_; ///< by group
    StripWork activityWork_;                                    ///< of this frame
    std::shared_ptr<const GroupActivities> sums_;               ///< of the groups of `rows_`; null until they are there
    std::stop_source summing_;
    LatestResult<std::shared_ptr<const GroupActivities>> sumsWork_;
    std::stop_source computing_;
    QTimer activityTimer_;
    std::uint64_t activityRequest_ = 0;

    TimelineChoice choice_;
    std::string partOf_;                   ///< the trace of which it shows the beginning
    std::optional<RowsState> rowsAsked_;   ///< for the rows that are being computed
    std::optional<RowsState> foldsBefore_; ///< that they are to have again
    bool arrangedMeanwhile_ = false;       ///< while rows are being computed
    bool arranging_ = false;               ///< what changes now is told of as a whole, later
    StateFamilies lit_;
    std::stop_source choosing_;
    LatestResult<std::shared_ptr<TimelineRows>> rowsWork_{
        [this](const std::shared_ptr<TimelineRows>& rows) { showRows(*rows); }};
    LatestResult<std::vector<std::uint8_t>> markWork_;
    struct WaitWalk {
        Selection of; ///< whose waits are gone through
        TimeRange range;
        SpanIndex last; ///< the one that was found last
    } walk_;
    LatestResult<SpanIndex> walkWork_{[this](SpanIndex wait) { showLongestWait(wait); }};
    LatestResult<SpanIndex> wakerWork_{[this](SpanIndex wait) { goToWakerOf(wait); }}; ///< the wait of a task
    std::vector<std::uint8_t> marked_;       ///< by goroutine, while a site is selected
    std::vector<std::uint8_t> groupsMarked_; ///< by group
    int focusedRow_ = -1;
    bool ownSelection_ = false; ///< the selection that changes is made here

    enum class Drag { None, Press, Brush, Pan } drag_ = Drag::None;
    QPoint pressedAt_;
    Time pressedTime_ = 0;
    TimeRange pressedRange_;
    TimeRange pressedChosen_;
    int pressedScroll_ = 0;
};

} // namespace waitscope
