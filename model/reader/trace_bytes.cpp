// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/trace_bytes.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

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

std::string reasonOf(int code) {
    return std::strerror(code);
}

bool startsWith(std::span<const std::byte> bytes, std::initializer_list<unsigned> magic) {
    return bytes.size() >= magic.size() &&
           std::equal(magic.begin(), magic.end(), bytes.begin(),
                      [](unsigned want, std::byte have) { return std::byte(want) == have; });
}

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

Wrapping wrappingOf(std::span<const std::byte> bytes) {
    if (startsWith(bytes, {0x1f, 0x8b}))
        return Wrapping::Gzip;
    // A zstd frame, or a skippable frame (0x184D2A5?) in front of one.
    if (startsWith(bytes, {0x28, 0xb5, 0x2f, 0xfd}))
        return Wrapping::Zstd;
    if (bytes.size() >= 4 && (std::to_integer<unsigned>(bytes[0]) & 0xf0U) == 0x50 && bytes[1] == std::byte{0x2a} &&
        bytes[2] == std::byte{0x4d} && bytes[3] == std::byte{0x18})
        return Wrapping::Zstd;
    return Wrapping::None;
}

std::unique_ptr<TraceBytes> TraceBytes::open(const std::string& path, const LoadOptions& options, LoadError& error) {
    std::unique_ptr<TraceBytes> bytes(new TraceBytes);
    const bool standardInput = path == "-";

    // Not blocking: opening a named pipe that nobody writes to would wait for ever.
    const Descriptor file{standardInput ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    const auto fails = [&](const std::string& why) {
        error = {LoadError::Kind::Unreadable, (standardInput ? "Standard input" : path) + " cannot be read: " + why};
        return nullptr;
    };
    if (file.fd < 0)
        return fails(errno == ENOENT ? "there is no such file. Check the path." : reasonOf(errno) + ".");
    struct stat info {};
    if (::fstat(file.fd, &info) != 0)
        return fails(reasonOf(errno) + ".");
    if (S_ISDIR(info.st_mode))
        return fails("it is a folder. Give the trace file inside it.");
    if (S_ISREG(info.st_mode) && info.st_size > 0) {
        const auto size = static_cast<std::size_t>(info.st_size);
        void* const mapping = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd, 0);
        if (mapping != MAP_FAILED) {
            ::madvise(mapping, size, MADV_SEQUENTIAL);
            bytes->mapping_ = mapping;
            bytes->stored_ = {static_cast<const std::byte*>(mapping), size};
        }
    }
    if (bytes->mapping_ == nullptr) {
        int code = 0;
        if (!readAll(file.fd, S_ISFIFO(info.st_mode) && !standardInput, bytes->read_, options.stop, code))
            return fails(reasonOf(code) + ".");
        bytes->stored_ = bytes->read_;
    }
    bytes->start(options);
    return bytes;
}

std::unique_ptr<TraceBytes> TraceBytes::of(std::span<const std::byte> stored, const LoadOptions& options) {
    std::unique_ptr<TraceBytes> bytes(new TraceBytes);
    bytes->stored_ = stored;
    bytes->start(options);
    return bytes;
}

TraceBytes::~TraceBytes() {
    decompressor_.request_stop();
    if (decompressor_.joinable())
        decompressor_.join();
    if (reservation_ != nullptr)
        ::munmap(reservation_, reserved_);
    if (mapping_ != nullptr)
        ::munmap(mapping_, stored_.size());
}

void TraceBytes::start(const LoadOptions& options) {
    wrapping_ = wrappingOf(stored_);
    if (wrapping_ == Wrapping::None) {
        data_ = stored_.data();
        available_ = stored_.size();
        return;
    }
    // Address space only; a system that forbids a large reservation gets a smaller one.
    for (reserved_ = std::size_t{1} << 38; reserved_ >= (std::size_t{1} << 30); reserved_ /= 4) {
        void* const at =
            ::mmap(nullptr, reserved_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (at != MAP_FAILED) {
            reservation_ = static_cast<std::byte*>(at);
            break;
        }
    }
    data_ = reservation_;
    if (reservation_ == nullptr) {
        damage_ = "there is not enough memory to decompress it";
        return;
    }
    ended_ = false;
    decompressor_ = std::jthread([this, stop = options.stop](const std::stop_token& ours) { decompress(stop, ours); });
}

std::size_t TraceBytes::ensure(std::size_t size) {
    std::unique_lock lock(mutex_);
    grown_.wait(lock, [&] { return ended_ || available_ >= size; });
    return available_;
}

void TraceBytes::release(std::size_t offset) {
    constexpr std::size_t page = 4096;
    constexpr std::size_t worthACall = std::size_t{4} << 20;
    const std::size_t end = offset / page * page;
    std::byte* const begin = reservation_ != nullptr ? reservation_ : static_cast<std::byte*>(mapping_);
    if (begin == nullptr || end < released_ + worthACall)
        return;
    ::madvise(begin + released_, end - released_, MADV_DONTNEED);
    released_ = end;
}

std::string TraceBytes::damage() {
    ensure(SIZE_MAX);
    const std::scoped_lock lock(mutex_);
    return damage_;
}

std::uint64_t TraceBytes::storedBytesFor(std::uint64_t offset) const {
    if (wrapping_ == Wrapping::None)
        return offset;
    const std::scoped_lock lock(mutex_);
    return available_ == 0 ? 0
                           : std::min(consumed_, static_cast<std::size_t>(static_cast<double>(consumed_) *
                                                                          static_cast<double>(offset) /
                                                                          static_cast<double>(available_)));
}

void TraceBytes::decompress(const std::stop_token& stop, const std::stop_token& ours) {
    if (wrapping_ == Wrapping::Zstd)
        decompressZstd(stop, ours);
    else
        decompressGzip(stop, ours);
}

void TraceBytes::publish(std::size_t available, std::size_t consumed) {
    {
        const std::scoped_lock lock(mutex_);
        available_ = available;
        consumed_ = consumed;
    }
    grown_.notify_all();
}

void TraceBytes::finishWith(const std::string& damage) {
    {
        const std::scoped_lock lock(mutex_);
        damage_ = damage;
        ended_ = true;
    }
    grown_.notify_all();
}

void TraceBytes::decompressZstd(const std::stop_token& stop, const std::stop_token& ours) {
    const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
    ZSTD_inBuffer in{stored_.data(), stored_.size(), 0};
    std::size_t size = 0;
    std::size_t more = 0; // 0: a frame is complete
    while (!stop.stop_requested() && !ours.stop_requested()) {
        ZSTD_outBuffer out{reservation_, std::min(size + chunk, reserved_), size};
        more = ZSTD_decompressStream(context.get(), &out, &in);
        if (ZSTD_isError(more) != 0U)
            return finishWith("its zstd data is damaged at byte " + std::to_string(in.pos) + " (" +
                              ZSTD_getErrorName(more) + ")");
        const bool grew = out.pos > size;
        size = out.pos;
        publish(size, in.pos);
        // At the end of a frame another call would ask for the next one.
        if (in.pos == in.size && (more == 0 || !grew))
            break;
        if (size == reserved_)
            return finishWith("it is too large to decompress");
    }
    finishWith(more == 0 ? "" : "its zstd data ends in the middle of a frame");
}

void TraceBytes::decompressGzip(const std::stop_token& stop, const std::stop_token& ours) {
    z_stream stream{};
    constexpr int gzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&stream, gzipOnly) != Z_OK)
        return finishWith("there is not enough memory to decompress it");
    const std::unique_ptr<z_stream, decltype(&inflateEnd)> cleanUp(&stream, &inflateEnd);
    std::size_t consumed = 0;
    std::size_t size = 0;
    int status = Z_OK;
    while (!stop.stop_requested() && !ours.stop_requested()) {
        const std::size_t in = std::min(stored_.size() - consumed, chunk);
        const std::size_t out = std::min(chunk, reserved_ - size);
        // zlib's input pointer is not const, but it does not write through it.
        stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(stored_.data() + consumed));
        stream.avail_in = static_cast<uInt>(in);
        stream.next_out = reinterpret_cast<Bytef*>(reservation_ + size);
        stream.avail_out = static_cast<uInt>(out);
        status = inflate(&stream, Z_NO_FLUSH);
        consumed += in - stream.avail_in;
        size += out - stream.avail_out;
        publish(size, consumed);
        if (status == Z_STREAM_END) {
            if (stored_.size() - consumed < 2 || wrappingOf(stored_.subspan(consumed)) != Wrapping::Gzip)
                return finishWith(""); // what follows the last member is padding or not ours
            inflateReset(&stream);
        } else if (status == Z_BUF_ERROR && consumed == stored_.size()) {
            return finishWith("its gzip data ends too early");
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            return finishWith("its gzip data is damaged at byte " + std::to_string(consumed));
        } else if (size == reserved_) {
            return finishWith("it is too large to decompress");
        }
    }
    finishWith("");
}

} // namespace waitscope
