// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window.h"

#include "app/display.h"
#include "app/exit_code.h"
#include "app/font_scale.h"
#include "app/further_runs.h"
#include "app/main_window.h"
#include "app/trace_input.h"
#include "widgets/common/theme.h"

#include <QApplication>
#include <QSettings>

namespace waitscope {

int runWindow(int argc, char** argv, const WindowCommand& command) {
    const std::vector<std::string>& traces = command.traces;
    const bool samples = command.samples;
    if (!hasDisplay()) {
        say("There is no display to open a window on. The commands stats, waits, heatmap and timeline work without "
            "one; waitscope --help lists them.");
        return Usage;
    }
    std::vector<std::string> shown = traces;
    Both<std::vector<std::string>> further;
    if (traces.size() > 2 || (!traces.empty() && (traces[0].starts_with("A=") || traces[0].starts_with("B=")))) {
        const auto runs = runsFrom(traces);
        if (!runs) {
            say("Give one trace, two of them, or several runs of each: waitscope A=before1 A=before2 B=after1 "
                "B=after2.");
            return Usage;
        }
        shown = {runs->a.front(), runs->b.front()};
        further = each(*runs, [](const auto& paths) { return std::vector(paths.begin() + 1, paths.end()); });
    }
    QApplication qt(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("waitscope"));
    QCoreApplication::setOrganizationName(QStringLiteral("waitscope"));
    QCoreApplication::setApplicationVersion(QStringLiteral(WAITSCOPE_VERSION));
    QGuiApplication::setDesktopFileName(QStringLiteral("waitscope"));
    applyFontScale();
    applyTheme(static_cast<Theme>(QSettings().value(QStringLiteral("theme"), 0).toInt()));
    MainWindow window;
    window.show();
    if (!shown.empty()) {
        window.showViewWhenLoaded(command.view);
        const QString name = QString::fromStdString(shown.front());
        if (samples && shown.front() == "compare")
            window.openSamplePair();
        else if (samples)
            window.openSample(name);
        else
            window.openFile(name);
        if (!samples && shown.size() > 1)
            window.openSecond(QString::fromStdString(shown[1]));
        window.setFurtherRuns(std::move(further));
    }
    return QApplication::exec();
}

} // namespace waitscope
