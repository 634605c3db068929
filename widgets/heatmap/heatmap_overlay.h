// SPDX-License-Identifier: GPL-3.0-or-later
// What moves above the cells without painting them again: the line at the time under the mouse, the selected row, the
// veil over a picture that is being computed, and a sentence where there are no cells.
#pragma once

#include <QColor>
#include <QRect>
#include <QString>
#include <QWidget>

#include <optional>
#include <utility>
#include <vector>

namespace waitscope {

class HeatmapOverlay : public QWidget {
    Q_OBJECT

  public:
    explicit HeatmapOverlay(QWidget* parent);

    struct Row {
        double top = 0; ///< in pixels; outside of the canvas if the row is scrolled away
        double bottom = 0;
    };
    void setCanvas(QRect canvas);
    void setHover(std::optional<double> x);
    /// Where the chosen finding began, with a word beside it.
    void setOnset(std::optional<double> x, const QString& label = {});
    /// Where the trace is, in pixels: beside it nothing can be seen, which is not the same as nothing being there.
    void setInside(double begin, double end);
    void setSelectedRows(std::vector<Row> rows);
    struct TimeLine {
        double x = 0;
        QColor colour;
        QString text;
    };
    /// Marks, and the chosen range from pixel to pixel.
    void setTimes(std::vector<TimeLine> lines, std::optional<std::pair<double, double>> chosen);
    /// What a drag chooses so far.
    void setBrush(QRectF brush);
    void setComputing(bool computing);
    void setMessage(const QString& message);

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    void paintRows(QPainter& painter) const;
    void paintTimes(QPainter& painter) const;

    QRect canvas_;
    double insideBegin_ = 0;
    double insideEnd_ = 0;
    std::optional<double> hover_;
    std::optional<double> onset_;
    QString onsetLabel_;
    std::vector<Row> selected_;
    std::vector<TimeLine> lines_;
    std::optional<std::pair<double, double>> chosen_;
    QRectF brush_; ///< empty: none
    bool computing_ = false;
    QString message_;
};

} // namespace waitscope
