// SPDX-License-Identifier: GPL-3.0-or-later
// The window: canvases left, words right, and above them whether it loaded and whether something is wrong. It owns what
// the views share and connects them to files, menus and keys; what they show is theirs.
#pragma once

#include "app/actions.h"
#include "app/heatmap_export.h"
#include "app/loader.h"
#include "app/view_link.h"
#include "model/findings/rules.h"
#include "model/report/verdict.h"
#include "widgets/common/latest_result.h"
#include "widgets/common/message_bar.h"
#include "widgets/common/theme.h"
#include "widgets/common/view_state.h"

#include <QMainWindow>

#include <functional>
#include <optional>

class QLabel;
class QProgressBar;
class QPushButton;
class QSplitter;
class QStackedWidget;
class QTabWidget;

namespace waitscope {

class Details;
class FindingsPanel;
class HeatmapView;
class InspectorPanel;
class OverviewStrip;
class SearchPanel;
class StartPage;
class TimelineCommands;
class TimelinePane;
class TimelineView;
class WaitsPanel;

class MainWindow : public QMainWindow {
    Q_OBJECT

  public:
    explicit MainWindow(QWidget* parent = nullptr);
    ~MainWindow() override;

    void openFile(const QString& path);
    /// Shows this view of the trace that is opened next.
    void showViewWhenLoaded(const ViewOptions& options) { viewWhenLoaded_ = options; }
    /// "mutex" or "rwmutex".
    void openSample(const QString& name);

    [[nodiscard]] ViewState* state() { return &state_; }
    [[nodiscard]] Loader* loader() { return &loader_; }
    [[nodiscard]] MessageBar* messageBar() { return messages_; }
    [[nodiscard]] QString verdictText() const;
    /// Writes what the heatmap shows as a PNG or SVG, in the background; a message in the bar if it fails.
    void exportHeatmap(const QString& path);
    [[nodiscard]] bool isExporting() const { return heatmapExport_.busy(); }
    /// The timeline as a PNG; false with a message in the bar.
    bool exportTimeline(const QString& path);
    /// Puts the picture, or the command that makes it, into the clipboard.
    void copyHeatmap();
    void copyHeatmapCommand();

  protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void closeEvent(QCloseEvent* event) override;

  private:
    void makeActions();
    void makeWorkspace();
    void chooseFile();
    void chooseExport(const QString& what, const QString& kinds, const std::function<void(const QString&)>& exporter);
    void reload();
    void closeTrace();
    void showGrown(std::shared_ptr<const TraceFacts> facts, const QString& source);
    void showLoaded(std::shared_ptr<const TraceFacts> facts, const QString& source);
    void showCancelled();
    /// Does the window show the beginning of a trace that is being loaded?
    [[nodiscard]] bool isGrowing() const { return state_.facts() && state_.facts()->trace->report.growing; }
    void showFailure(const QString& sentence);
    void showProgress(const LoadStatus& status);
    void hideProgress();
    void computeVerdict();
    void computeFindingsAgain();
    void showVerdict(const std::optional<Verdict>& verdict);
    void showFindings(std::shared_ptr<const Findings> findings);
    void sayVerdict();
    void followVerdict();
    void dismiss(const Finding& finding, bool dismissed);
    void callIdle(const QString& function);
    void exportRules();
    void keepRules();
    void updateStatus();
    void updateTitle();
    void maximise(QWidget* view);
    void maximiseTab(QWidget* tab);
    void resetLayout();
    void setTheme(Theme theme);
    void showKeys();
    void showAbout();

    ViewState state_;
    Loader loader_;
    HeatmapExport heatmapExport_;
    Actions actions_{this};
    QString source_; ///< path of the open trace, empty for a sample
    QString sampleName_;
    ViewOptions viewWhenLoaded_;
    std::optional<Verdict> verdict_; ///< the longest wait: what is said until there are findings
    LatestResult<std::optional<Verdict>> verdictWork_{
        [this](const std::optional<Verdict>& verdict) { showVerdict(verdict); }};
    std::shared_ptr<const Findings> findings_; ///< null while they are computed
    Rules rules_;                              ///< of the folder that the trace is in
    LatestResult<std::shared_ptr<const Findings>> findingsWork_{
        [this](std::shared_ptr<const Findings> findings) { showFindings(std::move(findings)); }};

    QStackedWidget* pages_ = nullptr;
    StartPage* start_ = nullptr;
    QWidget* workspace_ = nullptr;
    MessageBar* messages_ = nullptr;
    QWidget* progress_ = nullptr;
    QLabel* progressText_ = nullptr;
    QProgressBar* progressBar_ = nullptr;
    QPushButton* verdictLine_ = nullptr;
    QSplitter* columns_ = nullptr;
    QSplitter* canvases_ = nullptr;
    QSplitter* words_ = nullptr;
    OverviewStrip* overview_ = nullptr;
    SearchPanel* search_ = nullptr;
    TimelinePane* timelinePane_ = nullptr;
    TimelineView* timeline_ = nullptr;
    TimelineCommands* commands_ = nullptr;
    HeatmapView* heatmap_ = nullptr;
    QTabWidget* tables_ = nullptr; ///< findings and waits
    FindingsPanel* findingsPanel_ = nullptr;
    WaitsPanel* waits_ = nullptr;
    InspectorPanel* inspector_ = nullptr;
    Details* details_ = nullptr;
    QWidget* maximised_ = nullptr;
    QLabel* selectionText_ = nullptr;
    QLabel* rangeText_ = nullptr;
    QLabel* traceText_ = nullptr;
    QMenu* recentMenu_ = nullptr;
};

} // namespace waitscope
