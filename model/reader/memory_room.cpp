// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/memory_room.h"

#include "model/report/text.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

namespace waitscope {

namespace {

// Resident at the peak of a load, for a byte of trace (4 to 6 bytes an event, at most 16 an event in memory at the
// peak).
constexpr std::uint64_t bytesForAByte = 4;
constexpr std::uint64_t unknown = UINT64_MAX;

// A number alone in a file; unknown if there is none ("max").
std::uint64_t numberIn(const std::string& path) {
    std::ifstream in(path);
    std::uint64_t value = 0;
    return in >> value ? value : unknown;
}

// The number behind a name that begins a line.
std::uint64_t numberAfter(const std::string& name, const std::string& path) {
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(name)) {
            std::istringstream rest(line.substr(name.size()));
            std::uint64_t value = 0;
            return rest >> value ? value : unknown;
        }
    return unknown;
}

struct GroupFiles {
    const char* limit;
    const char* usage;
    const char* givenBack; ///< name in memory.stat of what is in use but can be dropped at once
};
constexpr GroupFiles second{"/memory.max", "/memory.current", "inactive_file "};
constexpr GroupFiles first{"/memory.limit_in_bytes", "/memory.usage_in_bytes", "total_inactive_file "};

// What a group and those around it leave. Inside a container the path may not exist; its root is the group then.
std::uint64_t roomOfGroup(const std::string& mount, std::string path, const GroupFiles& files) {
    std::uint64_t room = unknown;
    for (;;) {
        const std::string folder = mount + (path == "/" ? "" : path);
        const std::uint64_t limit = numberIn(folder + files.limit);
        const std::uint64_t usage = numberIn(folder + files.usage);
        if (limit != unknown && usage != unknown) {
            const std::uint64_t givenBack = numberAfter(files.givenBack, folder + "/memory.stat");
            const std::uint64_t used = usage - std::min(usage, givenBack == unknown ? 0 : givenBack);
            room = std::min(room, limit - std::min(limit, used));
        }
        if (path.empty() || path == "/")
            return room;
        path.erase(path.rfind('/'));
    }
}

std::uint64_t roomOfGroups() {
    std::uint64_t room = unknown;
    std::ifstream in("/proc/self/cgroup");
    for (std::string line; std::getline(in, line);) {
        const std::size_t controllers = line.find(':');
        const std::size_t path = line.find(':', controllers + 1);
        if (controllers == std::string::npos || path == std::string::npos)
            continue;
        const std::string names = line.substr(controllers + 1, path - controllers - 1);
        if (names.empty())
            room = std::min(room, roomOfGroup("/sys/fs/cgroup", line.substr(path + 1), second));
        else if (("," + names + ",").find(",memory,") != std::string::npos)
            room = std::min(room, roomOfGroup("/sys/fs/cgroup/memory", line.substr(path + 1), first));
    }
    return room;
}

std::uint64_t roomOfProcess() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return unknown;
    const std::uint64_t pages = numberIn("/proc/self/statm");
    const std::uint64_t used = pages == unknown ? 0 : pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return limit.rlim_cur - std::min<std::uint64_t>(limit.rlim_cur, used);
}

} // namespace

MemoryRoom memoryRoom(std::uint64_t fixed) {
    if (fixed != 0)
        return {.bytes = fixed};
    constexpr std::uint64_t kilobyte = 1024;
    const std::uint64_t available = numberAfter("MemAvailable:", "/proc/meminfo");
    const std::uint64_t swap = numberAfter("SwapFree:", "/proc/meminfo");
    MemoryRoom room;
    if (available != unknown)
        room.bytes = (available + (swap == unknown ? 0 : swap)) * kilobyte;
    const std::uint64_t group = std::min(roomOfGroups(), roomOfProcess());
    room.ofGroup = group < room.bytes;
    room.bytes = std::min(room.bytes, group);
    return room;
}

std::uint64_t memoryFor(std::uint64_t traceBytes) {
    return traceBytes > UINT64_MAX / bytesForAByte ? UINT64_MAX : traceBytes * bytesForAByte;
}

std::string refusalOf(const std::string& name, std::uint64_t traceBytes, const MemoryRoom& room, bool inParts) {
    const std::uint64_t need = memoryFor(traceBytes);
    if (room.bytes == UINT64_MAX || need <= room.bytes)
        return {};
    constexpr std::uint64_t gigabyte = 1'000'000'000;
    return name + " is not loaded: its " + bytesText(traceBytes) + " of trace need about " + bytesText(need) +
           " of memory, and " + bytesText(room.bytes) + " are " +
           (room.ofGroup ? "left under the limit of this process or its container. Raise the limit"
                         : "free. Close other programs") +
           ", open it on a machine with " + countText(need / gigabyte + 2) + " GB free, " +
           (inParts
                ? "read only a part of it (about " + countText(room.bytes / std::max<std::uint64_t>(need / 100, 1)) +
                      " % of it fit; the window, timeline, waits, heatmap, export and compare take "
                      "--range, such as --range 1s..2s), "
                : "") +
           "or record a shorter trace.";
}

} // namespace waitscope
