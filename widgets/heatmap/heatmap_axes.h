// SPDX-License-Identifier: GPL-3.0-or-later
// Which places of the left axis get a label? Rows are named about every 24 pixels; intervals of ages and durations at
// powers of ten; a population has a scale of counts.
#pragma once

#include "widgets/common/qcp.h"
#include "widgets/common/time_text.h"
#include "widgets/heatmap/heatmap_contents.h"

namespace waitscope {

/// The ticks that every canvas has.
class TimeTicker : public QCPAxisTicker {
  public:
    double width = 0;    ///< of the axis, in pixels
    double spacing = 90; ///< of the ticks at least
    TimeText times;

    void generate(const QCPRange& range, const QLocale&, QChar, int, QVector<double>& ticks, QVector<double>* subTicks,
                  QVector<QString>* labels) override;
};

class RowTicker : public QCPAxisTicker {
  public:
    HeatmapContents contents;
    int height = 1; ///< of the axis
    int width = 1;  ///< room for a name
    QFont font;

    void generate(const QCPRange& range, const QLocale&, QChar, int, QVector<double>& ticks, QVector<double>* subTicks,
                  QVector<QString>* labels) override;

  private:
    struct Label {
        double place;
        QString text;
    };
    [[nodiscard]] std::vector<Label> rowNames(const QCPRange& range) const;
    [[nodiscard]] std::vector<Label> intervals() const;
    [[nodiscard]] std::vector<Label> shares() const;
    [[nodiscard]] std::vector<Label> counts(const QCPRange& range) const;
};

/// What the left axis is about: the longest form first.
[[nodiscard]] QStringList rowAxisTexts(const HeatmapContents& contents);

/// The highest total of a population, rounded up: where its axis ends.
[[nodiscard]] double topOfPopulation(const Grid& grid);

} // namespace waitscope
