// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/stack/source_panel.h"

#include "widgets/common/follow_font.h"
#include "widgets/common/text_style.h"

#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTextBlock>
#include <QVBoxLayout>

namespace waitscope {

namespace {

constexpr int gap = 4; // the window's grid, in logical pixels

} // namespace

SourcePanel::SourcePanel(QWidget* parent)
    : QWidget(parent)
    , title_(new QLabel(this))
    , note_(new QLabel(this))
    , text_(new QPlainTextEdit(this))
    , locate_(new QPushButton(tr("Find the file…"), this))
    , rules_(new QPushButton(tr("Path rules…"), this))
    , edit_(new QPushButton(tr("Open in editor"), this))
    , copy_(new QPushButton(tr("Copy line"), this)) {
    setAccessibleName(tr("Source"));
    title_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    title_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    note_->setWordWrap(true);
    note_->setContentsMargins(2 * gap, 0, 2 * gap, 0);
    text_->setReadOnly(true);
    text_->setLineWrapMode(QPlainTextEdit::NoWrap);
    text_->setFrameShape(QFrame::NoFrame);
    text_->setAccessibleName(tr("Source text"));
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    followFont(this, [this] { text_->setFont(figuresFont(font())); });
    connect(locate_, &QPushButton::clicked, this, &SourcePanel::locateRequested);
    connect(rules_, &QPushButton::clicked, this, &SourcePanel::rulesRequested);
    connect(edit_, &QPushButton::clicked, this, &SourcePanel::editorRequested);
    connect(copy_, &QPushButton::clicked, this, &SourcePanel::copyLine);
    auto* const head = new QHBoxLayout;
    head->setContentsMargins(2 * gap, gap, gap, 0);
    head->setSpacing(gap);
    head->addWidget(title_, 1);
    head->addWidget(locate_);
    head->addWidget(rules_);
    head->addWidget(edit_);
    head->addWidget(copy_);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gap);
    layout->addLayout(head);
    layout->addWidget(note_);
    layout->addWidget(text_, 1);
    showNothing();
}

void SourcePanel::showNothing() {
    function_.clear();
    file_.clear();
    path_.clear();
    line_ = 0;
    text_->clear();
    setTexts(tr("Select a wait, a goroutine or a line of a stack to see its source."));
}

void SourcePanel::showLine(const QString& function, const QString& file, int line) {
    const bool same = file == file_ && !path_.isEmpty();
    function_ = function;
    file_ = file;
    line_ = line;
    if (same) {
        markLine();
        return;
    }
    path_.clear();
    text_->clear();
    setTexts(tr("Looking for the file …"));
    Q_EMIT sourceWanted(file);
}

void SourcePanel::setSource(const QString& file, const QString& path, const QString& text) {
    if (file != file_)
        return;
    path_ = path;
    // Numbers are part of the text: what is copied then says where it is from.
    QString numbered;
    const QStringList lines = text.split(u'\n');
    const int width = static_cast<int>(QString::number(lines.size()).size());
    for (qsizetype i = 0; i < lines.size(); ++i)
        numbered += QStringLiteral("%1  %2\n").arg(QString::number(i + 1).rightJustified(width), lines[i]);
    numbered.chop(1);
    text_->setPlainText(numbered);
    markLine();
}

void SourcePanel::setMissing(const QString& file, const QString& why) {
    if (file != file_)
        return;
    path_.clear();
    text_->clear();
    setTexts(why);
}

void SourcePanel::markLine() {
    const QTextBlock block = text_->document()->findBlockByNumber(line_ - 1);
    if (!block.isValid()) {
        setTexts(
            tr("This file has %1 lines, the trace names line %2: it is not the source that the program was built from.")
                .arg(text_->document()->blockCount())
                .arg(line_));
        text_->setExtraSelections({});
        return;
    }
    QTextEdit::ExtraSelection mark;
    mark.cursor = QTextCursor(block);
    QColor colour = palette().color(QPalette::Highlight);
    colour.setAlpha(70);
    mark.format.setBackground(colour);
    mark.format.setProperty(QTextFormat::FullWidthSelection, true);
    text_->setExtraSelections({mark});
    text_->setTextCursor(QTextCursor(block));
    text_->centerCursor();
    setTexts({});
}

void SourcePanel::setTexts(const QString& note) {
    note_->setText(note);
    note_->setVisible(!note.isEmpty());
    QPalette muted = palette();
    muted.setColor(QPalette::WindowText, mutedText(palette()));
    note_->setPalette(muted);
    const QString name = file_.section(u'/', -1);
    title_->setText(file_.isEmpty() ? QString() : QStringLiteral("%1:%2  %3").arg(name).arg(line_).arg(function_));
    title_->setToolTip(path_.isEmpty() || path_ == file_ ? file_ : tr("%1\nfound as %2").arg(file_, path_));
    locate_->setVisible(!file_.isEmpty() && (path_.isEmpty() || !note.isEmpty()));
    rules_->setVisible(!locate_->isHidden());
    edit_->setVisible(!path_.isEmpty());
    copy_->setVisible(!file_.isEmpty());
    text_->setVisible(!path_.isEmpty());
    if (layout() != nullptr)
        static_cast<QVBoxLayout*>(layout())->setStretchFactor(note_, path_.isEmpty() ? 1 : 0);
    note_->setAlignment(path_.isEmpty() ? Qt::AlignCenter : Qt::AlignLeft);
}

void SourcePanel::copyLine() const {
    QApplication::clipboard()->setText(QStringLiteral("%1\n\t%2:%3\n").arg(function_, file_).arg(line_));
}

void SourcePanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && line_ > 0 && !path_.isEmpty())
        markLine();
}

} // namespace waitscope
