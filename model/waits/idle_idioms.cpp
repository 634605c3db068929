// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/idle_idioms.h"

#include <array>
#include <cstdint>

namespace waitscope {

namespace {

enum class Where : std::uint8_t { Anywhere, Waiting, Network };

struct Idiom {
    std::string_view function;    ///< begins with this
    std::string_view name;        ///< empty: not idle by itself, but of use to those that look for leaks
    Where where = Where::Waiting; ///< elsewhere in the same function it works
    std::uint8_t habits = 0;
};

using namespace idle_habit;

// HTTP/2 is in net/http, in golang.org/x/net, and from Go 1.27 in a package below net/http.
constexpr std::array<Idiom, 26> idioms{{
    {"internal/poll.(*fdMutex)", {}, Where::Waiting, connectionLoop}, // behind another that waits for the same peer
    {"net.(*netFD).accept", "accepts connections"},
    {"net/http.(*conn).serve", "idle connection", Where::Network},
    {"net/http.(*connReader).backgroundRead", "idle connection", Where::Waiting, wait},
    {"net/http.(*persistConn).readLoop", "idle connection", Where::Network, connectionLoop},
    {"net/http.(*persistConn).writeLoop", "idle connection", Where::Waiting, connectionLoop},
    {"net/http.(*persistConn).roundTrip", {}, Where::Waiting, connectionLoop},
    {"net/http.(*http2clientConnReadLoop)", "idle connection", Where::Network},
    {"net/http.(*http2serverConn)", "idle connection"},
    {"net/http.(*http2", {}, Where::Waiting, connectionLoop},
    {"net/http/internal/http2.(*clientConnReadLoop)", "idle connection", Where::Network},
    {"net/http/internal/http2.(*serverConn)", "idle connection"},
    {"net/http/internal/http2.(*", {}, Where::Waiting, connectionLoop},
    {"golang.org/x/net/http2.(*clientConnReadLoop)", "idle connection", Where::Network},
    {"golang.org/x/net/http2.(*serverConn)", "idle connection"},
    {"golang.org/x/net/http2.(*", {}, Where::Waiting, connectionLoop},
    {"google.golang.org/grpc/internal/transport.(*recvBufferReader)", {}, Where::Waiting, connectionLoop},
    {"google.golang.org/grpc/internal/transport.(*http2Server)", "idle connection"},
    {"google.golang.org/grpc/internal/transport.(*http2Client)", "idle connection"},
    {"google.golang.org/grpc/internal/transport.(*controlBuffer)", "idle connection"},
    {"database/sql.(*DB).connection", "connection pool", Where::Waiting, wait},
    {"os/signal.loop", "waits for signals", Where::Anywhere, wait | call},
    {"os/signal.signal_recv", "waits for signals", Where::Anywhere, wait | call},
    {"os.(*Process).", "waits for a process", Where::Anywhere, call},
    {"os/exec.", "waits for a process", Where::Anywhere, wait | call},
    {"os.(*File).Read", {}, Where::Anywhere, call},
}};

// Calls whose package differs from system to system, and reads of files that may be terminals or pipes.
bool isIdleCall(std::string_view function) {
    return function.starts_with("internal/poll.(*FD).Read") || function.ends_with(".Wait4") ||
           function.find("EpollWait") != std::string_view::npos || function.find("inotify") != std::string_view::npos ||
           function.find("Kevent") != std::string_view::npos;
}

} // namespace

bool watchesProcess(std::string_view function) {
    return function == "os/exec.(*Cmd).watchCtx" || function.starts_with("os/exec.(*Cmd).Start.gowrap");
}

std::string_view idleIdiomOf(Primitive primitive, std::span<const std::string_view> functions) {
    if (primitive == Primitive::Sleep)
        return "sleep";
    if (primitive == Primitive::GC || primitive == Primitive::Mutex || primitive == Primitive::Other)
        return {}; // what keeps it from its work there is not its work
    for (const std::string_view function : functions)
        for (const Idiom& idiom : idioms)
            if (!watchesProcess(function) && !idiom.name.empty() && function.starts_with(idiom.function) &&
                (idiom.where == Where::Anywhere || (idiom.where == Where::Network && primitive == Primitive::Network) ||
                 (idiom.where == Where::Waiting && primitive != Primitive::Syscall)))
                return idiom.name;
    return {};
}

std::uint8_t idleHabitsOf(std::string_view function) {
    if (watchesProcess(function))
        return 0;
    std::uint8_t habits = isIdleCall(function) ? call : 0;
    for (const Idiom& idiom : idioms)
        if (function.starts_with(idiom.function))
            habits |= idiom.habits;
    return habits;
}

} // namespace waitscope
