// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/stored_file.h"

#include "model/report/text.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <thread>
#include <unistd.h>

namespace waitscope {

namespace {

constexpr std::size_t chunk = std::size_t{1} << 20;

// Closes a file descriptor, whichever way a function is left.
struct Descriptor {
    int fd;
    ~Descriptor() {
        if (fd > STDERR_FILENO)
            ::close(fd);
    }
};

// Bytes of a pipe or a terminal, which cannot be mapped. Waits in short steps, so that a stop is seen even while nobody
// writes. A named pipe that has no writer yet gives no bytes, but is not at its end.
bool readAll(int fd, bool isNamedPipe, std::vector<std::byte>& into, const std::stop_token& stop, int& error) {
    constexpr int step = 50; // ms
    std::size_t size = 0;
    while (!stop.stop_requested()) {
        pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
        if (::poll(&waiting, 1, step) == 0)
            continue;
        into.resize(size + chunk);
        const ssize_t n = ::read(fd, into.data() + size, chunk);
        const int code = errno;
        size += n > 0 ? static_cast<std::size_t>(n) : 0;
        into.resize(size);
        if (n == 0 && size == 0 && isNamedPipe) {
            std::this_thread::sleep_for(std::chrono::milliseconds(step));
        } else if (n == 0) {
            return true;
        } else if (n < 0 && code != EINTR && code != EAGAIN) {
            error = code;
            return false;
        }
    }
    return true;
}

} // namespace

std::unique_ptr<StoredFile> StoredFile::open(const std::string& path, const LoadOptions& options, LoadError& error) {
    const bool standardInput = path == "-";
    // Not blocking: opening a named pipe that nobody writes to would wait for ever.
    Descriptor file{standardInput ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    const auto fails = [&](const std::string& why) {
        error = {LoadError::Kind::Unreadable, (standardInput ? "Standard input" : path) + " cannot be read: " + why};
        return nullptr;
    };
    if (file.fd < 0)
        return fails(errno == ENOENT ? "there is no such file. Check the path."
                                     : std::string(std::strerror(errno)) + ".");
    struct stat info {};
    if (::fstat(file.fd, &info) != 0)
        return fails(std::string(std::strerror(errno)) + ".");
    if (S_ISDIR(info.st_mode))
        return fails("it is a folder. Give the trace file inside it.");
    std::unique_ptr<StoredFile> stored(new StoredFile);
    if (S_ISREG(info.st_mode) && info.st_size > 0 && stored->mapping_.map(file.fd, info)) {
        stored->opened_ = info;
        stored->fd_ = std::exchange(file.fd, -1);
        stored->bytes_ = stored->mapping_.bytes();
        return stored;
    }
    int code = 0;
    if (!readAll(file.fd, S_ISFIFO(info.st_mode) && !standardInput, stored->read_, options.stop, code))
        return fails(std::string(std::strerror(code)) + ".");
    stored->bytes_ = stored->read_;
    return stored;
}

StoredFile::~StoredFile() {
    if (fd_ > STDERR_FILENO)
        ::close(fd_);
}

// Pages of the file count as this process's memory until they are given back.
void StoredFile::release(std::size_t offset) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    constexpr std::size_t worthACall = std::size_t{4} << 20;
    const std::size_t end = offset / page * page;
    if (!mapping_.isMapped() || end < released_ + worthACall)
        return;
    mapping_.giveBack(released_, end);
    released_ = end;
}

std::string StoredFile::damage() {
    if (!mapping_.isMapped())
        return {};
    struct stat now {};
    const bool known = ::fstat(fd_, &now) == 0;
    if (known && now.st_size < opened_.st_size)
        return "it shrank from " + countText(bytes_.size()) + " to " +
               countText(static_cast<std::uint64_t>(now.st_size)) + " bytes while it was read";
    if (mapping_.intact() != bytes_.size())
        return "its bytes from " + countText(mapping_.intact()) + " on could not be read from the disk or the network";
    const auto sameTime = [](const timespec& a, const timespec& b) {
        return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
    };
    if (known && now.st_size > opened_.st_size)
        return "it grew from " + countText(bytes_.size()) + " to " +
               countText(static_cast<std::uint64_t>(now.st_size)) + " bytes while it was read";
    if (known && !sameTime(now.st_mtim, opened_.st_mtim))
        return "it was written to while it was read";
    return {};
}

} // namespace waitscope
