// SPDX-License-Identifier: GPL-3.0-or-later
// Which waits are idle by nature, whatever their length? Known by the functions of Go's library and of well-kept
// modules that wait there. Answers by table: every stack is looked at once.
#pragma once

#include "model/facts.h"
#include "model/waits/idle_idioms.h"

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace waitscope {

class Idioms {
  public:
    /// `allowed` says of a function that the user calls its waits idle; may be null. O(frames of all stacks).
    Idioms(const TraceFacts& facts, const std::function<bool(std::string_view function)>& allowed);

    /// It waits for the other end of a connection: the network, or a loop of HTTP that stands for it. O(1).
    [[nodiscard]] bool isNetworkLike(const WaitClass& wait) const {
        return wait.primitive == Primitive::Network || has(wait.stack, connectionLoop);
    }
    /// It may wait there for ever and nothing is wrong. O(1).
    [[nodiscard]] bool isIdle(GoroutineIndex g, const WaitClass& wait) const {
        return has(wait.stack, idle) || isIdleFunction(g);
    }
    /// A system call that may last for ever. O(1).
    [[nodiscard]] bool isIdleCall(StackId stack) const { return has(stack, idleCall); }
    /// Not the program's own business: main, the runtime, the tracer, signals, the test harness. O(1).
    [[nodiscard]] bool isExcluded(GoroutineIndex g) const { return kinds_[g.value] == Kind::Excluded; }
    /// A function that is always idle, or that the user calls so. O(1).
    [[nodiscard]] bool isIdleFunction(GoroutineIndex g) const { return kinds_[g.value] >= Kind::Idle; }
    [[nodiscard]] bool isAllowedByUser(GoroutineIndex g) const { return kinds_[g.value] == Kind::Allowed; }

    /// Facts about single stacks. O(1).
    [[nodiscard]] bool isBodyRead(StackId stack) const { return has(stack, bodyRead); }
    [[nodiscard]] bool isRoundTrip(StackId stack) const { return has(stack, roundTrip); }
    [[nodiscard]] bool isCancel(StackId stack) const { return has(stack, cancel); }
    /// A client that waits for more of a stream which shares its connection with others (HTTP/2, gRPC).
    [[nodiscard]] bool isStreamRead(StackId stack) const { return has(stack, streamRead); }
    /// Somebody waits there for a process to end.
    [[nodiscard]] bool isProcessWait(StackId stack) const { return has(stack, processWait); }
    /// It is not recorded, or has a frame without a name: what it would say by that is not known.
    [[nodiscard]] bool isUnnamed(StackId stack) const { return has(stack, unnamed); }
    /// The goroutine runs a server's handler of such a stream. O(length of a name).
    [[nodiscard]] static bool handlesStream(std::string_view function) {
        return function.ends_with("erverConn).runHandler") || // of http2serverConn and http2.(*serverConn)
               function.starts_with("google.golang.org/grpc.(*Server).serveStreams.func");
    }

  private:
    enum class Kind : std::uint8_t { Ordinary, Excluded, Idle, Allowed };
    enum : std::uint16_t {
        connectionLoop = idle_habit::connectionLoop,
        idle = idle_habit::wait,
        idleCall = idle_habit::call,
        bodyRead = 8,
        roundTrip = 16,
        cancel = 32,
        streamRead = 64,
        unnamed = 128,
        processWait = 256,
    };
    [[nodiscard]] bool has(StackId stack, std::uint16_t flag) const { return (flags_[stack.value] & flag) != 0; }

    std::vector<std::uint16_t> flags_; ///< by stack
    std::vector<Kind> kinds_;          ///< by goroutine
};

} // namespace waitscope
