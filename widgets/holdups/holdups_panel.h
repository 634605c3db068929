// SPDX-License-Identifier: GPL-3.0-or-later
// What else holds goroutines up, and what did the program spend its time on? Who waits for whom, the queue for
// processors, the collector, and the tables of `go tool trace` by function, task and region. Of the chosen or visible
// range; only the page that is seen is computed, in the background.
#pragma once

#include "model/trace/primitive.h"
#include "model/waits/collector_cost.h"
#include "model/waits/function_times.h"
#include "model/waits/mutator_utilization.h"
#include "model/waits/scheduler_latency.h"
#include "model/waits/waker_graph.h"
#include "model/waits/work_times.h"
#include "widgets/common/latest_result.h"
#include "widgets/common/plain_rows.h"
#include "widgets/common/view_state.h"

#include <QTabWidget>
#include <QTimer>

#include <array>
#include <optional>
#include <vector>

class QLabel;

namespace waitscope {

class PartsBar;
class TextTable;
class UtilizationGraph;
class WakerPicture;

/// Where time went, in the order of the timeline's legend.
inline constexpr std::array<StateFamily, 9> shownFamilies{
    StateFamily::Running, StateFamily::Runnable, StateFamily::Lock, StateFamily::Channel, StateFamily::Network,
    StateFamily::Syscall, StateFamily::Sleep,    StateFamily::GC,   StateFamily::Other};

class HoldupsPanel : public QTabWidget {
    Q_OBJECT

  public:
    enum class Page : std::uint8_t { Wakers, Processors, Collector, Functions, Tasks, Regions };

    /// `view` must outlive the panel.
    explicit HoldupsPanel(ViewState* view, QWidget* parent = nullptr);
    ~HoldupsPanel() override;

    void showPage(Page page) { setCurrentIndex(static_cast<int>(page)); }
    /// What is seen is being computed.
    [[nodiscard]] bool busy() const { return askTimer_.isActive() || work_.busy(); }

  Q_SIGNALS:
    /// A line was asked for: its source is wanted.
    void frameActivated(waitscope::FrameId frame);

  protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    struct Answer {
        std::shared_ptr<const TraceFacts> facts;
        TimeRange range;
        Page page = Page::Wakers;
        WakerGraph graph;
        SchedulerLatency latency;
        std::vector<ReadyPlace> ready;
        CollectorCost cost;
        std::vector<UtilizationPoint> curve;
        std::vector<FunctionTimes> functions;
        std::vector<WorkTimes> work;
    };
    struct Table {
        PlainRows* rows = nullptr;
        TextTable* view = nullptr;
        std::vector<FrameId> frames; ///< by row: its line, if it has one
    };

    static Answer compute(std::shared_ptr<const TraceFacts> facts, TimeRange range, Page page);
    /// Whether what stands above a table has a height of its own, or shares the page with it.
    enum class Room { Own, Shared };
    QWidget* makePage(Table& table, const QString& name, std::vector<PlainRows::ColumnTitle> columns,
                      const QString& note, QWidget* above = nullptr, Room room = Room::Own);
    void ask();
    void answered(Answer answer);
    void clear();
    void muteNotes();
    void fill(Table& table, std::vector<PlainRows::Row> rows, std::vector<FrameId> frames = {});
    void showWakers();
    void showProcessors();
    void showCollector();
    void showFunctions();
    void showWork(Table& table);
    void say(const QString& sentence);
    void letRowsLead(); ///< and what they lead to: holdups_leads.cpp
    void selectFunction(StringId function);

    ViewState* view_;
    QTimer askTimer_;
    Answer answer_;
    std::vector<QLabel*> sentences_; ///< by page
    std::vector<QLabel*> notes_;     ///< by page: what its numbers are
    WakerPicture* picture_ = nullptr;
    PartsBar* queue_ = nullptr;
    UtilizationGraph* utilization_ = nullptr;
    Table edges_, ready_, cycles_, functions_, tasks_, regions_;
    bool filling_ = false;
    bool leading_ = false; ///< a row chooses what is looked at
    LatestResult<Answer> work_{[this](Answer answer) { answered(std::move(answer)); }};
};

} // namespace waitscope
