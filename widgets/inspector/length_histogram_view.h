// SPDX-License-Identifier: GPL-3.0-or-later
// How long were the waits, or the lives of goroutines? Bars over a logarithmic axis; a drag chooses lengths, and
// whoever lists them lists those.
#pragma once

#include "widgets/inspector/length_axis.h"

#include <QWidget>

namespace waitscope {

class LengthHistogramView : public QWidget {
    Q_OBJECT

  public:
    /// `what` are the things whose lengths it shows, as a word in the plural.
    explicit LengthHistogramView(QString what, QWidget* parent = nullptr);

    void show(const LengthHistogram& histogram);
    /// The chosen lengths; all, if none are.
    [[nodiscard]] TimeRange chosen() const;

  Q_SIGNALS:
    void chosenChanged();

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

  private:
    [[nodiscard]] LengthAxis axis() const;

    QString what_;
    LengthHistogram histogram_;
    LengthAxis axis_; ///< without its place
    int pressed_ = -1;
    int chosenFirst_ = -1; ///< -1: none
    int chosenEnd_ = -1;
};

} // namespace waitscope
