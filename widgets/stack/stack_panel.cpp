// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/stack/stack_panel.h"

#include "model/report/span_text.h"
#include "model/waits/standard_library.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/text_style.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextDocumentFragment>
#include <QToolTip>

#include <algorithm>
#include <span>

namespace waitscope {

namespace {

using Kind = StackLine::Kind;

constexpr int gap = 4; // the window's grid, in logical pixels
const QString goroutineScheme = QStringLiteral("goroutine");
const QString spanScheme = QStringLiteral("span");
const QString frameScheme = QStringLiteral("frame");
const QString unfoldScheme = QStringLiteral("unfold");
constexpr std::size_t fewestFolded = 3; // fewer are shorter than the words that would stand for them

// "database/sql, net": a wait in a pool of connections is known by the package that it is in.
QString packagesOf(std::span<const StackLine> lines) {
    constexpr qsizetype most = 3;
    QStringList packages;
    for (const StackLine& line : lines)
        if (const QString package = fromUtf8(packageOf(line.fullText)); !packages.contains(package))
            packages << package;
    const bool cut = packages.size() > most;
    return packages.mid(0, most).join(QStringLiteral(", ")) + (cut ? QStringLiteral(", …") : QString());
}

} // namespace

StackPanel::StackPanel(ViewState* view, QWidget* parent) : QTextBrowser(parent), view_(view) {
    setAccessibleName(tr("Stack"));
    setAccessibleDescription(tr("Where the selected goroutine is blocked, who created it and who woke it"));
    setFrameShape(QFrame::NoFrame);
    setOpenLinks(false);
    setUndoRedoEnabled(false);
    setTextInteractionFlags(Qt::TextBrowserInteraction | Qt::TextSelectableByKeyboard);
    document()->setDocumentMargin(2 * gap);
    connect(this, &QTextBrowser::anchorClicked, this, [this](const QUrl& url) {
        if (url.scheme() == spanScheme)
            view_->selectInSight(SpanIndex{url.path().toUInt()});
        else if (url.scheme() == goroutineScheme)
            view_->select(GoroutineSelection{GoroutineIndex{url.path().toUInt()}});
        else if (url.scheme() == frameScheme)
            Q_EMIT frameChosen(FrameId{url.path().toUInt()});
        else if (url.scheme() == unfoldScheme) {
            unfolded_ = true;
            write();
        }
    });
    connect(view_, &ViewState::traceChanged, this, &StackPanel::rebuild);
    connect(view_, &ViewState::selectionChanged, this, &StackPanel::rebuild);
    rebuild();
}

void StackPanel::rebuild() {
    work_.cancel();
    const auto facts = view_->facts();
    // Where the time of a task went is in all spans of its goroutines; anything else is told at once.
    if (facts && std::holds_alternative<TaskSelection>(view_->selection()))
        work_.request([facts, task = view_->selection()] { return describe(*facts, task); });
    else
        showLines(facts ? describe(*facts, view_->selection()) : std::vector<StackLine>());
}

void StackPanel::showLines(std::vector<StackLine> lines) {
    lines_ = std::move(lines);
    unfolded_ = false;
    write();
    verticalScrollBar()->setValue(0);
    const auto site = std::ranges::find_if(lines_, &StackLine::site);
    Q_EMIT siteChanged(site != lines_.end() ? site->frame : FrameId{});
}

// The frame that blocks comes first and stays; the library's frames between it and the program's are folded.
void StackPanel::arrange() {
    blocks_.clear();
    for (std::size_t i = 0; i < lines_.size();) {
        std::size_t end = i;
        const bool first = i == 0 || (lines_[i - 1].kind != Kind::LibraryFrame && lines_[i - 1].kind != Kind::Frame);
        while (!unfolded_ && !first && end < lines_.size() && lines_[end].kind == Kind::LibraryFrame &&
               !lines_[end].site)
            ++end;
        if (end - i >= fewestFolded) {
            blocks_.push_back({i, end - i});
            i = end;
        } else {
            blocks_.push_back({i, 0});
            ++i;
        }
    }
}

// A document of one block a line, so that a place in the text tells its line.
void StackPanel::write() {
    writing_ = true;
    clear();
    const QFont words = font();
    const QColor muted = mutedText(palette());
    QTextCharFormat plain;
    plain.setFont(words);
    plain.setForeground(palette().color(QPalette::Text));
    QTextCharFormat figures = plain;
    figures.setFont(figuresFont(words));
    QTextCursor cursor(document());
    if (lines_.empty()) {
        QTextCharFormat hint = plain;
        hint.setForeground(muted);
        QTextBlockFormat middle;
        middle.setAlignment(Qt::AlignHCenter);
        middle.setTopMargin(8 * gap);
        cursor.setBlockFormat(middle);
        cursor.insertText(view_->facts() ? tr("Select a wait, a goroutine or a span to see its stack.")
                                         : tr("Stacks appear here once a trace is open."),
                          hint);
    }
    arrange();
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        const StackLine& line = lines_[blocks_[i].line];
        QTextBlockFormat block;
        QTextCharFormat text = plain;
        switch (line.kind) {
        case Kind::Headline:
            text.setFontWeight(QFont::Bold);
            break;
        case Kind::Heading:
            block.setTopMargin(3 * gap);
            text.setFontWeight(QFont::Bold);
            break;
        case Kind::Frame:
        case Kind::LibraryFrame: {
            // A long name continues behind the mark of the first line.
            const int mark = QFontMetrics(figures.font()).horizontalAdvance(QStringLiteral("▸ "));
            block.setLeftMargin(mark);
            block.setTextIndent(-mark);
            block.setTopMargin(1);
            text = figures;
            if (line.kind == Kind::LibraryFrame && !line.site)
                text.setForeground(muted);
            break;
        }
        case Kind::Note:
            block.setTopMargin(1);
            text.setForeground(muted);
            break;
        }
        if (i > 0)
            cursor.insertBlock();
        cursor.setBlockFormat(block);
        if (blocks_[i].folded > 0) {
            text.setAnchor(true);
            text.setAnchorHref(unfoldScheme + QStringLiteral(":all"));
            cursor.insertText(tr("  … %1 frames of Go's library: %2")
                                  .arg(blocks_[i].folded)
                                  .arg(packagesOf(std::span(lines_).subspan(blocks_[i].line, blocks_[i].folded))),
                              text);
            continue;
        }
        const bool frame = line.kind == Kind::Frame || line.kind == Kind::LibraryFrame;
        if (frame) {
            text.setFontWeight(line.site ? QFont::Bold : QFont::Normal);
            cursor.insertText(line.site ? QStringLiteral("▸ ") : QStringLiteral("  "), text);
        }
        cursor.insertText(fromUtf8(line.text), text);
        if (frame) {
            text.setForeground(line.site ? palette().color(QPalette::Text) : muted);
            cursor.insertText(QStringLiteral("  "), text);
            QTextCharFormat place = text;
            place.setAnchor(true);
            place.setAnchorHref(frameScheme + u':' + QString::number(line.frame.value));
            cursor.insertText(fromUtf8(line.place), place);
            if (line.inlined)
                cursor.insertText(tr("  inlined"), text);
        }
        if (line.goroutine.known()) {
            cursor.insertText(QStringLiteral(" "), text);
            text.setAnchor(true);
            text.setAnchorHref(line.span.known() ? spanScheme + u':' + QString::number(line.span.value)
                                                 : goroutineScheme + u':' + QString::number(line.goroutine.value));
            text.setForeground(palette().color(QPalette::Link));
            text.setFontUnderline(true);
            cursor.insertText(fromUtf8(goroutineText(*view_->facts()->trace, line.goroutine)), text);
        }
    }
    moveCursor(QTextCursor::Start);
    showTextCursor();
    writing_ = false;
}

const StackLine* StackPanel::lineAt(const QTextCursor& cursor) const {
    const auto block = static_cast<std::size_t>(cursor.blockNumber());
    return block < blocks_.size() && blocks_[block].folded == 0 ? &lines_[blocks_[block].line] : nullptr;
}

void StackPanel::copyText() const {
    const QTextCursor cursor = textCursor();
    if (cursor.hasSelection())
        QApplication::clipboard()->setText(cursor.selection().toPlainText());
    else if (!lines_.empty())
        QApplication::clipboard()->setText(fromUtf8(plainText(*view_->facts(), lines_)));
}

void StackPanel::copyLine() const {
    if (const StackLine* const line = lineAt(textCursor()))
        QApplication::clipboard()->setText(fromUtf8(plainText(*view_->facts(), *line)).trimmed());
}

void StackPanel::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy))
        copyText();
    else if (event->key() == Qt::Key_C && event->modifiers() == (Qt::ControlModifier | Qt::ShiftModifier))
        copyLine();
    else
        QTextBrowser::keyPressEvent(event);
}

void StackPanel::contextMenuEvent(QContextMenuEvent* event) {
    if (lines_.empty())
        return;
    const bool marked = textCursor().hasSelection();
    if (!marked && event->reason() == QContextMenuEvent::Mouse)
        setTextCursor(cursorForPosition(event->pos()));
    QMenu menu(this);
    QAction* const text = menu.addAction(marked ? tr("Copy marked text") : tr("Copy stack as text"));
    text->setShortcut(QKeySequence::Copy);
    QAction* const line = menu.addAction(tr("Copy this line"));
    line->setShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_C);
    const QAction* const chosen = menu.exec(event->globalPos());
    if (chosen == text)
        copyText();
    else if (chosen == line)
        copyLine();
}

bool StackPanel::viewportEvent(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QTextBrowser::viewportEvent(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    const StackLine* const line = lineAt(cursorForPosition(help->pos()));
    if (line != nullptr && !line->fullPlace.empty())
        QToolTip::showText(help->globalPos(), fromUtf8(line->fullText + "\n" + line->fullPlace), this);
    else
        QToolTip::hideText();
    return true;
}

void StackPanel::focusInEvent(QFocusEvent* event) {
    QTextBrowser::focusInEvent(event);
    showTextCursor();
}

void StackPanel::focusOutEvent(QFocusEvent* event) {
    QTextBrowser::focusOutEvent(event);
    showTextCursor();
}

// For those who read with the keyboard.
void StackPanel::showTextCursor() {
    setCursorWidth(hasFocus() && !lines_.empty() ? 1 : 0);
}

void StackPanel::changeEvent(QEvent* event) {
    QTextBrowser::changeEvent(event);
    if (!writing_ && (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange))
        write();
}

} // namespace waitscope
