// SPDX-License-Identifier: GPL-3.0-or-later
// waitscope-window: what waitscope becomes where something is to be drawn (main.cpp). It can do all that waitscope can.
#include "app/command_line.h"
#include "app/display.h"
#include "app/freed_memory.h"
#include "app/window.h"

#include <QApplication>

#include <sys/prctl.h>

namespace waitscope {

namespace {

int run(const Subcommand& command, int argc, char** argv) {
    return std::visit(
        [&]<class T>(const T& asked) {
            if constexpr (std::is_same_v<T, WindowCommand>)
                return runWindow(argc, argv, asked);
            else if constexpr (onlyReports<T>)
                return asked.run();
            else {
                // A picture needs Qt's drawing, but no display.
                drawWithoutDisplay();
                const QApplication qt(argc, argv);
                return asked.run();
            }
        },
        command);
}

} // namespace

} // namespace waitscope

int main(int argc, char** argv) {
    ::prctl(PR_SET_NAME, "waitscope"); // what the user started is what top and pgrep call it
    waitscope::giveFreedMemoryBack();
    const waitscope::Asked asked = waitscope::readCommandLine(argc, argv);
    return asked.command ? waitscope::run(*asked.command, argc, argv) : asked.exitCode;
}
