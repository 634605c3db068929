// SPDX-License-Identifier: GPL-3.0-or-later
// What there is to say of the selection: its stack, the source of a line, and because of whom it waits. Finds sources
// on the disk and starts the editor for the panels, which know neither.
#pragma once

#include "app/source_files.h"
#include "widgets/common/latest_result.h"
#include "widgets/common/view_state.h"

#include <QObject>

#include <utility>

namespace waitscope {

class SourcePanel;
class StackPanel;
class WhyPanel;

class Details : public QObject {
    Q_OBJECT

  public:
    /// `view` must outlive it, and so must whoever takes the panels: they have no parent yet.
    explicit Details(ViewState* view, QObject* parent = nullptr);
    ~Details() override;

    [[nodiscard]] StackPanel* stack() const { return stack_; }
    [[nodiscard]] SourcePanel* source() const { return source_; }
    [[nodiscard]] WhyPanel* why() const { return why_; }

    void showStack();
    void showSource();
    void showWhy();
    /// The source of a line.
    void showLine(FrameId frame);
    /// In the editor that the settings name.
    void openEditor();
    void chooseEditor();
    /// A dialog of the rules that lead from paths of traces to files here; the shown line is looked for anew.
    void editPathRules();
    /// The file of the shown line is `path` here; others are then looked for in the same way.
    void locateSource(const QString& path);

  Q_SIGNALS:
    /// One of the panels is to be seen.
    void wanted(QWidget* panel);
    /// Something that the user asked for did not work, in a sentence.
    void failed(const QString& sentence);

  private:
    void showFrame(FrameId frame);
    void findSource(const QString& file);

    ViewState* view_;
    StackPanel* stack_;
    SourcePanel* source_;
    WhyPanel* why_;
    LatestResult<std::pair<QString, SourceFile>> finding_;
};

} // namespace waitscope
