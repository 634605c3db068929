// SPDX-License-Identifier: GPL-3.0-or-later
// How long are the waits of a row before and after? Both distributions over one logarithmic axis: A filled, B as a line
// over it, each as shares of its own waits, so that a thousand waits and ten can be compared.
#pragma once

#include "model/compare/both.h"
#include "widgets/inspector/length_axis.h"

#include <QWidget>

namespace waitscope {

class LengthsOfBoth : public QWidget {
    Q_OBJECT

  public:
    explicit LengthsOfBoth(QWidget* parent = nullptr);

    void show(const Both<LengthHistogram>& lengths);

  protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

  private:
    [[nodiscard]] LengthAxis axis() const;

    Both<LengthHistogram> lengths_;
};

} // namespace waitscope
