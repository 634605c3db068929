// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/panels.h"

#include "app/dock.h"
#include "app/tab_order.h"

#include <QApplication>
#include <QDataStream>
#include <QEvent>
#include <QIODevice>
#include <QMenu>
#include <QSettings>
#include <QSplitter>
#include <QTabBar>
#include <QTabWidget>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace waitscope {

namespace {

/// Another one whenever a panel comes, goes or gets another name: no layout of before fits then.
constexpr int layoutVersion = 1;

constexpr int moment = 100; ///< ms

} // namespace

Panels::Panels(QWidget* block, QSplitter* canvases, QWidget* parent)
    : QMainWindow(parent), block_(block), canvases_(canvases) {
    setWindowFlags(Qt::Widget); // part of a window, not one
    setCentralWidget(block_);
    setDockOptions(AllowNestedDocks | AllowTabbedDocks | GroupedDragging); // the last lets a tab be dragged out
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    setDocumentMode(true);
    setCorner(Qt::TopRightCorner, Qt::RightDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    block_->installEventFilter(this);
    settling_.setSingleShot(true);
    connect(&settling_, &QTimer::timeout, this, &Panels::settle);
}

Panels::~Panels() {
    for (const Part& part : parts_)
        if (part.dock != nullptr)
            disconnect(part.dock, nullptr, this, nullptr); // they go after what listens to them
    block_->removeEventFilter(this);
}

void Panels::addCanvas(const QString& title, QWidget* canvas) {
    canvases_->addWidget(canvas);
    parts_.push_back({.content = canvas, .dock = nullptr, .title = title});
}

void Panels::addPanel(const Panel& panel) {
    auto* const dock = new Dock(panel.name, panel.title, panel.content, this);
    // Of pages only their tabs are a stop of Tab; Qt's other one would lead back to these from wherever it stands.
    for (QTabWidget* const pages : dock->findChildren<QTabWidget*>()) {
        pages->setFocusProxy(nullptr);
        pages->setFocusPolicy(Qt::NoFocus);
    }
    const auto soon = [this] { settling_.start(0); };
    connect(dock, &QDockWidget::visibilityChanged, this, soon);
    connect(dock, &QDockWidget::topLevelChanged, this, soon);
    connect(dock, &QDockWidget::dockLocationChanged, this, soon);
    parts_.push_back(
        {.content = panel.content, .dock = dock, .title = panel.title, .place = panel.place, .inFront = panel.inFront});
}

QStringList Panels::titles() const {
    QStringList all;
    for (const Part& part : parts_)
        all << part.title;
    return all;
}

bool Panels::isOpen(int index) const {
    const Part& part = parts_.at(static_cast<std::size_t>(index));
    return part.dock != nullptr ? !part.dock->isHidden() : !part.content->isHidden() && !block_->isHidden();
}

void Panels::open(const Part& part, bool open) {
    if (part.dock != nullptr)
        part.dock->setVisible(open);
    else
        part.content->setVisible(open);
}

void Panels::setOpen(int index, bool open) {
    const Part& part = parts_.at(static_cast<std::size_t>(index));
    if (isAlone() && !open)
        goBack();
    if (part.dock != nullptr && open)
        return part.dock->bring();
    this->open(part, open);
    if (part.dock != nullptr)
        return;
    const auto isLeft = [](const Part& one) { return one.dock == nullptr && !one.content->isHidden(); };
    if (std::ranges::none_of(parts_, isLeft))
        for (const Part& other : parts_)
            if (other.dock == nullptr && other.content != part.content)
                other.content->show();
    block_->show();
}

void Panels::bring(QWidget* content) {
    if (isAlone() && std::ranges::find(alone_, content) == alone_.end())
        goBack();
    for (const Part& part : parts_)
        if (part.content == content && part.dock != nullptr)
            part.dock->bring();
}

void Panels::showAlone(const std::vector<QWidget*>& contents) {
    if (alone_ == contents)
        return goBack();
    if (!isAlone())
        before_ = state();
    alone_ = contents;
    bool canvas = false;
    for (const Part& part : parts_) {
        const bool seen = std::ranges::find(contents, part.content) != contents.end();
        if (seen && part.dock != nullptr && part.dock->isOutside())
            part.dock->setFloating(false);
        open(part, seen);
        canvas |= seen && part.dock == nullptr;
    }
    block_->setVisible(canvas);
    if (contents.size() == 1)
        bring(contents.front());
}

void Panels::goBack() {
    alone_.clear();
    block_->show();
    if (!restore(before_))
        reset();
}

std::vector<QWidget*> Panels::inSight() const {
    std::vector<QWidget*> seen;
    for (const Part& part : parts_)
        if (part.content->isVisible() && (part.dock == nullptr || !part.dock->isOutside()))
            seen.push_back(part.content);
    sortAsRead(seen, this);
    return seen;
}

void Panels::setShape(Shape shape) {
    if (shape == shape_)
        return;
    if (isVisible()) // another has what room is left after the second trace has gone, which nobody chose
        keep();
    shape_ = shape;
    narrow_ = hasNoRoomBeside();
    alone_.clear();
    away_.clear();
    block_->show();
    reshaping_ = arranged_;
    if (reshaping_)
        reshape();
}

// The view gets its new size after its new shape, in steps: a layout that was put into one of these is squeezed.
void Panels::reshape() {
    restoreKept();
    restoredFor_ = size();
    sinceRestored_.start();
    settling_.start(0);
}

bool Panels::hasNoRoomBeside() const {
    constexpr int narrowest = 640; // logical pixels
    return shape_ == Shape::Whole && width() < narrowest;
}

// A window that gets narrow has its words below its canvases, and beside them again when it is wide.
void Panels::followWidth() {
    if (hasNoRoomBeside() == narrow_ || isAlone())
        return;
    narrow_ = !narrow_;
    if (narrow_ || !restore(roomy_))
        restoreKept();
}

void Panels::reset() {
    alone_.clear();
    away_.clear();
    block_->show();
    const bool below = narrow_ || shape_ == Shape::Beside;
    std::array<Dock*, 2> groups{};
    std::array<Dock*, 2> front{};
    const QSize whole = window()->size();
    constexpr int highForTwo = 800; // of a narrow window
    bool canvas = false;
    for (const Part& part : parts_) {
        const bool isSecond = part.dock == nullptr && std::exchange(canvas, true);
        open(part, !isSecond || !narrow_ || whole.height() >= highForTwo);
        if (part.dock == nullptr)
            continue;
        part.dock->setFloating(false);
        removeDockWidget(part.dock);
    }
    for (const Part& part : parts_) {
        if (part.dock == nullptr)
            continue;
        const std::size_t place = below ? 0 : static_cast<std::size_t>(part.place);
        if (groups[place] == nullptr)
            addDockWidget(below ? Qt::BottomDockWidgetArea : Qt::RightDockWidgetArea, groups[place] = part.dock,
                          Qt::Vertical);
        else
            tabifyDockWidget(groups[place], part.dock);
        const bool seen = shape_ == Shape::Whole || part.place == Place::Detail; // what is compared has its own tables
        part.dock->setVisible(seen);
        if (seen && part.inFront && (!narrow_ || front[place] == nullptr))
            front[place] = part.dock;
    }
    // Parts of the whole: the view may have no size yet.
    constexpr int roomy = 1200; // in less, the words get what shows how many still wait
    const int width = whole.width() < roomy ? whole.width() * 464 / 1024 : whole.width() * 570 / 1440;
    const std::array heights{whole.height() * 3 / 5, narrow_ ? whole.height() * 2 / 5
                                                     : below ? whole.height() / 7
                                                             : whole.height() / 3};
    for (std::size_t i = 0; i < front.size(); ++i)
        if (front[i] != nullptr) {
            front[i]->bring();
            if (!below)
                resizeDocks({front[i]}, {width}, Qt::Horizontal);
        }
    QList<QDockWidget*> docks;
    QList<int> sizes;
    for (std::size_t i = 0; i < front.size(); ++i)
        if (front[i] != nullptr) {
            docks << front[i];
            sizes << heights[below ? 1 : i];
        }
    resizeDocks(docks, sizes, Qt::Vertical);
    canvases_->setSizes({430, 390});
    sharedFor_ = whole;
    settling_.start(0);
}

QString Panels::key() const {
    constexpr std::array names{"whole", "stacked", "beside"};
    return QStringLiteral("layout/") + QLatin1String(narrow_ ? "narrow" : names.at(static_cast<std::size_t>(shape_)));
}

void Panels::keep() const {
    if (arranged_)
        QSettings().setValue(key(), state());
}

void Panels::restoreKept() {
    if (!restore(QSettings().value(key()).toByteArray()))
        reset();
}

// For which window, docks, canvases and which of these are hidden, behind a checksum: Qt believes what it reads.
QByteArray Panels::state() const {
    if (!away_.isEmpty())
        return away_;
    if (isAlone())
        return before_;
    quint32 hidden = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i)
        if (parts_[i].dock == nullptr && parts_[i].content->isHidden())
            hidden |= 1U << i;
    QByteArray content;
    QDataStream parts(&content, QIODevice::WriteOnly);
    parts << sharedFor_ << saveState(layoutVersion) << canvases_->saveState() << hidden;
    QByteArray whole;
    QDataStream checked(&whole, QIODevice::WriteOnly);
    checked << qChecksum(content) << content;
    return whole;
}

bool Panels::restore(const QByteArray& state) {
    quint16 checksum = 0;
    QByteArray content, docks, canvases;
    QSize size;
    quint32 hidden = 0;
    QDataStream whole(state);
    whole >> checksum >> content;
    if (content.isEmpty() || checksum != qChecksum(content))
        return false;
    QDataStream parts(content);
    parts >> size >> docks >> canvases >> hidden;
    if (!restoreState(docks, layoutVersion))
        return false;
    for (std::size_t i = 0; i < parts_.size(); ++i)
        if (parts_[i].dock == nullptr)
            open(parts_[i], (hidden >> i & 1U) == 0);
    canvases_->restoreState(canvases);
    sharedFor_ = size;
    settling_.start(0);
    return true;
}

int Panels::blockWidth() const {
    return block_->width();
}

void Panels::setBlockWidth(int width) {
    const int more = block_->width() - width;
    if (more == 0)
        return;
    for (const Part& part : parts_)
        if (part.dock != nullptr && !part.dock->isOutside() && part.dock->isInFront() &&
            dockWidgetArea(part.dock) == Qt::RightDockWidgetArea)
            return resizeDocks({part.dock}, {std::max(1, part.dock->width() + more)}, Qt::Horizontal);
}

// What Qt leaves open after docks were moved. Not while one is being moved: another title would take it from the mouse.
void Panels::settle() {
    if (QApplication::mouseButtons() != Qt::NoButton)
        return settling_.start(moment);
    if (reshaping_ && size() != restoredFor_)
        return reshape();
    reshaping_ = reshaping_ && sinceRestored_.elapsed() < moment;
    if (isAlone() && std::ranges::none_of(alone_, &QWidget::isVisible) && isVisible())
        goBack(); // it was closed
    followWidth();
    shareRoom();
    if (shape_ == Shape::Whole && !narrow_ && !isAlone())
        roomy_ = state();
    for (const Part& part : parts_) {
        if (part.dock == nullptr)
            continue;
        const QList<QDockWidget*> beside = tabifiedDockWidgets(part.dock);
        const auto isSeen = [](const QDockWidget* other) { return !other->isHidden(); };
        part.dock->settle(!part.dock->isOutside() && std::ranges::any_of(beside, isSeen));
    }
    orderKeys();
    if (reshaping_)
        settling_.start(moment);
}

// In another window canvases and words have the same shares; Qt would give or take all from the canvases.
void Panels::shareRoom() {
    const QSize window = this->window()->size();
    const QSize before = size() - (window - sharedFor_);
    if (isAlone() || !isVisible() || window == sharedFor_)
        return;
    sharedFor_ = window;
    if (before.isEmpty())
        return;
    QList<QDockWidget*> docks;
    QList<int> widths, heights;
    for (const Part& part : parts_)
        if (part.dock != nullptr && part.dock->isInFront() && !part.dock->isOutside()) {
            docks << part.dock;
            widths << (part.dock->width() * width() + before.width() / 2) / before.width();
            heights << (part.dock->height() * height() + before.height() / 2) / before.height();
        }
    resizeDocks(docks, widths, Qt::Horizontal);
    resizeDocks(docks, heights, Qt::Vertical);
}

// Tab goes through the view as it is read; Qt would go in the order in which tab bars were made.
void Panels::orderKeys() {
    std::vector<QWidget*> sections{block_};
    for (QTabBar* const tabs : findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly)) {
        tabs->setFocusPolicy(tabs->count() > 0 ? Qt::TabFocus : Qt::NoFocus); // Qt parks those that it does not need
        if (tabs->isVisible() && tabs->count() > 0) {
            if (tabs->accessibleName().isEmpty()) { // a new one
                tabs->setAccessibleName(tr("Panels"));
                tabs->setContextMenuPolicy(Qt::CustomContextMenu);
                connect(tabs, &QWidget::customContextMenuRequested, this,
                        [this, tabs](const QPoint& at) { offer(tabs, at); });
            }
            sections.push_back(tabs);
        }
    }
    for (const Part& part : parts_)
        if (part.dock != nullptr && part.dock->isInFront() && !part.dock->isOutside())
            sections.push_back(part.dock);
    sortAsRead(sections, this);
    orderTab(sections);
}

// A tab has no buttons for what the title of a panel has.
void Panels::offer(QTabBar* tabs, const QPoint& at) {
    const QString title = tabs->tabText(tabs->tabAt(at));
    const auto part = std::ranges::find_if(
        parts_, [&](const Part& one) { return one.dock != nullptr && one.dock->windowTitle() == title; });
    if (part == parts_.end())
        return;
    auto* const menu = createPopupMenu();
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QAction* const first = menu->actions().value(0);
    auto* const out = new QAction(tr("Take “%1” out of the window").arg(title), menu);
    auto* const close = new QAction(tr("Close “%1”").arg(title), menu);
    connect(out, &QAction::triggered, part->dock, [dock = part->dock] {
        dock->bring();
        dock->setFloating(true);
    });
    connect(close, &QAction::triggered, part->dock, &QWidget::close);
    menu->insertActions(first, {out, close});
    menu->insertSeparator(first);
    menu->popup(tabs->mapToGlobal(at));
}

bool Panels::eventFilter(QObject* watched, QEvent* event) {
    if (watched == block_ && event->type() == QEvent::Resize)
        Q_EMIT blockResized();
    if (event->type() == QEvent::Show && qobject_cast<QTabBar*>(watched) != nullptr)
        settling_.start(0);
    return QMainWindow::eventFilter(watched, event);
}

// Qt makes and shows tab bars when it lays docks out, which may be after all else.
void Panels::childEvent(QChildEvent* event) {
    QMainWindow::childEvent(event);
    if (event->added() && event->child()->isWidgetType())
        event->child()->installEventFilter(this);
}

void Panels::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    if (!std::exchange(arranged_, true)) { // before it is shown, so that all is laid out once
        narrow_ = hasNoRoomBeside();
        restoreKept();
    }
    constexpr int step = 16; // logical pixels: in smaller ones roundings would add up
    const QSize change = window()->size() - sharedFor_;
    if (std::abs(change.width()) >= step || std::abs(change.height()) >= step)
        settling_.start(0);
}

void Panels::showEvent(QShowEvent* event) {
    QMainWindow::showEvent(event);
    if (!away_.isEmpty() && !restore(std::exchange(away_, {})))
        reset();
}

// Windows of panels outside do not go with the view by themselves.
void Panels::hideEvent(QHideEvent* event) {
    QMainWindow::hideEvent(event);
    const auto isOutside = [](const Part& part) {
        return part.dock != nullptr && !part.dock->isHidden() && part.dock->isOutside();
    };
    if (std::ranges::none_of(parts_, isOutside))
        return;
    away_ = state();
    for (const Part& part : parts_)
        if (isOutside(part))
            part.dock->hide();
}

} // namespace waitscope
