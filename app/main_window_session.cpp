// SPDX-License-Identifier: GPL-3.0-or-later
// What the window shows as a session, and back; and after a reload as it was.
#include "app/main_window.h"
#include "app/output.h"
#include "app/session.h"
#include "app/timeline_commands.h"
#include "app/trace_pair.h"
#include "app/trace_view.h"
#include "widgets/common/from_utf8.h"

#include <QFile>
#include <QFileDialog>
#include <QFileInfo>

#include <utility>

namespace waitscope {

void MainWindow::openSession(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return showFailure(tr("%1 could not be read: %2.").arg(path, file.errorString()), {});
    constexpr qint64 largest = 16 << 20; // bytes; a session of thousands of marks has a few hundred thousand
    QString problem;
    const auto session = sessionFrom(file.read(largest), QFileInfo(path).absolutePath(), problem);
    if (!session)
        return showFailure(QStringLiteral("%1: %2").arg(QFileInfo(path).fileName(), problem), {});
    viewWhenLoaded_ = session->view;
    openFile(session->traces.front());
    if (session->traces.size() > 1)
        openSecond(session->traces.back());
}

void MainWindow::chooseSession() {
    if (!state()->facts())
        return;
    if (view()->source().isEmpty())
        return say(tr("The sample is part of the program: there is no file to save a session of."));
    const QString path = QFileDialog::getSaveFileName(this, tr("Save the session"), view()->source() + sessionEnding,
                                                      tr("Sessions (*%1)").arg(sessionEnding));
    if (!path.isEmpty())
        saveSession(path);
}

void MainWindow::saveSession(const QString& path) {
    Session session{.traces = {QFileInfo(view()->source()).absoluteFilePath()}, .view = view()->commands()->options()};
    if (pair_->isPair() && !pair_->second()->source().isEmpty())
        session.traces << QFileInfo(pair_->second()->source()).absoluteFilePath();
    std::string problem;
    if (writeResult(bytesOf(session, QFileInfo(path).absolutePath()).toStdString(), path, problem))
        say(tr("Written: %1").arg(path));
    else
        messages_->showMessage(fromUtf8(problem));
}

void MainWindow::showAgain(TraceView& view, const std::function<void()>& show) {
    ViewState& state = *view.state();
    ViewOptions seen = view.commands()->options();
    const TimeRange before = state.axisRange();
    const bool whole = std::exchange(seen.range, {}).empty();
    show();
    const TimeRange all = state.axisRange();
    // What may have gone is left out, one after the other, until the rest can be shown.
    const auto apply = [&] { return view.commands()->apply(seen).isEmpty(); };
    bool shown = apply();
    for (const auto part : {&ViewOptions::select, &ViewOptions::only, &ViewOptions::choose})
        if (!shown) {
            (seen.*part).clear();
            shown = apply();
        }
    if (!shown) {
        seen.marks.clear();
        apply();
    }
    state.setVisibleRange(whole ? all : before);
}

} // namespace waitscope
