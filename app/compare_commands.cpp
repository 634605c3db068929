// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/compare_commands.h"

#include "app/align_dialog.h"
#include "app/comparing.h"
#include "app/trace_pair.h"
#include "widgets/common/from_utf8.h"

#include <QMenu>

#include <algorithm>
#include <utility>

namespace waitscope {

CompareCommands::CompareCommands(TracePair* pair, Comparing* comparing, Files files, QWidget* window)
    : QObject(window), pair_(pair), comparing_(comparing), files_(std::move(files)), window_(window) {}

QAction* CompareCommands::to(Actions& actions, QMenu* menu, const QString& name, const QKeySequence& key,
                             std::function<void()> what) {
    QAction* const action = actions.add(menu->title(), name, key, std::move(what));
    menu->addAction(action);
    return action;
}

void CompareCommands::add(Actions& actions, QMenu* menu) {
    menu->setToolTipsVisible(true); // why something is not offered
    to(actions, menu, tr("&Open a second trace…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O), files_.openSecond);
    to(actions, menu, tr("Open the &samples before and after the fix"), {}, files_.openSamples);
    ofPairs_.push_back(to(actions, menu, tr("&Close the second trace"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_W),
                          files_.closeSecond));
    menu->addSeparator();
    ofPairs_.push_back(to(actions, menu, tr("Show the table of &differences, or hide it"), QKeySequence(Qt::Key_C),
                          [this] { comparing_->togglePanel(); }));
    ofPairs_.push_back(to(actions, menu, tr("D&ifferences alone, and back"), QKeySequence(Qt::Key_7),
                          [this] { pair_->footAloneOrBack(); }));
    export_ = to(actions, menu, tr("E&xport the comparison: page, text or picture…"),
                 QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_E), files_.exportComparison);
    ofPairs_.push_back(to(actions, menu, tr("&Forget which rows were paired by hand"), {},
                          [this] { comparing_->forgetHandPairing(); }));
    menu->addSeparator();
    ofPairs_.push_back(
        to(actions, menu, tr("S&wap the sides"), QKeySequence(Qt::CTRL | Qt::Key_B), [this] { pair_->swapSides(); }));
    QAction* const blink = to(actions, menu, tr("&Blink: the other trace in this one's place, while the key is held"),
                              QKeySequence(Qt::Key_B), [this] { pair_->blink(); });
    blink->setAutoRepeat(false);
    ofPairs_.push_back(blink);
    stacked_ = to(actions, menu, tr("One &above the other, or beside"), QKeySequence(Qt::Key_V),
                  [this] { pair_->setStacked(!pair_->isStacked()); });
    stacked_->setCheckable(true);
    stacked_->setChecked(pair_->isStacked());
    ofPairs_.push_back(stacked_);
    menu->addSeparator();
    link_ = to(actions, menu, tr("&Link the two, or let each go its way"), QKeySequence(Qt::Key_L),
               [this] { toggleLink(); });
    link_->setCheckable(true);
    ofPairs_.push_back(link_);
    addAlignments(actions, menu);
    actions.describe(menu->title(), tr("move one of two linked traces alone, while it is held"), QStringLiteral("Alt"));
    connect(pair_, &TracePair::pairChanged, this, &CompareCommands::enable);
    connect(comparing_, &Comparing::changed, this, &CompareCommands::enable);
    connect(pair_->link(), &RangeLink::changed, this, &CompareCommands::enable);
    connect(menu, &QMenu::aboutToShow, this, &CompareCommands::enable);
    for (TraceView* const view : pair_->views()) // a key works without the menu having been opened
        connect(&view->state()->marks(), &TimeMarks::changed, this, &CompareCommands::enable);
    enable();
}

void CompareCommands::addAlignments(Actions& actions, QMenu* menu) {
    const auto at = [&](const QString& name, const QKeySequence& key, std::function<void()> what) {
        ofPairs_.push_back(to(actions, menu, name, key, std::move(what)));
        return ofPairs_.back();
    };
    at(tr("Align the s&tarts"), QKeySequence(Qt::SHIFT | Qt::Key_L), [this] { align({}); });
    at(tr("Align the &ends"), QKeySequence(Qt::ALT | Qt::SHIFT | Qt::Key_L), [this] {
        align({.kind = AnchorKind::End,
               .name = {},
               .a = pair_->first()->state()->facts()->trace->duration,
               .b = pair_->second()->state()->facts()->trace->duration,
               .objection = {}});
    });
    byMark_ = at(tr("Align the &marks"), QKeySequence(Qt::CTRL | Qt::Key_M), [this] {
        const std::vector<Anchor> all = marks();
        if (!all.empty())
            align(all.front());
    });
    byClock_ = at(tr("Align b&y the time of day"), {}, [this] {
        align(atTheClock(*pair_->first()->state()->facts()->trace, *pair_->second()->state()->facts()->trace));
    });
    at(tr("Align by what &happened: GC cycle, function, task, log…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_A),
       [this] { askAnchor(); });
    stretch_ = at(tr("St&retch both to one length, or the same scale in both"), QKeySequence(Qt::CTRL | Qt::Key_T),
                  [this] { pair_->link()->stretch(!pair_->link()->isStretched()); });
    stretch_->setCheckable(true);
}

void CompareCommands::enable() {
    const bool pair = pair_->isPair();
    for (QAction* const action : ofPairs_)
        action->setEnabled(pair);
    export_->setEnabled(comparing_->comparison() != nullptr);
    link_->setChecked(pair_->link()->isOn() || pair_->link()->isHeld());
    stacked_->setChecked(pair_->isStacked());
    stretch_->setChecked(pair_->link()->isStretched());
    if (!pair)
        return;
    const bool marked = !marks().empty();
    byMark_->setEnabled(marked);
    byMark_->setToolTip(marked ? QString() : tr("Set a mark in both traces first: M at the mouse, or Shift+A."));
    const Anchor clock =
        atTheClock(*pair_->first()->state()->facts()->trace, *pair_->second()->state()->facts()->trace);
    byClock_->setEnabled(clock.objection.empty());
    byClock_->setToolTip(fromUtf8(clock.objection));
}

void CompareCommands::toggleLink() {
    RangeLink& link = *pair_->link();
    link.isOn() ? link.suspend() : link.resume();
    Q_EMIT message(link.isOn() ? tr("The two are linked as they lie side by side now.")
                               : tr("The two are not linked: each trace moves alone."));
}

void CompareCommands::align(const Anchor& anchor) {
    pair_->link()->align(anchor.a, anchor.b);
    Q_EMIT message(tr("Aligned: %1").arg(fromUtf8(textOf(anchor))));
}

// The markers A of both, then the marks of both in their order.
std::vector<Anchor> CompareCommands::marks() const {
    const TimeMarks& a = pair_->first()->state()->marks();
    const TimeMarks& b = pair_->second()->state()->marks();
    std::vector<Anchor> all;
    if (a.a() && b.a())
        all.push_back({.kind = AnchorKind::Mark, .name = "A", .a = *a.a(), .b = *b.a(), .objection = {}});
    for (std::size_t i = 0; i < std::min(a.marks().size(), b.marks().size()); ++i)
        all.push_back({.kind = AnchorKind::Mark,
                       .name = std::to_string(i + 1),
                       .a = a.marks()[i].time,
                       .b = b.marks()[i].time,
                       .objection = {}});
    return all;
}

void CompareCommands::askAnchor() {
    auto* const dialog =
        new AlignDialog(marks(), pair_->first()->state()->facts(), pair_->second()->state()->facts(), window_);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &AlignDialog::chosen, this, &CompareCommands::align);
    dialog->open();
}

} // namespace waitscope
