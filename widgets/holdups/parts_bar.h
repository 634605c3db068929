// SPDX-License-Identifier: GPL-3.0-or-later
// A time and the parts that it is made of: a bar, and below it what each part is, how long, and how much of the whole.
// The name of a part leads to where most of it is.
#pragma once

#include "model/trace/ids.h"
#include "model/trace/time.h"

#include <QColor>
#include <QString>
#include <QWidget>

#include <vector>

class QLabel;

namespace waitscope {

class PartsBar : public QWidget {
    Q_OBJECT

  public:
    struct Part {
        QString name;
        Time time = 0;
        QColor colour;
        SpanIndex most; ///< where most of it is; none: nowhere to be led to
    };
    explicit PartsBar(QWidget* parent = nullptr);

    /// Parts of no length are left out.
    void show(std::vector<Part> parts);
    [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }

  Q_SIGNALS:
    void chosen(waitscope::SpanIndex most);

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    [[nodiscard]] QString numbersOf(const Part& part) const;

    QLabel* words_;
    std::vector<Part> parts_;
    Time total_ = 0;
};

} // namespace waitscope
