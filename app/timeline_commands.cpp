// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/timeline_commands.h"

#include "app/quick_choice.h"
#include "app/tooltip_switch.h"
#include "model/report/range_text.h"
#include "model/report/text.h"
#include "widgets/common/from_utf8.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QDateTime>
#include <QInputDialog>
#include <QMenu>
#include <QSettings>

#include <algorithm>
#include <optional>

namespace waitscope {

namespace {

const QString thinName = QStringLiteral("timeline/thinRows");
const QString wordsName = QStringLiteral("timeline/spanWords");

// As it was chosen last, in whichever window.
TimelineLook keptLook() {
    const QSettings settings;
    return {.thin = settings.value(thinName, false).toBool(), .words = settings.value(wordsName, true).toBool()};
}

void keepLook(const TimelineLook& look) {
    QSettings settings;
    settings.setValue(thinName, look.thin);
    settings.setValue(wordsName, look.words);
}

// The view as options of the command line. O(goroutines · log) if it names some.
ViewOptions optionsOf(const TraceFacts& facts, const TimelineContents& contents, TimeRange visible) {
    ViewOptions options = optionsFor(facts, contents);
    if (visible != facts.trace->wholeRange())
        options.range = rangeOption(visible, *facts.trace);
    return options;
}

// "12:00:10.25" or "2026-11-24T12:00:10.25Z", to the millisecond, as it stands in the logs of a service: UTC. The
// second in which the trace begins is its begin. Nothing where the trace does not know the clock, and outside of it.
std::optional<Time> clockTimeFrom(const QString& text, const Trace& trace) {
    constexpr Time second = 1'000'000'000;
    constexpr Time millisecond = 1'000'000;
    if (!trace.wallClock || !text.contains(u':'))
        return {};
    const Time start = trace.wallClock->unixNanosecondsAtStart;
    QDateTime at = QDateTime::fromString(text, Qt::ISODateWithMs);
    if (!at.isValid()) {
        const QDateTime begin = QDateTime::fromMSecsSinceEpoch(start / millisecond, Qt::UTC);
        const QTime clock = QTime::fromString(text.endsWith(u'Z') ? text.chopped(1) : text, Qt::ISODateWithMs);
        at = clock.isValid() ? QDateTime(begin.date(), clock, Qt::UTC) : QDateTime();
        if (at.isValid() && at.secsTo(begin) > 1)
            at = at.addDays(1); // the trace goes on after midnight
    }
    if (!at.isValid())
        return {};
    if (at.timeSpec() == Qt::LocalTime)
        at.setTimeSpec(Qt::UTC);
    const Time time = at.toMSecsSinceEpoch() * millisecond - start;
    return time > -second && time <= trace.duration ? std::optional(std::max<Time>(time, 0)) : std::nullopt;
}

} // namespace

TimelineCommands::TimelineCommands(const Parts& parts, QWidget* window)
    : QObject(window), parts_(parts), window_(window), history_(parts.state, parts.pane->view(), {}) {
    parts.pane->view()->setLook(keptLook());
}

TimelineCommands::Added TimelineCommands::add(Actions& actions, QMenu* edit, QMenu* view, QMenu* go,
                                              const std::function<TimelineCommands*()>& current) {
    const auto timeline = [current] { return current()->parts_.pane->view(); };
    const auto to = [&](QMenu* menu, const QString& name, const QKeySequence& key, std::function<void()> what) {
        QAction* const action = actions.add(menu->title(), name, key, std::move(what));
        menu->addAction(action);
        return action;
    };
    QAction* const back =
        to(edit, tr("&Back to where I was"), QKeySequence::Undo, [current] { current()->history_.back(); });
    QAction* const forward = to(edit, tr("For&ward again"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z),
                                [current] { current()->history_.forward(); });
    edit->addSeparator();
    to(edit, tr("&Search…"), QKeySequence(Qt::CTRL | Qt::Key_F), [current] {
        current()->parts_.search->begin();
    })->setShortcuts({QKeySequence(Qt::CTRL | Qt::Key_F), QKeySequence(Qt::Key_Slash)});
    to(edit, tr("&Next hit"), QKeySequence(Qt::Key_F3), [current] { current()->parts_.search->step(1); });
    to(edit, tr("&Previous hit"), QKeySequence(Qt::SHIFT | Qt::Key_F3),
       [current] { current()->parts_.search->step(-1); });
    to(edit, tr("&Filter rows…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F),
       [current] { current()->parts_.pane->editFilter(); });
    edit->addSeparator();
    QAction* const link =
        to(edit, tr("Copy &link to here"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_L), [this, current] {
            QApplication::clipboard()->setText(current()->link());
            Q_EMIT message(tr("Copied: %1").arg(current()->link()));
        });
    to(edit, tr("&Commands…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P), [this, &actions] {
        QuickChoice(
            tr("Commands"), tr("Part of a command's name"),
            [&](const QString& text) { return commandsFor(actions, text); }, window_)
            .exec();
    });

    view->addSeparator();
    QAction* const pin =
        to(view, tr("&Pin the row, or unpin it"), QKeySequence(Qt::Key_P), [timeline] { timeline()->pinSelected(); });
    QAction* const stacks = to(view, tr("What the goroutine &called, below its row"), QKeySequence(Qt::Key_K),
                               [timeline] { timeline()->toggleStacks(); });
    QAction* const hide = to(view, tr("&Hide the goroutine or the group"), QKeySequence(Qt::Key_H),
                             [timeline] { timeline()->hideSelected(); });
    QAction* const only = to(view, tr("Show &only what is selected"), QKeySequence(Qt::Key_O),
                             [timeline] { timeline()->showOnlySelected(); });
    to(view, tr("Show all goroutines"), QKeySequence(Qt::SHIFT | Qt::Key_O),
       [timeline] { timeline()->showEverything(); });
    to(view, tr("Show what is h&idden"), QKeySequence(Qt::SHIFT | Qt::Key_H), [timeline] { timeline()->showHidden(); });
    to(view, tr("Fold all groups"), QKeySequence(Qt::Key_Minus), [timeline] { timeline()->foldAll(true); });
    to(view, tr("Unfold all groups"), QKeySequence(Qt::Key_Plus), [timeline] { timeline()->foldAll(false); });
    view->addSeparator();
    QAction* const tooltips = to(view, tr("T&ooltips of the canvases"), QKeySequence(Qt::Key_T),
                                 [] { setTooltipsShown(!tooltipsAreShown()); });
    tooltips->setCheckable(true);
    tooltips->setChecked(tooltipsAreShown());
    const auto switched = [&](const QString& name, const QKeySequence& key, bool TimelineLook::*part) {
        QAction* const action = to(view, name, key, [timeline, part] {
            TimelineLook look = timeline()->look();
            look.*part = !(look.*part);
            timeline()->setLook(look);
            keepLook(look);
        });
        action->setCheckable(true);
        return action;
    };
    QAction* const thin =
        switched(tr("Thi&n rows without words"), QKeySequence(Qt::SHIFT | Qt::Key_C), &TimelineLook::thin);
    QAction* const words = switched(tr("&Words on spans"), QKeySequence(Qt::Key_X), &TimelineLook::words);
    // Made before the state of the commands is shown; it stands further down in the menu.
    auto* const formats = new QMenu(tr("&Times"), window_);
    auto* const oneFormat = new QActionGroup(formats);
    for (const auto& [format, name] : {std::pair(TimeFormat::SinceStart, tr("From the &start of the trace")),
                                       std::pair(TimeFormat::SinceA, tr("From &marker A")),
                                       std::pair(TimeFormat::WallClock, tr("As the &clock said"))}) {
        QAction* const action =
            actions.add(tr("Times"), name, {}, [timeline, format = format] { timeline()->setTimeFormat(format); });
        action->setCheckable(true);
        oneFormat->addAction(action);
        formats->addAction(action);
    }
    showState_ = [current, timeline, back, forward, thin, words, oneFormat] {
        back->setEnabled(current()->history_.canGoBack());
        forward->setEnabled(current()->history_.canGoForward());
        thin->setChecked(timeline()->look().thin);
        words->setChecked(timeline()->look().words);
        oneFormat->actions().at(static_cast<int>(current()->parts_.state->timeFormat()))->setChecked(true);
    };
    showState_();
    const auto choose = [&](const QString& title, std::span<const NamedChoice> choices, auto set) {
        QMenu* const menu = view->addMenu(title);
        for (std::size_t i = 0; i < choices.size(); ++i) {
            QAction* const action =
                actions.add(QString(title).remove(u'&'), fromUtf8(choices[i].text), {}, [timeline, set, i] {
                    TimelineChoice choice = timeline()->choice();
                    set(choice, i);
                    timeline()->setChoice(choice);
                });
            menu->addAction(action);
        }
    };
    choose(tr("&Group rows by"), namedGroupings,
           [](TimelineChoice& choice, std::size_t i) { choice.grouping = static_cast<Grouping>(i); });
    choose(tr("&Sort rows by"), namedGroupOrders,
           [](TimelineChoice& choice, std::size_t i) { choice.order = static_cast<GroupOrder>(i); });

    QMenu* const light = view->addMenu(tr("&Light up states"));
    light->addAction(actions.add(tr("Light up"), tr("All states"), {}, [timeline] { timeline()->lightAllUp(); }));
    for (std::size_t f = 1; f < stateFamilyCount; ++f) { // what is unknown is no state to look for
        const auto family = static_cast<StateFamily>(f);
        light->addAction(actions.add(tr("Light up"), fromUtf8(nameOf(family)), {},
                                     [timeline, family] { timeline()->lightUp(family); }));
    }

    view->addMenu(formats);

    go->addSeparator();
    const auto keyed = [&](const QString& name, Qt::Key key, std::function<void()> what) {
        return to(go, name, QKeySequence(key), std::move(what));
    };
    keyed(tr("Zoom in at the mouse"), Qt::Key_W, [timeline] { timeline()->zoomBy(zoomStep); });
    keyed(tr("Zoom out at the mouse"), Qt::Key_S, [timeline] { timeline()->zoomBy(1 / zoomStep); });
    keyed(tr("Move left"), Qt::Key_A, [timeline] { timeline()->moveBy(-panStep); });
    keyed(tr("Move right"), Qt::Key_D, [timeline] { timeline()->moveBy(panStep); });
    keyed(tr("Zoom to the chosen range"), Qt::Key_Z, [timeline] { timeline()->zoomToChosenRange(); });
    keyed(tr("Choose the span"), Qt::Key_R, [timeline] { timeline()->chooseSelected(); });
    to(go, tr("Choose what is visible"), QKeySequence(Qt::SHIFT | Qt::Key_R),
       [timeline] { timeline()->chooseVisible(); });
    keyed(tr("Next span of the goroutine"), Qt::Key_Period, [timeline] { timeline()->selectNeighbour(1); });
    keyed(tr("Previous span of the goroutine"), Qt::Key_Comma, [timeline] { timeline()->selectNeighbour(-1); });
    go->addSeparator();
    to(go, tr("&Find a goroutine or a function…"), QKeySequence(Qt::CTRL | Qt::Key_P),
       [current] { current()->askWhom(); });
    to(go, tr("&Go to a goroutine, a time or a range…"), QKeySequence(Qt::Key_G),
       [current] { current()->askWhereTo(); });
    QAction* const creator =
        to(go, tr("Who &created it"), QKeySequence(Qt::SHIFT | Qt::Key_U), [timeline] { timeline()->goToCreator(); });
    to(go, tr("The &longest task, then the next"), QKeySequence(Qt::SHIFT | Qt::Key_T),
       [timeline] { timeline()->goToLongestTask(); });
    to(go, tr("The longest &wait, then the next"), QKeySequence(Qt::SHIFT | Qt::Key_W),
       [timeline] { timeline()->goToLongestWait(); });
    QAction* const mark = to(go, tr("&Mark here, or take the mark away"), QKeySequence(Qt::Key_M),
                             [timeline] { timeline()->toggleMark(); });
    QAction* const note =
        to(go, tr("Mark here with a &note…"), QKeySequence(Qt::SHIFT | Qt::Key_M), [current] { current()->askNote(); });
    to(go, tr("Previous mark"), QKeySequence(Qt::Key_BracketLeft), [timeline] { timeline()->goToMark(-1); });
    to(go, tr("Next mark"), QKeySequence(Qt::Key_BracketRight), [timeline] { timeline()->goToMark(1); });
    QAction* const markA =
        to(go, tr("Marker &A here"), QKeySequence(Qt::SHIFT | Qt::Key_A), [timeline] { timeline()->setMarker(false); });
    QAction* const markB =
        to(go, tr("Marker &B here"), QKeySequence(Qt::SHIFT | Qt::Key_B), [timeline] { timeline()->setMarker(true); });
    to(go, tr("Take A and B away"), {}, [current] {
        current()->parts_.state->marks().setA({});
        current()->parts_.state->marks().setB({});
    });
    const auto separator = [this] {
        auto* const line = new QAction(this);
        line->setSeparator(true);
        return line;
    };
    return {.back = back,
            .forward = forward,
            .atMouse = {creator, separator(), pin, stacks, hide, only, separator(), mark, note, markA, markB,
                        separator(), link}};
}

void TimelineCommands::askWhereTo() {
    bool chosen = false;
    const QString text =
        QInputDialog::getText(window_, tr("Go to"), tr("g42, 1.5s, 1.5s..2s, P3, #7 (a task) or 12:00:10.25 (UTC):"),
                              QLineEdit::Normal, {}, &chosen);
    if (chosen && !goTo(text.trimmed()))
        Q_EMIT message(tr("There is no %1 in this trace.").arg(text));
}

void TimelineCommands::askWhom() {
    QuickChoice(
        tr("Find a goroutine or a function"), tr("Its number, or part of the function's name"),
        [this](const QString& text) { return placesFor(*parts_.state, text); }, window_)
        .exec();
}

void TimelineCommands::askNote() {
    // The mouse is elsewhere when the note is typed.
    const Time place = parts_.state->hoverTime();
    bool chosen = false;
    const QString note = QInputDialog::getText(window_, tr("Mark"), tr("Note:"), QLineEdit::Normal, {}, &chosen);
    if (!chosen)
        return;
    parts_.state->setHoverTime(place);
    parts_.pane->view()->markWithNote(note);
}

bool TimelineCommands::goTo(const QString& text) {
    ViewState& state = *parts_.state;
    if (!state.facts())
        return false;
    const Trace& trace = *state.facts()->trace;
    const std::string word = text.toStdString();
    if (const auto id = goroutineIdFrom(word)) {
        const GoroutineIndex g = trace.findGoroutine(*id);
        if (!g.known())
            return false;
        state.select(GoroutineSelection{g});
        parts_.pane->view()->setFocus();
        return true;
    }
    const auto typed = timeFrom(word);
    if (const auto time = typed ? typed : clockTimeFrom(text, trace); time && *time <= trace.duration) {
        const TimeRange visible = state.visibleRange();
        const Time half = std::min(visible.length(), trace.duration / 10) / 2;
        state.setVisibleRange({*time - half, *time + half});
        return true;
    }
    if (std::string problem; word.find("..") != std::string::npos) {
        const auto range = rangeFrom(word, trace, problem);
        if (!range)
            return false;
        state.choose(*range);
        state.setVisibleRange(*range);
        return true;
    }
    bool isNumber = false;
    const qlonglong number = text.mid(1).trimmed().toLongLong(&isNumber);
    if (!isNumber)
        return false;
    if (text.startsWith(u'#'))
        for (const Task& task : trace.tasks)
            if (static_cast<qlonglong>(task.id) == number) {
                state.choose(task.range);
                state.setVisibleRange(task.range);
                return true;
            }
    if (text.startsWith(u'P'))
        for (std::uint32_t p = 0; p < trace.processors.size(); ++p)
            if (trace.processors[p].id == number) {
                const SpanIndex run = runAt(trace, {p}, state.visibleRange().begin, state.visibleRange().end);
                if (run.known())
                    state.select(SpanSelection{trace.ownerOf(run), run});
                return run.known();
            }
    return false;
}

ViewOptions TimelineCommands::options() const {
    const ViewState& state = *parts_.state;
    return state.facts() ? optionsOf(*state.facts(), parts_.pane->view()->contents(), state.visibleRange())
                         : ViewOptions();
}

TimelinePictureOptions TimelineCommands::picture() const {
    const ViewState& state = *parts_.state;
    if (!state.facts())
        return {};
    TimelinePictureOptions picture{.range = state.visibleRange(), .contents = parts_.pane->view()->contents()};
    if (state.onset() >= 0)
        picture.contents.marks.push_back({state.onset(), QStringLiteral("it began")});
    // Pictures of some size have the graphs unfolded; this one is what the window shows.
    if (parts_.pane->view()->rows().isFolded(TimelineSection::Graphs))
        picture.contents.rows.folded.emplace_back(sectionNames[static_cast<std::size_t>(TimelineSection::Graphs)]);
    const QString path = parts_.tracePath();
    // Put into words where the picture is made: to name some goroutines, all are looked at.
    picture.command = [facts = state.facts(), asked = picture,
                       trace = path.isEmpty() ? state.facts()->trace->identity.fileName : path.toStdString()] {
        return fromUtf8(pictureCommandOf(trace, optionsOf(*facts, asked.contents, asked.range), asked));
    };
    return picture;
}

QString TimelineCommands::link() const {
    const QString path = parts_.tracePath();
    return fromUtf8(commandLineOf(path.isEmpty() ? "demo" : path.toStdString(), options()));
}

QString TimelineCommands::apply(const ViewOptions& options) {
    ViewState& state = *parts_.state;
    if (!state.facts())
        return {};
    std::string problem;
    const auto contents = contentsFrom(state.facts(), options, problem);
    const auto range = rangeFrom(options.range, *state.facts()->trace, problem);
    if (!contents || !range)
        return fromUtf8(problem);
    state.setVisibleRange(*range);
    parts_.pane->view()->setContents(*contents);
    return {};
}

} // namespace waitscope
