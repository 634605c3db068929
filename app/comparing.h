// SPDX-License-Identifier: GPL-3.0-or-later
// A pair of traces is compared as soon as both are whole: the headline above them, the strip of differences, the panel
// with the rows below. It has the comparison computed in the background, and takes the views to what is chosen in it.
#pragma once

#include "app/further_runs.h"
#include "model/compare/comparison.h"
#include "model/compare/findings_across.h"
#include "widgets/common/latest_result.h"

#include <QObject>

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

class QLabel;
class QTimer;
class QWidget;

namespace waitscope {

class ComparePanel;
class DeltaStrip;
class HeadlineLine;
class TracePair;

class Comparing : public QObject {
    Q_OBJECT

  public:
    /// Puts its widgets into `pair`, which must outlive it.
    explicit Comparing(TracePair* pair, QObject* parent = nullptr);
    ~Comparing() override;

    [[nodiscard]] ComparePanel* panel() { return panel_; }
    [[nodiscard]] DeltaStrip* strip() { return strip_; }
    [[nodiscard]] QString headline() const;
    [[nodiscard]] HeadlineLine* headlineLine() { return headline_; }
    /// Null while there is none.
    [[nodiscard]] const std::shared_ptr<const Comparison>& comparison() const { return comparison_; }
    [[nodiscard]] const std::shared_ptr<const FindingsAcross>& findings() const { return across_; }
    [[nodiscard]] bool busy() const { return work_.busy(); }

    /// More recordings of A and B (paths), which belong to the comparison without being shown.
    void setFurtherRuns(Both<std::vector<std::string>> paths);
    [[nodiscard]] const Both<std::vector<std::string>>& furtherRuns() const { return further_->paths(); }

    /// Shows the panel with the keys in its first row, or hides it.
    void togglePanel();
    void pairRows(const RowKey& a, const RowKey& b);
    void unpairRows(const RowKey& a, const RowKey& b);
    void forgetHandPairing();

  Q_SIGNALS:
    void message(const QString& text);
    /// Another comparison, or none.
    void changed();

  private:
    /// Findings with what they point into, as long as they are shown.
    struct Across {
        Both<std::shared_ptr<const Findings>> findings;
        FindingsAcross across;
    };
    struct Places {
        Both<LengthHistogram> lengths;
        Both<std::optional<StandingWait>> waits;
    };

    void follow();
    void start();
    void cancel();
    void forget();
    void show(std::shared_ptr<const Comparison> comparison);
    void compareFindings();
    void goToChosen();
    void showPlaces(const Places& places);
    void followRange();
    void say();

    TracePair* pair_;
    QWidget* head_;
    HeadlineLine* headline_;
    QLabel* doubts_;
    DeltaStrip* strip_;
    ComparePanel* panel_;
    QTimer* rangeTimer_;
    Both<std::shared_ptr<const TraceFacts>> facts_; ///< that are compared
    std::shared_ptr<FurtherRuns> further_ = std::make_shared<FurtherRuns>(Both<std::vector<std::string>>{});
    std::shared_ptr<const Comparison> comparison_;
    std::shared_ptr<const FindingsAcross> across_;
    std::stop_source stop_;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
    std::uint64_t run_ = 0; ///< of what is computed: first numbers of an older one are dropped
    LatestResult<std::shared_ptr<const Comparison>> work_;
    LatestResult<std::shared_ptr<const Across>> findingsWork_;
    LatestResult<Places> placesWork_;
};

} // namespace waitscope
