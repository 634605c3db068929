// SPDX-License-Identifier: GPL-3.0-or-later
// Which goroutines waited, and when? The heatmap in the window, in any mode, time along x on the axis that all views
// share.
//
// Keys and mouse: Ctrl+wheel, W and S zoom the time at the cursor; Shift+wheel, A and D pan; Home shows all. The wheel
// scrolls rows, with Alt or Ctrl+Shift it zooms them. A click selects, a double click asks for the stack. A drag across
// zooms to that range, a drag down to those rows; a drag along the axis of rows chooses their goroutines for all views.
#pragma once

#include "widgets/common/latest_result.h"
#include "widgets/common/time_axis.h"
#include "widgets/common/view_state.h"
#include "widgets/heatmap/grid_question.h"
#include "widgets/heatmap/heatmap_contents.h"
#include "widgets/heatmap/heatmap_picture.h"
#include "widgets/heatmap/heatmap_settings.h"

#include <QTimer>
#include <QWidget>

#include <memory>
#include <optional>

class QMouseEvent;
class QPushButton;
class QScrollBar;
class QWheelEvent;

namespace waitscope {

class HeatmapOverlay;
class HeatmapPlot;
class HeatmapToolbar;

class HeatmapView : public QWidget {
    Q_OBJECT

  public:
    explicit HeatmapView(ViewState* state, QWidget* parent = nullptr);
    ~HeatmapView() override;

    [[nodiscard]] const HeatmapSettings& settings() const { return settings_; }
    void setSettings(const HeatmapSettings& settings);

    /// What makes the picture of exactly what is shown: range, rows, order, metric and filter.
    [[nodiscard]] HeatmapPictureOptions pictureOptions(QSize size = {1600, 900}, int scale = 1) const;
    /// The places that findings point at, instead of those where goroutines are stuck.
    void setCallouts(std::optional<Callouts> callouts);
    /// The grid of a view beside this one: colours mean the same in both, if the grids are of one kind. Null: none.
    void setBeside(std::shared_ptr<const Grid> grid);

    /// The grid on the screen; null while there is none.
    [[nodiscard]] const std::shared_ptr<const Grid>& grid() const { return answer_.grid; }
    /// What its colours mean; nothing while there is no grid.
    [[nodiscard]] std::optional<ColourScale> colourScale() const;
    [[nodiscard]] std::uint32_t firstPlace() const {
        return answer_.grid ? static_cast<std::uint32_t>(answer_.grid->firstPlace()) : 0;
    }
    [[nodiscard]] bool isComputing() const;
    /// What lies over the cells and gets the mouse and the keys.
    [[nodiscard]] QWidget* overlay() const;
    /// Where the cells are, in coordinates of this widget.
    [[nodiscard]] QRect canvas() const;

  Q_SIGNALS:
    void settingsChanged();
    /// Another grid is on the screen.
    void gridChanged();
    /// A double click: the selection is made, its stack is wanted.
    void stackRequested();
    /// Rows were chosen on their axis; they are the selection.
    void rowsBrushed();
    void copyCommandRequested();
    void copyPictureRequested();

  protected:
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void applySettings();
    void traceChanged();
    void rangeChanged(TimeRange range);
    void selectionChanged();
    void answered(const GridAnswer& answer);
    void askSoon();
    void ask();
    void fitCanvas();
    void restyle();
    void showMessage();
    [[nodiscard]] std::vector<Callout> shownCallouts() const;
    [[nodiscard]] QRectF rowsOfDrag(QPointF to) const;
    // heatmap_selection.cpp
    void findSelection();
    void showSelection();
    void showOnset();
    void showTimes();
    void showHover();
    void chooseRows(double fromY, double toY);
    void showPlaces();
    [[nodiscard]] HeatmapContents contents() const;
    [[nodiscard]] std::shared_ptr<const Grid> comparableGrid() const;

    // Input, in heatmap_input.cpp.
    void hover(QPointF position);
    bool click(QPointF position);
    void brush(QRectF rectangle);
    void showOutside();
    bool wheel(const QWheelEvent& event);
    bool key(int key);
    bool takeBackDrag(); ///< false if nothing is dragged
    [[nodiscard]] TimeAxis axis() const;
    bool press(const QMouseEvent& event);
    void zoomRows(double factor, double y);
    void scrollRows(double rows);
    void setPlaces(double first, double count);
    struct Cell {
        std::uint32_t row = 0;
        Time time = 0;
    };
    [[nodiscard]] std::optional<Cell> cellAt(QPointF position) const;
    [[nodiscard]] std::uint32_t placesTotal() const;
    [[nodiscard]] QString tooltip(const Cell& cell) const;
    [[nodiscard]] QString tooltipOfGoroutines(const Cell& cell) const;
    [[nodiscard]] QString tooltipOfCount(const Cell& cell) const;

    ViewState* state_;
    HeatmapSettings settings_;
    GridAnswer answer_;
    GoroutineList goroutines_; ///< in order, as long as it holds
    double firstPlace_ = 0;    ///< of the rows that are to be seen
    double placeCount_ = 0;    ///< 0: all
    LatestResult<GridAnswer> job_;
    std::stop_source stop_;                     ///< of the question that is being answered
    QTimer askTimer_;                           ///< gathers changes of one turn of the event loop into one question
    QTimer veilTimer_;                          ///< quick answers come without a flicker
    std::vector<std::uint32_t> selectedPlaces_; ///< in the order of all rows, rising
    std::optional<QPointF> mouse_;
    struct Grip {
        double x;
        TimeRange range;
    };
    std::optional<Grip> panFrom_;        ///< while the picture is dragged
    std::optional<QPointF> pressed_;     ///< where the left button went down
    std::optional<QPointF> axisPressed_; ///< on the axis of rows
    std::optional<Callouts> callouts_;
    std::shared_ptr<const Grid> beside_;

    HeatmapToolbar* toolbar_ = nullptr;
    QPushButton* clearFilter_ = nullptr;
    QScrollBar* scroll_ = nullptr;
    QWidget* field_ = nullptr; ///< holds plot and overlay, one above the other
    std::unique_ptr<HeatmapPlot> plot_;
    HeatmapOverlay* overlay_ = nullptr;
};

} // namespace waitscope
