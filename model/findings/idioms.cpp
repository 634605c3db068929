// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/idioms.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace waitscope {

namespace {

bool isExcludedFunction(std::string_view f) {
    constexpr std::array<std::string_view, 4> drivers{"os/signal.loop", "testing.", "runtime/trace.", "runtime/pprof."};
    return f == "main.main" || f == "runtime.main" ||
           std::ranges::any_of(drivers, [&](std::string_view driver) { return f.starts_with(driver); });
}

} // namespace

Idioms::Idioms(const TraceFacts& facts, const std::function<bool(std::string_view)>& allowed) {
    const Trace& trace = *facts.trace;

    // Frames are shared by stacks: each is decided once.
    std::vector<std::uint16_t> flagsOfFrame(trace.stacks.frameCount());
    for (std::uint32_t f = 1; f < flagsOfFrame.size(); ++f) {
        const std::string_view name = trace.text(trace.frame({f}).function);
        std::uint16_t flags = idleHabitsOf(name);
        if (name.empty())
            flags |= unnamed;
        if (allowed && allowed(name))
            flags |= idle;
        if (name == "net/http.(*bodyEOFSignal).Read" || name == "net/http.(*body).Read" ||
            name.ends_with("transportResponseBody).Read") || name.ends_with("transportResponseBody.Read"))
            flags |= bodyRead;
        // readClient; since 1.66 readMessageClient and readHeaderClient.
        if ((name.starts_with("google.golang.org/grpc/internal/transport.(*recvBufferReader).read") &&
             name.ends_with("Client")) ||
            name.ends_with("transportResponseBody).Read") || name.ends_with("transportResponseBody.Read"))
            flags |= streamRead;
        if (name == "net/http.(*persistConn).roundTrip" || name.ends_with("ClientConn).RoundTrip") ||
            name.ends_with("ClientConn).roundTrip"))
            flags |= roundTrip;
        if (name.starts_with("context.(*cancelCtx).cancel") || name.starts_with("context.(*timerCtx).cancel"))
            flags |= cancel;
        if (name.starts_with("os.(*Process)."))
            flags |= processWait;
        flagsOfFrame[f] = flags;
    }
    // A loop of the library counts where it waits itself, not where it called the program's code: so frames are looked
    // at from the innermost to the first one of the program.
    constexpr std::uint16_t ofTheWaitItself = connectionLoop | idle;
    flags_.resize(trace.stacks.size());
    if (!flags_.empty())
        flags_[0] = unnamed;
    for (std::uint32_t s = 1; s < flags_.size(); ++s) {
        bool library = true;
        if (trace.stacks[StackId{s}].empty())
            flags_[s] = unnamed;
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
            else if ((idleHabitsOf(name) & idle_habit::wait) != 0)
                found->second = Kind::Idle;
        }
        kinds_[g] = found->second;
    }
}

} // namespace waitscope
