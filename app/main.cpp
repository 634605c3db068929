// SPDX-License-Identifier: GPL-3.0-or-later
// waitscope: reads the command line, writes reports, and becomes waitscope-window where something is to be drawn.
//
// Two programs, because linking Qt's windows takes 10 ms and 14 MB before the first line of ours runs: a twentieth of
// the time that a report on 8 million events takes, and most of it for a small trace.
#include "app/command_line.h"
#include "app/exit_code.h"
#include "app/freed_memory.h"
#include "app/trace_input.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

#include <unistd.h>

namespace waitscope {

namespace {

// Returns only if there is no such program beside this one.
int becomeWindowProgram(char** argv) {
    std::error_code unreadable;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", unreadable);
    const std::string program = (self.parent_path() / "waitscope-window").string();
    ::execv(program.c_str(), argv);
    say(program + " cannot be started: " + std::strerror(errno) +
        ". It draws windows and pictures and belongs beside waitscope: install both.");
    return Usage;
}

} // namespace

} // namespace waitscope

int main(int argc, char** argv) {
    using namespace waitscope;
    giveFreedMemoryBack();
    const Asked asked = readCommandLine(argc, argv);
    if (!asked.command)
        return asked.exitCode;
    return std::visit(
        [&]<class T>(const T& command) {
            if constexpr (onlyReports<T>)
                return command.run();
            else
                return becomeWindowProgram(argv);
        },
        *asked.command);
}
