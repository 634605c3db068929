// SPDX-License-Identifier: GPL-3.0-or-later
// A time and the parts that it is made of: a bar, and below it what each part is, how long, and how much of the whole.
#pragma once

#include "model/trace/time.h"

#include <QColor>
#include <QString>
#include <QWidget>

#include <vector>

namespace waitscope {

class PartsBar : public QWidget {
    Q_OBJECT

  public:
    struct Part {
        QString name;
        Time time = 0;
        QColor colour;
    };
    explicit PartsBar(QWidget* parent = nullptr);

    /// Parts of no length are left out.
    void show(std::vector<Part> parts);
    [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
    [[nodiscard]] QSize sizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    [[nodiscard]] QString textOf(const Part& part) const;

    std::vector<Part> parts_;
    Time total_ = 0;
};

} // namespace waitscope
