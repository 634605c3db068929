// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/trace_pair.h"

#include "app/trace_view.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QSplitter>
#include <QTimer>
#include <QVBoxLayout>

namespace waitscope {
namespace {

// The pair of colours that colour-blind people tell apart; the letter says the same.
QLabel* nameLabel(const QString& colour) {
    auto* const label = new QLabel;
    label->setStyleSheet(QStringLiteral("padding: 4px 12px; font-weight: bold; border-top: 4px solid %1;").arg(colour));
    label->setTextFormat(Qt::PlainText);
    label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed); // a long name must not make the window wide
    label->hide();
    return label;
}

QWidget* sideOf(QLabel* name, TraceView* view) {
    auto* const side = new QWidget;
    auto* const layout = new QVBoxLayout(side);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(name);
    layout->addWidget(view, 1);
    return side;
}

} // namespace

TracePair::TracePair(QWidget* parent)
    : QWidget(parent)
    , first_(new TraceView)
    , second_(new TraceView)
    , active_(first_)
    , firstName_(nameLabel(QStringLiteral("#0072B2")))
    , secondName_(nameLabel(QStringLiteral("#E69F00")))
    , secondSide_(sideOf(secondName_, second_))
    , link_(first_->state(), second_->state()) {
    sides_ = new QSplitter(Qt::Horizontal);
    sides_->addWidget(sideOf(firstName_, first_));
    sides_->addWidget(secondSide_);
    sides_->setChildrenCollapsible(false);
    secondSide_->hide();
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(sides_);
    setFocusProxy(first_);
    connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) {
        if (second_->isAncestorOf(now))
            activate(second_);
        else if (first_->isAncestorOf(now))
            activate(first_);
    });
    for (const ViewState* const state : {first_->state(), second_->state()}) {
        connect(state, &ViewState::traceChanged, this, &TracePair::nameThem);
        connect(state, &ViewState::visibleRangeChanged, this, &TracePair::nameThem);
    }
}

TracePair::~TracePair() {
    disconnect(qApp, nullptr, this, nullptr); // the focus moves while the views are taken down
}

bool TracePair::isPair() const {
    return second_->state()->facts() != nullptr;
}

void TracePair::showSecond(std::shared_ptr<const TraceFacts> facts, const QString& source) {
    link_.suspend(); // B comes as a whole, and must not take A there
    second_->showTrace(std::move(facts), source);
    first_->setNarrow(true);
    second_->setNarrow(true);
    if (!secondSide_->isVisibleTo(this)) {
        secondSide_->show();
        // Halves, once the views have become narrow: until their layouts are asked again they want the room they had.
        QTimer::singleShot(0, sides_, [this] { sides_->setSizes({width() / 2, width() / 2}); });
    }
    link_.align(alignedAtStart());
    Q_EMIT pairChanged();
}

void TracePair::closeSecond() {
    link_.suspend();
    second_->closeTrace();
    secondSide_->hide();
    first_->setNarrow(false);
    activate(first_);
    Q_EMIT pairChanged();
}

void TracePair::alignAtEnd() {
    if (isPair())
        link_.align(
            alignedAtEnd(first_->state()->facts()->trace->duration, second_->state()->facts()->trace->duration));
}

void TracePair::activate(TraceView* view) {
    if (view == active_)
        return;
    active_ = view;
    Q_EMIT activeChanged();
}

void TracePair::nameThem() {
    // A trace that is shorter than what the other shows fills its width all the same: shapes then do not compare.
    const Time firstLength = first_->state()->visibleRange().length();
    const Time secondLength = second_->state()->visibleRange().length();
    const auto name = [&](QLabel* label, TraceView* view, const QString& letter, Time length) {
        const auto& facts = view->state()->facts();
        QString text =
            facts ? QStringLiteral("%1  %2").arg(letter, fromUtf8(facts->trace->identity.fileName)) : QString();
        if (firstLength != secondLength)
            text += tr("  ·  not the same scale: %1 here").arg(fromUtf8(durationText(length)));
        label->setText(text);
        label->setToolTip(text);
    };
    name(firstName_, first_, QStringLiteral("A"), firstLength);
    name(secondName_, second_, QStringLiteral("B"), secondLength);
    firstName_->setVisible(isPair());
    secondName_->setVisible(isPair());
}

} // namespace waitscope
