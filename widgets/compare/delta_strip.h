// SPDX-License-Identifier: GPL-3.0-or-later
// When was more blocked in B than in A? One strip for two aligned timelines: up and orange is more, down and blue is
// less. Of a row of the comparison, or of all locks.
#pragma once

#include "model/compare/alignment.h"
#include "model/compare/blocked_over_time.h"
#include "widgets/common/canvas_sizes.h"
#include "widgets/common/latest_result.h"
#include "widgets/common/time_axis.h"

#include <QString>
#include <QTimer>
#include <QWidget>

#include <memory>
#include <optional>
#include <stop_token>

namespace waitscope {

class DeltaStrip : public QWidget {
    Q_OBJECT

  public:
    explicit DeltaStrip(QWidget* parent = nullptr);
    ~DeltaStrip() override;

    /// Null: nothing is compared.
    void setTraces(Both<std::shared_ptr<const TraceFacts>> facts);
    /// The stretch of each that lies over the other. The strip follows when its numbers are there.
    void setRanges(Both<TimeRange> ranges);
    /// What is counted: a row, and what it is called; or all waits of a family (comparedFamily), or "all".
    void setRow(const Both<RowKey>& row, const QString& name);
    void setFamily(std::string_view family);

    [[nodiscard]] const BlockedOverTime& numbers() const { return numbers_; }
    [[nodiscard]] bool busy() const { return work_.busy() || soon_.isActive(); }
    [[nodiscard]] QSize sizeHint() const override;

  Q_SIGNALS:
    /// The time of A under the mouse; -1: it is elsewhere.
    void hovered(waitscope::Time time);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    bool event(QEvent* event) override;

  private:
    struct Answer {
        BlockedOverTime numbers;
        Both<TimeRange> ranges;
    };
    void ask();
    [[nodiscard]] QRectF field() const;
    [[nodiscard]] std::optional<std::size_t> binAt(double x) const;

    Both<std::shared_ptr<const TraceFacts>> facts_;
    Both<TimeRange> ranges_;
    std::optional<Both<RowKey>> row_;
    std::string_view family_ = "lock"; ///< where there is no row
    QString name_;
    BlockedOverTime numbers_;
    Both<TimeRange> shown_; ///< of the numbers
    std::stop_source stop_;
    QTimer soon_;
    CanvasSizes sizes_;
    LatestResult<Answer> work_;
};

} // namespace waitscope
