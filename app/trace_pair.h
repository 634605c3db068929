// SPDX-License-Identifier: GPL-3.0-or-later
// One trace view, or two side by side: A, and B once a second trace is open. Each says which it is by letter, name and
// colour. What is shown, chosen and selected in one follows the other while they are linked.
#pragma once

#include "app/choice_link.h"
#include "app/range_link.h"
#include "app/trace_view.h"

#include <QWidget>

#include <array>
#include <memory>

class QLabel;
class QSplitter;
class QVBoxLayout;

namespace waitscope {

class TracePair : public QWidget {
    Q_OBJECT

  public:
    explicit TracePair(QWidget* parent = nullptr);
    ~TracePair() override;

    [[nodiscard]] TraceView* first() const { return sides_[0].view; }
    [[nodiscard]] TraceView* second() const { return sides_[1].view; }
    /// Both, A first.
    [[nodiscard]] std::array<TraceView*, 2> views() const { return {first(), second()}; }
    /// The one that the keys went to last: what commands are about.
    [[nodiscard]] TraceView* active() const { return active_; }
    [[nodiscard]] bool isPair() const;
    [[nodiscard]] RangeLink* link() { return &link_; }

    /// Shows a trace at its place, or more of the one that is loading there. With the other one it makes a pair, the
    /// times from both starts over each other. `source` is its path, empty for a sample.
    void showFirst(std::shared_ptr<const TraceFacts> facts, const QString& source);
    void showSecond(std::shared_ptr<const TraceFacts> facts, const QString& source);
    void closeSecond();
    /// A becomes B and B becomes A, with all that is seen of them.
    void swapSides();
    /// One above the other, or beside.
    void setStacked(bool stacked);
    [[nodiscard]] bool isStacked() const;
    /// One part takes the whole place of its side; of both sides while they are linked.
    void maximise(TraceView::Part part);
    /// Opens a canvas or panel, or closes it: by its place among `Panels::titles`; on both sides while they are linked.
    void togglePanel(int index);
    /// Gives the keys to the canvas or panel after the one that has them, or before it.
    void focusNeighbour(int step);

    /// What is said of both: above them and below. The pair owns the widgets; they are there while `showComparison`.
    void setHead(QWidget* head);
    void setFoot(QWidget* foot);
    void showComparison(bool shown);
    /// What is below takes the place of both; asked again, they are back.
    void footAloneOrBack();
    /// Selects each on its side, without one following the other.
    void select(const Selection& a, const Selection& b) { choices_.select(a, b, first(), second()); }

    /// Draws the other trace in the place of the active one, until a key or button is pressed or let go.
    void blink();
    [[nodiscard]] bool isBlinking() const;

  Q_SIGNALS:
    void activeChanged();
    /// A pair became one, one a pair, or the sides changed places.
    void pairChanged();
    /// Something was done or could not be, in a sentence.
    void message(const QString& text);

  protected:
    /// Watches all keys: Alt holds the link, and whatever comes ends blinking.
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    struct Side {
        QWidget* box;
        QLabel* name;
        TraceView* view;
    };
    static Side makeSide();
    void show(TraceView* view, std::shared_ptr<const TraceFacts> facts, const QString& source);
    void arrange();
    void activate(TraceView* view);
    void endBlink();
    /// Letter and file, and a warning when a pixel is not the same time in both.
    void nameThem();
    void colourThem();

    std::array<Side, 2> sides_; ///< A, B
    TraceView* active_;
    QSplitter* splitter_ = nullptr; ///< the sides
    QSplitter* withFoot_ = nullptr; ///< them and what is below
    QVBoxLayout* layout_ = nullptr;
    QWidget* head_ = nullptr;
    QWidget* foot_ = nullptr;
    QLabel* cover_ = nullptr; ///< what blinks
    RangeLink link_;
    ChoiceLink choices_;
};

} // namespace waitscope
