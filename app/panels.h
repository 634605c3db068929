// SPDX-License-Identifier: GPL-3.0-or-later
// What stands where in a view of a trace: the canvases as one block, because a vertical line through them is one
// instant, and around it panels of words that can be moved, tabbed, taken out and closed. Which are seen, which alone,
// and how the layout is kept.
#pragma once

#include <QElapsedTimer>
#include <QMainWindow>
#include <QTimer>

#include <vector>

class QSplitter;
class QTabBar;

namespace waitscope {

class Dock;

class Panels : public QMainWindow {
    Q_OBJECT

  public:
    /// What the place is for; each shape has a usual layout, and one that is kept.
    enum class Shape {
        Whole, ///< one trace: canvases left, tables above the details at the right; in a narrow window all words below
        Stacked, ///< one of two traces, above the other: details at the right
        Beside   ///< one of two traces, half as wide: details below
    };
    enum class Place { Table, Detail };

    /// `block` holds `canvases`, whose children can be hidden each but not moved out.
    Panels(QWidget* block, QSplitter* canvases, QWidget* parent = nullptr);
    ~Panels() override;

    struct Panel {
        QString name;  ///< what kept layouts know it by
        QString title; ///< what users read
        QWidget* content;
        Place place;
        bool inFront = false; ///< of the tabs of its place
    };
    void addPanel(const Panel& panel);
    void addCanvas(const QString& title, QWidget* canvas);
    /// Calls with the titles of all canvases and panels, in the order in which they were added.
    [[nodiscard]] QStringList titles() const;
    [[nodiscard]] bool isOpen(int index) const;
    /// One canvas is always there: who closes the last one gets another.
    void setOpen(int index, bool open);

    /// Opens the panel that shows `content`, in front of its tab; what is seen alone goes back first, if it is another.
    void bring(QWidget* content);
    /// Only these are seen. Asked again for the same, all is back as it was, to the tab that was in front.
    void showAlone(const std::vector<QWidget*>& contents);
    [[nodiscard]] bool isAlone() const { return !alone_.empty(); }
    /// The canvases and panels in sight, as they are read: column by column, each from above.
    [[nodiscard]] std::vector<QWidget*> inSight() const;

    void setShape(Shape shape);
    [[nodiscard]] Shape shape() const { return shape_; }
    /// The usual layout of the shape.
    void reset();
    /// Into the settings, to be there again next time.
    void keep() const;

    /// False while titles, sizes and the way of Tab follow a change of the layout: until the next turn of the event
    /// loop, in another shape for a moment.
    [[nodiscard]] bool isSettled() const { return !settling_.isActive(); }

    /// The width of the block, and to make it so wide where panels beside it allow.
    [[nodiscard]] int blockWidth() const;
    void setBlockWidth(int width);

  Q_SIGNALS:
    void blockResized();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void childEvent(QChildEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

  private:
    struct Part {
        QWidget* content;
        Dock* dock; ///< null: a canvas
        QString title;
        Place place = Place::Table;
        bool inFront = false;
    };
    [[nodiscard]] QByteArray state() const;
    [[nodiscard]] bool restore(const QByteArray& state);
    void restoreKept();
    void reshape();
    [[nodiscard]] bool hasNoRoomBeside() const;
    void followWidth();
    void open(const Part& part, bool open);
    void goBack();
    void settle();
    void shareRoom();
    void orderKeys();
    void offer(QTabBar* tabs, const QPoint& at);
    [[nodiscard]] QString key() const;

    QWidget* block_;
    QSplitter* canvases_;
    std::vector<Part> parts_;
    Shape shape_ = Shape::Whole;
    bool narrow_ = false;         ///< laid out for a window in which nothing has room beside the canvases
    QByteArray roomy_;            ///< the layout before it was; empty: as kept
    bool arranged_ = false;       ///< false until it has its first size
    std::vector<QWidget*> alone_; ///< what is seen alone; none: all
    QByteArray before_;           ///< the layout to come back to from that
    QByteArray away_;             ///< the layout, while panels outside are hidden with the view
    bool reshaping_ = false;      ///< from another shape until the size stays
    QSize restoredFor_;           ///< the size that the view had when its layout was restored
    QElapsedTimer sinceRestored_;
    QSize sharedFor_; ///< the size of the window for which the panels have theirs
    QTimer settling_;
};

} // namespace waitscope
