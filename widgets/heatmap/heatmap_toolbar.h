// SPDX-License-Identifier: GPL-3.0-or-later
// One line of choices: mode, metric, sort or group, filter, range, and a menu of the rarer ones. It shows only what
// goes with the mode.
#pragma once

#include "model/trace/time.h"
#include "widgets/heatmap/heatmap_settings.h"

#include <QWidget>

#include <vector>

class QActionGroup;
class QComboBox;
class QLineEdit;
class QToolButton;

namespace waitscope {

class HeatmapToolbar : public QWidget {
    Q_OBJECT

  public:
    explicit HeatmapToolbar(QWidget* parent = nullptr);

    [[nodiscard]] const HeatmapSettings& settings() const { return settings_; }
    /// Emits nothing.
    void setSettings(const HeatmapSettings& settings);
    void clearFilter();
    /// What all views show, of a trace so long; 0: no trace.
    void showRange(TimeRange range, Time duration);

  Q_SIGNALS:
    void settingsChanged();
    void rangeChosen(waitscope::TimeRange range);
    void copyCommandRequested();
    void copyPictureRequested();

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void fillForMode();
    void buildMenu();
    void chooseRange();
    void change();

    HeatmapSettings settings_;
    Time duration_ = 0;
    TimeRange range_;
    std::vector<HeatmapMetric> metrics_;     ///< of the combo box
    std::vector<RowOrder> orders_;           ///< of the combo box, if the mode can be sorted
    std::vector<HeatmapGrouping> groupings_; ///< if it is grouped
    QComboBox* mode_ = nullptr;
    QComboBox* metric_ = nullptr;
    QComboBox* order_ = nullptr;
    QLineEdit* filter_ = nullptr;
    QLineEdit* rangeText_ = nullptr;
    QToolButton* more_ = nullptr;
    std::vector<QActionGroup*> groups_;
};

} // namespace waitscope
