// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/decompressed.h"

#include "model/build/side_by_side.h"
#include "model/reader/zstd_frames.h"
#include "model/report/text.h"

#include <algorithm>
#include <cstring>
#include <zlib.h>
#include <zstd.h>

namespace waitscope {

namespace {

constexpr std::size_t chunk = std::size_t{1} << 20;
// Unpacked at a time side by side: enough for all cores, little beside a trace.
constexpr std::size_t mostSideBySide = std::size_t{64} << 20;

bool startsWith(std::span<const std::byte> bytes, std::initializer_list<unsigned> magic) {
    return bytes.size() >= magic.size() &&
           std::equal(magic.begin(), magic.end(), bytes.begin(),
                      [](unsigned want, std::byte have) { return std::byte(want) == have; });
}

using ZstdContext = std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)>;

ZstdContext zstdContext() {
    return {ZSTD_createDCtx(), &ZSTD_freeDCtx};
}

// As much of a damaged frame as there is.
std::size_t unpackPart(std::span<const std::byte> frame, std::byte* to, std::size_t room) {
    const ZstdContext context = zstdContext();
    ZSTD_inBuffer in{frame.data(), frame.size(), 0};
    ZSTD_outBuffer out{to, room, 0};
    for (std::size_t before = 1; before != 0;) {
        before = in.pos + out.pos;
        const std::size_t more = ZSTD_decompressStream(context.get(), &out, &in);
        if (ZSTD_isError(more) != 0U || more == 0 || in.pos + out.pos == before)
            break;
    }
    return out.pos;
}

// zlib's input pointer is not const, but it does not write through it.
Bytef* zlibInput(const std::byte* from) {
    return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(from));
}

constexpr int gzipOnly = 16 + MAX_WBITS;

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

std::vector<std::byte> unwrappedFront(std::span<const std::byte> bytes, std::size_t most) {
    std::vector<std::byte> front(most);
    std::size_t size = 0;
    if (wrappingOf(bytes) == Wrapping::Zstd) {
        size = unpackPart(bytes, front.data(), most);
    } else if (z_stream stream{}; inflateInit2(&stream, gzipOnly) == Z_OK) {
        stream.next_in = zlibInput(bytes.data());
        stream.avail_in = static_cast<uInt>(std::min(bytes.size(), chunk));
        stream.next_out = reinterpret_cast<Bytef*>(front.data());
        stream.avail_out = static_cast<uInt>(most);
        inflate(&stream, Z_SYNC_FLUSH);
        size = most - stream.avail_out;
        inflateEnd(&stream);
    }
    front.resize(size);
    return front;
}

std::uint64_t statedSize(std::span<const std::byte> bytes) {
    if (wrappingOf(bytes) != Wrapping::Zstd)
        return 0; // gzip says it of its last member only, and modulo 4 GiB
    std::uint64_t size = 0;
    for (auto frame = zstdFrameAt(bytes, 0); frame; frame = zstdFrameAt(bytes, frame->end)) {
        const unsigned long long content =
            ZSTD_getFrameContentSize(bytes.data() + frame->begin, frame->end - frame->begin);
        size += content == ZSTD_CONTENTSIZE_UNKNOWN || content == ZSTD_CONTENTSIZE_ERROR
                    ? 0
                    : std::min<std::uint64_t>(content, frame->mostContent);
    }
    return size;
}

Decompressed::Decompressed(ByteSource& input, Wrapping wrapping, unsigned threads, std::stop_token stop)
    : GrowingBytes(input), wrapping_(wrapping), threads_(threads), stop_(std::move(stop)) {
    if (room() != nullptr)
        thread_ = std::jthread([this](const std::stop_token& ours) { run(ours); });
}

Decompressed::~Decompressed() {
    thread_.request_stop();
    if (thread_.joinable())
        thread_.join();
}

void Decompressed::run(const std::stop_token& ours) {
    ours_ = ours;
    try {
        if (wrapping_ == Wrapping::Zstd)
            runZstd();
        else
            runGzip();
    } catch (const std::bad_alloc&) {
        damaged("there is not enough memory to unpack it");
    }
    finish();
}

bool Decompressed::publish() {
    input().release(consumed_);
    return GrowingBytes::publish(written_, consumed_, ours_) && !stopped();
}

void Decompressed::runZstd() {
    while (!stopped()) {
        const std::size_t available = input().ensure(consumed_ + 1);
        if (consumed_ >= available)
            return;
        if (capacity() - written_ < mostSideBySide)
            return damaged("it is too large to unpack");
        if (input().isWhole() && unpackFrames())
            continue;
        const std::size_t begin = consumed_;
        if (unpackStream())
            continue;
        if (stopped() || !input().isWhole())
            return;
        const auto next = findZstdFrame({input().data(), input().ensure(SIZE_MAX)}, begin + 1);
        if (!next)
            return;
        consumed_ = next->begin;
    }
}

// The next frames, if there are several; false if there are not.
bool Decompressed::unpackFrames() {
    struct Part {
        ZstdFrame frame;
        std::size_t at = 0;
        std::size_t size = 0;
        bool whole = false;
    };
    const std::span<const std::byte> bytes(input().data(), input().ensure(SIZE_MAX));
    std::vector<Part> parts;
    std::size_t room = 0;
    std::size_t next = consumed_;
    constexpr std::size_t mostFrames = 4096;
    while (parts.size() < mostFrames) {
        const auto frame = zstdFrameAt(bytes, next);
        if (!frame || room + frame->mostContent > mostSideBySide)
            break;
        parts.push_back({.frame = *frame, .at = written_ + room});
        room += frame->mostContent;
        next = frame->end;
    }
    if (parts.size() < 2)
        return false;
    sideBySide(parts.size(), threads_, [&](std::size_t i) {
        Part& part = parts[i];
        const ZstdFrame& frame = part.frame;
        const std::size_t size = ZSTD_decompress(this->room() + part.at, frame.mostContent, bytes.data() + frame.begin,
                                                 frame.end - frame.begin);
        part.whole = ZSTD_isError(size) == 0U;
        part.size = part.whole ? size
                               : unpackPart(bytes.subspan(frame.begin, frame.end - frame.begin), this->room() + part.at,
                                            frame.mostContent);
    });
    for (const Part& part : parts) {
        if (!part.whole)
            damaged("its zstd frame at byte " + countText(part.frame.begin) + " is damaged");
        if (part.at != written_)
            std::memmove(this->room() + written_, this->room() + part.at, part.size);
        written_ += part.size;
    }
    consumed_ = next;
    publish();
    return true;
}

// One frame, as it comes; false if it is damaged or its end is missing.
bool Decompressed::unpackStream() {
    const ZstdContext context = zstdContext();
    while (!stopped()) {
        const std::size_t available = input().ensure(consumed_ + chunk);
        ZSTD_inBuffer in{input().data(), available, consumed_};
        ZSTD_outBuffer out{room(), std::min(written_ + chunk, capacity()), written_};
        const std::size_t more = ZSTD_decompressStream(context.get(), &out, &in);
        const bool moved = out.pos != written_ || in.pos != consumed_;
        written_ = out.pos;
        consumed_ = in.pos;
        if (ZSTD_isError(more) != 0U) {
            damaged("its zstd data is damaged at byte " + countText(in.pos) + " (" + ZSTD_getErrorName(more) + ")");
            publish();
            return false;
        }
        if (!publish())
            return false;
        if (more == 0)
            return true;
        if (!moved) {
            damaged(written_ == capacity() ? "it is too large to unpack"
                                           : "its zstd data ends in the middle of a frame");
            return false;
        }
    }
    return false;
}

void Decompressed::runGzip() {
    z_stream stream{};
    if (inflateInit2(&stream, gzipOnly) != Z_OK)
        return damaged("there is not enough memory to unpack it");
    const std::unique_ptr<z_stream, decltype(&inflateEnd)> cleanUp(&stream, &inflateEnd);
    while (!stopped()) {
        const std::size_t in = std::min(input().ensure(consumed_ + chunk) - consumed_, chunk);
        const std::size_t out = std::min(chunk, capacity() - written_);
        stream.next_in = zlibInput(input().data() + consumed_);
        stream.avail_in = static_cast<uInt>(in);
        stream.next_out = reinterpret_cast<Bytef*>(room() + written_);
        stream.avail_out = static_cast<uInt>(out);
        const int status = inflate(&stream, Z_NO_FLUSH);
        consumed_ += in - stream.avail_in;
        written_ += out - stream.avail_out;
        if (!publish())
            return;
        if (status == Z_STREAM_END) {
            const std::size_t available = input().ensure(consumed_ + 2);
            if (wrappingOf({input().data() + consumed_, available - consumed_}) != Wrapping::Gzip)
                return; // what follows the last member is padding or not ours
            inflateReset(&stream);
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            return damaged("its gzip data is damaged at byte " + countText(consumed_));
        } else if (in == 0) {
            return damaged("its gzip data ends too early");
        } else if (written_ == capacity()) {
            return damaged("it is too large to unpack");
        }
    }
}

} // namespace waitscope
