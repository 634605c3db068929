// SPDX-License-Identifier: GPL-3.0-or-later
// All that is shown of one trace: canvases left, words right, and above them whether something is wrong. It owns what
// its views share and connects them; files, menus and keys are the window's.
#pragma once

#include "app/kept_marks.h"
#include "app/panels.h"
#include "app/picture_export.h"
#include "app/waits_export.h"
#include "widgets/common/view_state.h"

#include <QWidget>

#include <memory>

namespace waitscope {

class Details;
struct Findings;
class FindingsPanel;
class HeatmapView;
class HoldupsPanel;
class InspectorPanel;
class OverviewStrip;
class SearchPanel;
class TimelineCommands;
class TimelinePane;
class TimelineView;
class VerdictLine;
class WaitsPanel;

class TraceView : public QWidget {
    Q_OBJECT

  public:
    enum class Part { Heatmap, Timeline, Waits, Findings, Details, Inspector, Holdups };

    explicit TraceView(QWidget* parent = nullptr);
    ~TraceView() override;

    /// Shows a trace, or more of the one that is being loaded. `source` is its path, empty for a sample.
    void showTrace(std::shared_ptr<const TraceFacts> facts, const QString& source);
    void closeTrace();
    /// Does it show the beginning of a trace that is being loaded?
    [[nodiscard]] bool isGrowing() const;

    [[nodiscard]] ViewState* state() { return &state_; }
    [[nodiscard]] const QString& source() const { return source_; }
    [[nodiscard]] QString verdictText() const;
    /// Null while they are computed.
    [[nodiscard]] std::shared_ptr<const Findings> findings() const;
    [[nodiscard]] TimelineView* timeline() { return timeline_; }
    [[nodiscard]] HeatmapView* heatmap() { return heatmap_; }
    [[nodiscard]] TimelineCommands* commands() { return commands_; }
    [[nodiscard]] Details* details() { return details_; }

    /// Writes what heatmap or timeline show as a PNG or SVG, in the background; `failed` if that does not work.
    void exportHeatmap(const QString& path);
    void exportTimeline(const QString& path);
    /// The waits of the chosen or visible range, in the form of the name's ending (`waitsFormOf`), in the background.
    void exportWaits(const QString& path);
    [[nodiscard]] bool isExporting() const { return pictures_.busy() || waitsExport_.busy(); }
    /// Puts the picture, or the command that makes it, into the clipboard.
    void copyHeatmap();
    void copyHeatmapCommand();

    /// One part takes the whole place; asked again, everything is back.
    void maximise(Part part);
    /// Beside another trace there is no verdict: something else says what is to be said of both.
    void setShape(Panels::Shape shape);
    /// What stands where.
    [[nodiscard]] Panels* panels() { return panels_; }

  Q_SIGNALS:
    void findingsChanged();
    /// Something was done, in a sentence that need not stay.
    void message(const QString& text);
    /// Something did not work, in a sentence.
    void failed(const QString& sentence);

  protected:
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void makeCanvases();
    void makeWords();
    void layOut();
    void connectExports();
    [[nodiscard]] HeatmapPictureOptions heatmapOptions() const;

    ViewState state_;
    KeptMarks marks_{&state_};
    PictureExport pictures_;
    WaitsExport waitsExport_;
    QString source_;

    VerdictLine* verdictLine_ = nullptr;
    Panels* panels_ = nullptr;
    OverviewStrip* overview_ = nullptr;
    SearchPanel* search_ = nullptr;
    TimelinePane* timelinePane_ = nullptr;
    TimelineView* timeline_ = nullptr;
    TimelineCommands* commands_ = nullptr;
    HeatmapView* heatmap_ = nullptr;
    FindingsPanel* findingsPanel_ = nullptr;
    WaitsPanel* waits_ = nullptr;
    InspectorPanel* inspector_ = nullptr;
    HoldupsPanel* holdups_ = nullptr;
    Details* details_ = nullptr;
};

} // namespace waitscope
