// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/display.h"

#include <QByteArray>
#include <QString>
#include <QtGlobal>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace waitscope {

namespace {

bool answers(const sockaddr_un& address, socklen_t length) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), length) == 0;
    ::close(fd);
    return connected;
}

// Whether an X server of this machine (":1", ":1.0", "unix:1") listens. Others are believed.
bool localServerAnswers(const std::string& display) {
    const std::size_t colon = display.find(':');
    if (colon == std::string::npos)
        return false;
    const std::string host = display.substr(0, colon);
    if (!host.empty() && host != "unix")
        return true;
    const std::string number = display.substr(colon + 1, display.find('.', colon) - colon - 1);
    const std::string path = "/tmp/.X11-unix/X" + number;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() + 2 > sizeof address.sun_path)
        return false;
    std::ranges::copy(path, address.sun_path);
    if (answers(address, sizeof address))
        return true;
    // The same name in the abstract namespace.
    std::memset(address.sun_path, 0, sizeof address.sun_path);
    std::ranges::copy(path, address.sun_path + 1);
    return answers(address, static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + path.size()));
}

} // namespace

bool hasDisplay() {
#ifdef Q_OS_LINUX
    if (!qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM") || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY"))
        return true;
    return !qEnvironmentVariableIsEmpty("DISPLAY") && localServerAnswers(qgetenv("DISPLAY").toStdString());
#else
    return true;
#endif
}

void drawWithoutDisplay() {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    qputenv("QT_SCALE_FACTOR", "1");
    qunsetenv("QT_SCREEN_SCALE_FACTORS");
    qunsetenv("QT_FONT_DPI");
    // What Qt has to say of the missing desktop is not the user's concern.
    qInstallMessageHandler([](QtMsgType type, const QMessageLogContext&, const QString& message) {
        if (type == QtCriticalMsg || type == QtFatalMsg)
            std::fprintf(stderr, "waitscope: %s\n", qPrintable(message));
    });
}

} // namespace waitscope
