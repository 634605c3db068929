// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/waits/idle_idioms.h"

#include <array>
#include <cstdint>

namespace waitscope {

namespace {

enum class Where : std::uint8_t { Anywhere, Waiting, Network };

struct Idiom {
    std::string_view function; ///< begins with this
    std::string_view name;
    Where where = Where::Waiting; ///< elsewhere in the same function it works
};

constexpr std::array<Idiom, 18> idioms{{
    {"net.(*netFD).accept", "accepts connections"},
    {"net/http.(*conn).serve", "idle connection", Where::Network},
    {"net/http.(*connReader).backgroundRead", "idle connection"},
    {"net/http.(*persistConn).readLoop", "idle connection", Where::Network},
    {"net/http.(*persistConn).writeLoop", "idle connection"},
    {"net/http.(*http2clientConnReadLoop)", "idle connection", Where::Network},
    {"net/http.(*http2serverConn)", "idle connection"},
    {"net/http/internal/http2.(*clientConnReadLoop)", "idle connection", Where::Network},
    {"net/http/internal/http2.(*serverConn)", "idle connection"},
    {"golang.org/x/net/http2.(*clientConnReadLoop)", "idle connection", Where::Network},
    {"golang.org/x/net/http2.(*serverConn)", "idle connection"},
    {"google.golang.org/grpc/internal/transport.(*http2Server)", "idle connection"},
    {"google.golang.org/grpc/internal/transport.(*http2Client)", "idle connection"},
    {"google.golang.org/grpc/internal/transport.(*controlBuffer)", "idle connection"},
    {"database/sql.(*DB).connection", "connection pool"},
    {"os/signal.", "waits for signals", Where::Anywhere},
    {"os.(*Process).", "waits for a process", Where::Anywhere},
    {"os/exec.(*Cmd).", "waits for a process", Where::Anywhere},
}};

} // namespace

std::string_view idleIdiomOf(Primitive primitive, std::span<const std::string_view> functions) {
    if (primitive == Primitive::Sleep)
        return "sleep";
    if (primitive == Primitive::GC || primitive == Primitive::Mutex || primitive == Primitive::Other)
        return {}; // what keeps it from its work there is not its work
    for (const std::string_view function : functions)
        for (const Idiom& idiom : idioms)
            if (function.starts_with(idiom.function) &&
                (idiom.where == Where::Anywhere || (idiom.where == Where::Network && primitive == Primitive::Network) ||
                 (idiom.where == Where::Waiting && primitive != Primitive::Syscall)))
                return idiom.name;
    return {};
}

} // namespace waitscope
