// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window.h"

#include "app/display.h"
#include "app/exit_code.h"
#include "app/main_window.h"
#include "app/trace_input.h"
#include "widgets/common/theme.h"

#include <QApplication>
#include <QSettings>

namespace waitscope {

int runWindow(int argc, char** argv, const std::vector<std::string>& traces, bool samples, const ViewOptions& view) {
    if (!hasDisplay()) {
        say("There is no display to open a window on. The commands stats, waits, heatmap and timeline work without "
            "one; waitscope --help lists them.");
        return Usage;
    }
    QApplication qt(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("waitscope"));
    QCoreApplication::setOrganizationName(QStringLiteral("waitscope"));
    QCoreApplication::setApplicationVersion(QStringLiteral(WAITSCOPE_VERSION));
    QGuiApplication::setDesktopFileName(QStringLiteral("waitscope"));
    applyTheme(static_cast<Theme>(QSettings().value(QStringLiteral("theme"), 0).toInt()));
    MainWindow window;
    window.show();
    if (!traces.empty()) {
        window.showViewWhenLoaded(view);
        const QString name = QString::fromStdString(traces.front());
        if (samples && traces.front() == "compare")
            window.openSamplePair();
        else if (samples)
            window.openSample(name);
        else
            window.openFile(name);
        if (!samples && traces.size() > 1)
            window.openSecond(QString::fromStdString(traces[1]));
    }
    return QApplication::exec();
}

} // namespace waitscope
