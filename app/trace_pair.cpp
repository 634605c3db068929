// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/trace_pair.h"

#include "app/tab_order.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/compare/side_colours.h"
#include "widgets/timeline/timeline_view.h"

#include <QApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QSettings>
#include <QSplitter>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace waitscope {
namespace {

constexpr std::array bothSides{Side::A, Side::B};

constexpr int usualFoot = 210; ///< logical pixels

QString stackedKey() {
    return QStringLiteral("compareStacked");
}
QString footKey() {
    return QStringLiteral("compareFoot");
}

} // namespace

TracePair::Side TracePair::makeSide() {
    const Side side{.box = new QWidget, .name = new QLabel, .view = new TraceView};
    side.name->setTextFormat(Qt::PlainText);
    side.name->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed); // a long name must not make the window wide
    side.name->hide();
    auto* const layout = new QVBoxLayout(side.box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(side.name);
    layout->addWidget(side.view, 1);
    return side;
}

TracePair::TracePair(QWidget* parent)
    : QWidget(parent)
    , sides_{makeSide(), makeSide()}
    , active_(first())
    , link_(first()->state(), second()->state())
    , choices_(first(), second(), &link_) {
    splitter_ = new QSplitter(QSettings().value(stackedKey()).toBool() ? Qt::Vertical : Qt::Horizontal);
    splitter_->addWidget(sides_[0].box);
    splitter_->addWidget(sides_[1].box);
    splitter_->setChildrenCollapsible(false);
    sides_[1].box->hide();
    colourThem();
    withFoot_ = new QSplitter(Qt::Vertical);
    withFoot_->addWidget(splitter_);
    withFoot_->setChildrenCollapsible(false);
    connect(withFoot_, &QSplitter::splitterMoved, this,
            [this] { QSettings().setValue(footKey(), withFoot_->sizes().back()); });
    layout_ = new QVBoxLayout(this);
    layout_->setContentsMargins(0, 0, 0, 0);
    layout_->setSpacing(0);
    layout_->addWidget(withFoot_);
    cover_ = new QLabel(this);
    cover_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    cover_->setAttribute(Qt::WA_TransparentForMouseEvents);
    cover_->hide();
    connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) {
        for (; now != nullptr; now = now->parentWidget()) // through the windows of panels outside
            for (TraceView* const view : views())
                if (view == now)
                    activate(view);
    });
    connect(qApp, &QGuiApplication::applicationStateChanged, this, [this] {
        link_.letGo(); // the key may be let go where we do not see it
        endBlink();
    });
    connect(&link_, &RangeLink::changed, this, &TracePair::nameThem);
    connect(&choices_, &ChoiceLink::message, this, &TracePair::message);
    const auto shareColumns = [this](Panels* from, Panels* to) {
        // One above the other, a vertical line through both is one instant.
        connect(from, &Panels::blockResized, this, [this, from, to] {
            if (isPair() && isStacked())
                to->setBlockWidth(from->blockWidth());
        });
    };
    shareColumns(first()->panels(), second()->panels());
    shareColumns(second()->panels(), first()->panels());
    for (TraceView* const view : views()) {
        connect(view->state(), &ViewState::traceChanged, this, &TracePair::nameThem);
        connect(view->state(), &ViewState::visibleRangeChanged, this, &TracePair::nameThem);
    }
    qApp->installEventFilter(this);
}

TracePair::~TracePair() {
    disconnect(qApp, nullptr, this, nullptr); // the focus moves while the views are taken down
}

bool TracePair::isPair() const {
    return first()->state()->facts() && second()->state()->facts();
}

void TracePair::showFirst(std::shared_ptr<const TraceFacts> facts, const QString& source) {
    show(first(), std::move(facts), source);
}

void TracePair::showSecond(std::shared_ptr<const TraceFacts> facts, const QString& source) {
    show(second(), std::move(facts), source);
}

void TracePair::show(TraceView* view, std::shared_ptr<const TraceFacts> facts, const QString& source) {
    ViewState& a = *first()->state();
    const bool wasPair = isPair();
    // More of what is shown there, or the same again.
    const bool isMore = wasPair && source == view->source() &&
                        facts->trace->identity.fileName == view->state()->facts()->trace->identity.fileName;
    const bool wasLinked = link_.isOn();
    const bool wasWhole =
        a.facts() && a.axisRange() == (isMore && wasLinked ? link_.wholeOfBoth() : a.facts()->trace->wholeRange());
    link_.suspend(); // a trace comes as a whole, and must not take the other along
    view->showTrace(std::move(facts), source);
    if (!isPair())
        return;
    if (!isMore) {
        choices_.copyChoices(view == first() ? second() : first(), view);
        link_.align(0, 0);
    } else if (wasLinked) {
        link_.again();
    }
    if ((wasWhole || view == first()) && link_.isOn() && (wasWhole || !isMore))
        a.setVisibleRange(link_.wholeOfBoth());
    if (!wasPair)
        arrange();
    Q_EMIT pairChanged();
}

void TracePair::closeSecond() {
    endBlink();
    link_.suspend();
    second()->closeTrace();
    if (first()->state()->facts())
        first()->state()->setBounds(first()->state()->facts()->trace->wholeRange());
    arrange();
    activate(first());
    Q_EMIT pairChanged();
}

void TracePair::swapSides() {
    if (!isPair())
        return;
    endBlink();
    const QList<int> sizes = splitter_->sizes();
    std::swap(sides_[0], sides_[1]);
    link_.swap();
    splitter_->insertWidget(0, sides_[0].box);
    splitter_->setSizes(sizes);
    colourThem();
    nameThem();
    Q_EMIT pairChanged();
}

bool TracePair::isStacked() const {
    return splitter_->orientation() == Qt::Vertical;
}

void TracePair::setStacked(bool stacked) {
    splitter_->setOrientation(stacked ? Qt::Vertical : Qt::Horizontal);
    QSettings().setValue(stackedKey(), stacked);
    arrange();
}

// Beside each other each is half as wide; above each other the words have room beside the canvases.
void TracePair::arrange() {
    const bool pair = isPair();
    for (TraceView* const view : views())
        view->setShape(!pair ? Panels::Shape::Whole : isStacked() ? Panels::Shape::Stacked : Panels::Shape::Beside);
    sides_[1].box->setVisible(pair);
    nameThem();
    if (pair) // halves, once the views have another shape: until their layouts are asked again they want the old room
        QTimer::singleShot(0, splitter_, [this] {
            const int half = (isStacked() ? height() : width()) / 2;
            splitter_->setSizes({half, half});
            if (isStacked())
                second()->panels()->setBlockWidth(first()->panels()->blockWidth());
        });
}

void TracePair::setHead(QWidget* head) {
    head_ = head;
    layout_->insertWidget(0, head);
    head->hide();
}

void TracePair::setFoot(QWidget* foot) {
    foot_ = foot;
    withFoot_->addWidget(foot);
    withFoot_->setStretchFactor(0, 1);
    foot->hide();
}

void TracePair::showComparison(bool shown) {
    if (shown == head_->isVisibleTo(this))
        return;
    head_->setVisible(shown);
    foot_->setVisible(shown);
    splitter_->show();
    if (shown)
        QTimer::singleShot(0, withFoot_, [this] {
            const int foot = QSettings().value(footKey(), usualFoot).toInt();
            withFoot_->setSizes({withFoot_->height() - foot, foot});
        });
}

void TracePair::footAloneOrBack() {
    if (!isPair())
        return;
    const bool alone = splitter_->isVisibleTo(this);
    splitter_->setVisible(!alone);
    foot_->setVisible(true);
    if (alone)
        giveKeysTo(foot_);
    else
        active_->timeline()->setFocus();
}

void TracePair::maximise(TraceView::Part part) {
    if (!link_.isOn())
        return active_->maximise(part);
    TraceView* const keys = active_; // the other one must not take them
    (keys == first() ? second() : first())->maximise(part);
    keys->maximise(part);
}

void TracePair::togglePanel(int index) {
    const bool open = !active_->panels()->isOpen(index);
    for (TraceView* const view : views())
        if (view == active_ || (isPair() && link_.isOn()))
            view->panels()->setOpen(index, open);
}

void TracePair::focusNeighbour(int step) {
    std::vector<QWidget*> parts;
    for (TraceView* const view : views())
        if (view->isVisible())
            std::ranges::copy(view->panels()->inSight(), std::back_inserter(parts));
    if (foot_ != nullptr && foot_->isVisible())
        parts.push_back(foot_);
    if (parts.empty())
        return;
    QWidget* const now = QApplication::focusWidget();
    const auto here =
        std::ranges::find_if(parts, [&](QWidget* part) { return part == now || part->isAncestorOf(now); });
    const auto count = static_cast<std::ptrdiff_t>(parts.size());
    const std::ptrdiff_t from = here != parts.end() ? here - parts.begin() : step > 0 ? -1 : 0;
    giveKeysTo(parts[static_cast<std::size_t>((from + step + count) % count)]);
}

void TracePair::activate(TraceView* view) {
    if (view == active_)
        return;
    active_ = view;
    Q_EMIT activeChanged();
}

void TracePair::blink() {
    if (!isPair())
        return;
    const Side& here = sides_[active_ == first() ? 0 : 1];
    const Side& there = sides_[active_ == first() ? 1 : 0];
    cover_->setPixmap(there.box->grab());
    cover_->setGeometry(QRect(here.box->mapTo(this, QPoint()), here.box->size()));
    cover_->setAutoFillBackground(true);
    cover_->raise();
    cover_->show();
}

bool TracePair::isBlinking() const {
    return cover_->isVisibleTo(this);
}

void TracePair::endBlink() {
    cover_->hide();
    cover_->setPixmap({});
}

bool TracePair::eventFilter(QObject* watched, QEvent* event) {
    if (!isPair())
        return false;
    if (event->type() == QEvent::WindowDeactivate && watched == window()) {
        // The key is let go where we do not see it: in the dialog that Ctrl+Alt+E opened.
        link_.letGo();
        endBlink();
    }
    const auto* const key = event->type() == QEvent::KeyPress || event->type() == QEvent::KeyRelease
                                ? static_cast<QKeyEvent*>(event)
                                : nullptr;
    if (event->type() == QEvent::MouseButtonPress || (key != nullptr && !key->isAutoRepeat()))
        endBlink();
    if (key == nullptr || key->key() != Qt::Key_Alt || key->isAutoRepeat() || !window()->isActiveWindow())
        return false;
    if (event->type() == QEvent::KeyPress) {
        link_.hold();
        return false;
    }
    // Alt alone goes to the menus; after something was moved with it, it was not meant for them.
    const bool used = link_.movedWhileHeld();
    link_.letGo();
    return used;
}

void TracePair::colourThem() {
    for (std::size_t i = 0; i < sides_.size(); ++i)
        sides_[i].name->setStyleSheet(QStringLiteral("padding: 4px 12px; font-weight: bold; border-top: 4px solid %1;")
                                          .arg(colourOf(bothSides[i]).name()));
}

void TracePair::nameThem() {
    // Where a nanosecond is not as long in both, shapes do not compare.
    const std::array<Time, 2> lengths{first()->state()->axisRange().length(), second()->state()->axisRange().length()};
    for (std::size_t i = 0; i < sides_.size(); ++i) {
        const Side& side = sides_[i];
        const auto& facts = side.view->state()->facts();
        QString text;
        if (facts)
            text = QStringLiteral("%1  %2").arg(letterOf(bothSides[i]), fromUtf8(facts->trace->identity.fileName));
        if (lengths[0] != lengths[1])
            text += tr("  ·  not the same scale: %1 here").arg(fromUtf8(durationText(lengths[i])));
        if (!link_.isOn())
            text += link_.isHeld() ? tr("  ·  moves alone while Alt is held") : tr("  ·  moves alone");
        side.name->setText(text);
        side.name->setToolTip(text);
        side.name->setVisible(isPair());
    }
}

} // namespace waitscope
