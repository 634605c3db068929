// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/details.h"

#include "app/editor.h"
#include "app/path_rules_dialog.h"
#include "model/report/span_text.h"
#include "widgets/common/from_utf8.h"
#include "widgets/stack/source_panel.h"
#include "widgets/stack/stack_panel.h"
#include "widgets/waits/why_panel.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QInputDialog>

namespace waitscope {

Details::Details(ViewState* view, QObject* parent)
    : QObject(parent)
    , view_(view)
    , stack_(new StackPanel(view))
    , source_(new SourcePanel)
    , why_(new WhyPanel(view))
    , finding_([this](const std::pair<QString, SourceFile>& found) {
        const auto& [file, source] = found;
        if (source.path.isEmpty())
            source_->setMissing(file, source.problem);
        else
            source_->setSource(file, source.path, source.text);
    }) {
    connect(stack_, &StackPanel::siteChanged, this, &Details::showFrame);
    connect(stack_, &StackPanel::frameChosen, this, &Details::showLine);
    connect(why_, &WhyPanel::frameActivated, this, &Details::showLine);
    connect(source_, &SourcePanel::sourceWanted, this, &Details::findSource);
    connect(source_, &SourcePanel::editorRequested, this, &Details::openEditor);
    connect(source_, &SourcePanel::rulesRequested, this, &Details::editPathRules);
    connect(source_, &SourcePanel::locateRequested, this, [this] {
        const QString name = source_->file().section(u'/', -1);
        const QString path = QFileDialog::getOpenFileName(source_, tr("Find %1").arg(name), {},
                                                          tr("%1 (%1);;Go files (*.go);;All files (*)").arg(name));
        if (!path.isEmpty())
            locateSource(path);
    });
}

Details::~Details() = default;

void Details::showStack() {
    Q_EMIT wanted(stack_);
}

void Details::showSource() {
    Q_EMIT wanted(source_);
}

void Details::showWhy() {
    Q_EMIT wanted(why_);
}

void Details::showLine(FrameId frame) {
    showFrame(frame);
    showSource();
}

void Details::showFrame(FrameId frame) {
    if (!frame.known() || !view_->facts())
        return source_->showNothing();
    const Trace& trace = *view_->facts()->trace;
    const Frame& line = trace.frame(frame);
    source_->showLine(fromUtf8(functionText(trace, frame)), fromUtf8(std::string(trace.text(line.file))),
                      static_cast<int>(line.line));
}

void Details::findSource(const QString& file) {
    finding_.request([file, places = placesOf(file, pathRules(), goRootsHere(), moduleCachesHere())] {
        return std::pair(file, readSource(file, places));
    });
}

void Details::locateSource(const QString& path) {
    if (const auto rule = ruleFrom(source_->file(), path))
        rememberPathRule(*rule);
    else
        rememberPathRule({source_->file(), path}); // another name: for this file only
    findSource(source_->file());
}

void Details::editPathRules() {
    auto* const dialog = new PathRulesDialog(pathRules(), source_);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        keepPathRules(dialog->rules());
        if (!source_->file().isEmpty())
            findSource(source_->file());
    });
    dialog->open();
}

void Details::openEditor() {
    QString problem;
    if (source_->path().isEmpty())
        Q_EMIT failed(tr("The source of this line has not been found: select a stack, then find the file once."));
    else if (!openInEditor(editorCommand(), source_->path(), source_->line(), problem))
        Q_EMIT failed(problem);
}

void Details::chooseEditor() {
    QStringList commands;
    for (const Editor& editor : knownEditors())
        commands << editor.command;
    bool chosen = false;
    const QString command =
        QInputDialog::getItem(source_, tr("Editor"), tr("The command that opens a line. {file} and {line} are put in."),
                              commands, 0, true, &chosen);
    if (chosen)
        rememberEditorCommand(command);
}

} // namespace waitscope
