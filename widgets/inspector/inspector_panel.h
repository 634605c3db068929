// SPDX-License-Identifier: GPL-3.0-or-later
// What happened inside what is selected: its events, where its time went, its longest waits, and how it went from state
// to state. Of the selected goroutine, group, task, processor or thread, else of all goroutines of the program; in the
// chosen range, else (of what is selected) in the whole trace or (of all) in what is visible.
#pragma once

#include "model/inspect/events.h"
#include "model/inspect/processor_times.h"
#include "model/inspect/state_times.h"
#include "widgets/common/latest_result.h"
#include "widgets/common/plain_rows.h"
#include "widgets/common/view_state.h"
#include "widgets/inspector/events_model.h"
#include "widgets/inspector/length_histogram_view.h"

#include <QTabWidget>
#include <QTimer>

#include <optional>
#include <span>
#include <stop_token>

class QLabel;

namespace waitscope {

class TextTable;

class InspectorPanel : public QTabWidget {
    Q_OBJECT

  public:
    explicit InspectorPanel(ViewState* state, QWidget* parent = nullptr);
    ~InspectorPanel() override;

    [[nodiscard]] const StateTimes& times() const { return answer_.times; }
    [[nodiscard]] const EventsModel& events() const { return events_; }
    /// Which events are listed.
    void setEventKinds(EventKinds kinds);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    struct Subject {
        Selection who; ///< a goroutine, a group, a processor, a thread, a task or a row of waits; nothing: all
                       ///< goroutines of the program
        TimeRange range;
        bool withEvents = false;
        EventKinds kinds = allEventKinds;
        TimeRange lengths{0, INT64_MAX}; ///< of the waits that are listed
        friend bool operator==(const Subject&, const Subject&) = default;
    };
    struct Answer {
        std::shared_ptr<const TraceFacts> facts;
        Subject subject;
        StateTimes times;
        std::optional<ProcessorTimes> runs; ///< instead of `times`, of a processor or a thread
        std::vector<Event> events;
    };
    [[nodiscard]] Subject subject() const;
    void ask();
    void answered(Answer answer);
    void showTitle();
    void showLongest();
    [[nodiscard]] QString nameOfSubject() const;
    [[nodiscard]] std::span<const LongWait> longestShown() const;
    void lookAt(SpanIndex span);
    QWidget* page(QWidget* content);

    ViewState* state_;
    Answer answer_;
    Subject asked_;
    bool leading_ = false; ///< a row chooses what is selected
    std::stop_source stop_;
    QTimer askTimer_;
    LatestResult<Answer> work_{[this](Answer answer) { answered(std::move(answer)); }};
    EventKinds kinds_ = allEventKinds;
    EventsModel events_;
    PlainRows states_;
    PlainRows waits_;
    PlainRows transitions_;
    LengthHistogramView* histogram_ = nullptr;
    TextTable* eventTable_ = nullptr;
    QLabel* eventHint_ = nullptr;
    std::vector<QLabel*> titles_; ///< one a page: what is inspected
};

} // namespace waitscope
