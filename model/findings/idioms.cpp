// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/idioms.h"

#include <algorithm>
#include <array>
#include <span>
#include <unordered_map>

namespace waitscope {

namespace {

using Names = std::span<const std::string_view>;

bool startsWithOne(std::string_view function, Names prefixes) {
    return std::ranges::any_of(prefixes, [&](std::string_view p) { return function.starts_with(p); });
}

// The loops of an HTTP connection; HTTP/2 is in net/http, in golang.org/x/net, and from Go 1.27 in a package below.
bool isConnectionLoop(std::string_view f) {
    constexpr std::array<std::string_view, 6> loops{
        "net/http.(*persistConn).readLoop",  "net/http.(*persistConn).writeLoop",
        "net/http.(*persistConn).roundTrip", "net/http.(*http2",
        "golang.org/x/net/http2.(*",         "net/http/internal/http2.(*"};
    return startsWithOne(f, loops);
}

// The same in other primitives than network: pools of the library, watchers of processes and signals.
bool isIdleWait(std::string_view f) {
    constexpr std::array<std::string_view, 5> waits{
        "database/sql.(*DB).connectionOpener", "database/sql.(*DB).connectionCleaner",
        "database/sql.(*DB).connectionResetter", "os/signal.", "net/http.(*connReader).backgroundRead"};
    return startsWithOne(f, waits) || f.starts_with("os/exec.");
}

bool isIdleCall(std::string_view f) {
    constexpr std::array<std::string_view, 5> calls{"os.(*Process).", "os/signal.", "os.(*File).Read", "os/exec.",
                                                    "internal/poll.(*FD).Read"};
    return startsWithOne(f, calls) || f.find("EpollWait") != std::string_view::npos ||
           f.find("inotify") != std::string_view::npos || f.find("Kevent") != std::string_view::npos ||
           f.ends_with(".Wait4");
}

bool isExcludedFunction(std::string_view f) {
    constexpr std::array<std::string_view, 4> drivers{"os/signal.", "testing.", "runtime/trace.", "runtime/pprof."};
    return f == "main.main" || f == "runtime.main" || startsWithOne(f, drivers);
}

} // namespace

Idioms::Idioms(const TraceFacts& facts, const std::function<bool(std::string_view)>& allowed) {
    const Trace& trace = *facts.trace;

    // Frames are shared by stacks: each is decided once.
    std::vector<std::uint8_t> flagsOfFrame(trace.stacks.frameCount());
    for (std::uint32_t f = 1; f < flagsOfFrame.size(); ++f) {
        const std::string_view name = trace.text(trace.frame({f}).function);
        std::uint8_t flags = 0;
        if (isConnectionLoop(name))
            flags |= connectionLoop;
        if (isIdleWait(name) || (allowed && allowed(name)))
            flags |= idle;
        if (waitscope::isIdleCall(name))
            flags |= idleCall;
        if (name == "net/http.(*bodyEOFSignal).Read" || name == "net/http.(*body).Read" ||
            name.ends_with("transportResponseBody).Read") || name.ends_with("transportResponseBody.Read"))
            flags |= bodyRead;
        if (name == "net/http.(*persistConn).roundTrip" || name.ends_with("ClientConn).RoundTrip") ||
            name.ends_with("ClientConn).roundTrip"))
            flags |= roundTrip;
        if (name.starts_with("context.(*cancelCtx).cancel") || name.starts_with("context.(*timerCtx).cancel"))
            flags |= cancel;
        flagsOfFrame[f] = flags;
    }
    // A loop of the library counts where it waits itself, not where it called the program's code: so frames are looked
    // at from the innermost to the first one of the program.
    constexpr std::uint8_t ofTheWaitItself = connectionLoop | idle;
    flags_.resize(trace.stacks.size());
    for (std::uint32_t s = 1; s < flags_.size(); ++s) {
        bool library = true;
        for (const FrameId f : trace.stacks[StackId{s}]) {
            flags_[s] |= library ? flagsOfFrame[f.value] : flagsOfFrame[f.value] & ~ofTheWaitItself;
            library = library && facts.waits.isLibrary(f);
        }
    }

    std::unordered_map<std::uint32_t, Kind> kindOfFunction;
    kinds_.resize(trace.goroutines.size());
    for (std::uint32_t g = 0; g < kinds_.size(); ++g) {
        if (facts.waits.isRuntime({g}) || trace.goroutines.id({g}) == 1) {
            kinds_[g] = Kind::Excluded;
            continue;
        }
        const StringId function = trace.frame(trace.goroutines.entry({g})).function;
        const auto [found, isNew] = kindOfFunction.try_emplace(function.value, Kind::Ordinary);
        if (isNew) {
            const std::string_view name = trace.text(function);
            if (allowed && allowed(name))
                found->second = Kind::Allowed;
            else if (isExcludedFunction(name))
                found->second = Kind::Excluded;
            else if (isIdleWait(name))
                found->second = Kind::Idle;
        }
        kinds_[g] = found->second;
    }
}

} // namespace waitscope
