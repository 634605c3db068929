// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers of the v2 wire format (Go 1.22 and later): go-trace-format section C.
#pragma once

#include <array>
#include <cstdint>

namespace waitscope::wire {

enum Type : std::uint8_t {
    EventBatch = 1,
    Stacks = 2,
    Stack = 3,
    Strings = 4,
    String = 5,
    CpuSamples = 6,
    CpuSample = 7,
    Frequency = 8,
    ProcsChange = 9,
    ProcStart = 10,
    ProcStop = 11,
    ProcSteal = 12,
    ProcStatus = 13,
    GoCreate = 14,
    GoCreateSyscall = 15,
    GoStart = 16,
    GoDestroy = 17,
    GoDestroySyscall = 18,
    GoStop = 19,
    GoBlock = 20,
    GoUnblock = 21,
    GoSyscallBegin = 22,
    GoSyscallEnd = 23,
    GoSyscallEndBlocked = 24,
    GoStatus = 25,
    StwBegin = 26,
    StwEnd = 27,
    GcActive = 28,
    GcBegin = 29,
    GcEnd = 30,
    GcSweepActive = 31,
    GcSweepBegin = 32,
    GcSweepEnd = 33,
    GcMarkAssistActive = 34,
    GcMarkAssistBegin = 35,
    GcMarkAssistEnd = 36,
    HeapAlloc = 37,
    HeapGoal = 38,
    GoLabel = 39,
    UserTaskBegin = 40,
    UserTaskEnd = 41,
    UserRegionBegin = 42,
    UserRegionEnd = 43,
    UserLog = 44,
    GoSwitch = 45,
    GoSwitchDestroy = 46,
    GoCreateBlocked = 47,
    GoStatusStack = 48,
    ExperimentalBatch = 49,
    Sync = 50,
    ClockSnapshot = 51,
    EndOfGeneration = 52,
    firstExperimental = 128, ///< heap and stack allocation events, which no view needs
    lastExperimental = 136,
};

/// Number of uvarints after the type byte of a timed event, its time included; 0 for everything else.
constexpr auto argumentCounts = [] {
    std::array<std::uint8_t, 256> n{};
    constexpr std::array<std::uint8_t, 40> from9{3, 3, 1, 4, 3, 4, 2, 3, 1, 1, 3, 3, 4, 3, 1, 1, 4, 3, 1, 2,
                                                 3, 2, 2, 2, 3, 2, 2, 1, 2, 2, 2, 5, 3, 4, 4, 5, 3, 3, 4, 5};
    for (std::size_t i = 0; i < from9.size(); ++i)
        n[9 + i] = from9[i];
    constexpr std::array<std::uint8_t, 9> from128{4, 4, 2, 3, 3, 2, 3, 3, 2};
    for (std::size_t i = 0; i < from128.size(); ++i)
        n[128 + i] = from128[i];
    return n;
}();
constexpr std::size_t mostArguments = 5;

constexpr int firstWithGenerationEnd = 26; ///< the N of the header from which on a byte ends each generation
constexpr std::uint64_t maxBatchSize = 65536;
constexpr std::uint64_t maxFrames = 128;
constexpr std::uint64_t maxStringLength = 1024;
constexpr std::uint64_t ticksPerSecondOfNanotime = 15'625'000; ///< 64 ns a tick: every platform but Windows

/// Status codes of goroutines (C.1).
enum GoStatusCode : std::uint8_t { GoRunnable = 1, GoRunning = 2, GoSyscall = 3, GoWaiting = 4 };
/// Status codes of processors (C.1).
enum ProcStatusCode : std::uint8_t { ProcRunning = 1, ProcIdle = 2, ProcSyscall = 3, ProcSyscallAbandoned = 4 };

} // namespace waitscope::wire
