// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/tar_member.h"

#include "model/reader/decompressed.h"
#include "model/reader/sniff.h"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <memory>
#include <string_view>

namespace waitscope {

namespace {

constexpr std::size_t chunk = std::size_t{1} << 20;
constexpr std::size_t front = std::size_t{64} << 10;

bool isTrace(std::span<const std::byte> bytes) {
    if (wrappingOf(bytes) == Wrapping::None)
        return findHeader(bytes).has_value();
    return findHeader(unwrappedFront(bytes, front)).has_value();
}

} // namespace

// The checksum tells also the oldest format, which has no magic number.
bool isTar(std::span<const std::byte> bytes) {
    constexpr std::size_t block = 512;
    constexpr std::size_t begin = 148;
    constexpr std::size_t size = 8;
    if (bytes.size() < block || bytes[0] == std::byte{0})
        return false;
    unsigned sum = 0;
    for (std::size_t i = 0; i < block; ++i)
        sum += i >= begin && i < begin + size ? unsigned{' '} : std::to_integer<unsigned>(bytes[i]);
    unsigned stated = 0;
    for (std::size_t i = begin; i < begin + size; ++i)
        if (const auto c = std::to_integer<unsigned>(bytes[i]); c >= '0' && c <= '7')
            stated = stated * 8 + (c - '0');
    return sum == stated;
}

TarMember::TarMember(ByteSource& archive, std::stop_token stop) : GrowingBytes(archive), stop_(std::move(stop)) {
    if (room() != nullptr)
        thread_ = std::jthread([this](const std::stop_token& ours) { run(ours); });
}

TarMember::~TarMember() {
    thread_.request_stop();
    if (thread_.joinable())
        thread_.join();
}

std::vector<std::string> TarMember::traces() {
    ensure(SIZE_MAX);
    return traces_;
}

std::size_t TarMember::others() {
    ensure(SIZE_MAX);
    return others_;
}

void TarMember::run(const std::stop_token& ours) {
    ours_ = ours;
    const std::unique_ptr<struct ::archive, decltype(&archive_read_free)> reader(archive_read_new(),
                                                                                 &archive_read_free);
    if (reader && archive_read_support_format_tar(reader.get()) == ARCHIVE_OK &&
        archive_read_open(reader.get(), this, nullptr, &TarMember::read, nullptr) == ARCHIVE_OK)
        walk(reader.get());
    finish();
}

long TarMember::read(struct ::archive*, void* self, const void** block) {
    auto& member = *static_cast<TarMember*>(self);
    if (member.stop_.stop_requested() || member.ours_.stop_requested())
        return 0;
    ByteSource& archive = member.input();
    archive.release(member.position_);
    const std::size_t available = archive.ensure(member.position_ + chunk);
    const std::size_t size = std::min(available - std::min(available, member.position_), chunk);
    *block = archive.data() + member.position_;
    member.position_ += size;
    return static_cast<long>(size);
}

void TarMember::walk(struct ::archive* reader) {
    std::vector<std::byte> peeked;
    archive_entry* entry = nullptr;
    int status = archive_read_next_header(reader, &entry);
    for (; status == ARCHIVE_OK || status == ARCHIVE_WARN; status = archive_read_next_header(reader, &entry)) {
        if (archive_entry_filetype(entry) != AE_IFREG)
            continue;
        const char* const name = archive_entry_pathname(entry);
        peeked.clear();
        bool more = true;
        while (more && peeked.size() < front)
            more = readBlock(reader, peeked);
        if (!isTrace(peeked)) {
            ++others_;
            continue;
        }
        traces_.emplace_back(name != nullptr ? name : "");
        if (traces_.size() > 1)
            continue;
        do {
            const std::size_t size = std::min(peeked.size(), capacity() - written_);
            std::copy_n(peeked.begin(), size, room() + written_);
            written_ += size;
            peeked.clear();
            if (!publish(written_, position_, ours_))
                return;
            more = more && readBlock(reader, peeked);
        } while (!peeked.empty());
    }
    if (status != ARCHIVE_EOF && !stop_.stop_requested() && !ours_.stop_requested()) {
        const char* const why = archive_error_string(reader);
        damaged("its tar archive is damaged (" + std::string(why != nullptr ? why : "it ends too early") + ")");
    }
}

// Appends the next bytes of the member; false if there are none. A damaged member ends; the walk hears of it then.
bool TarMember::readBlock(struct ::archive* reader, std::vector<std::byte>& to) {
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    if (archive_read_data_block(reader, &block, &size, &offset) != ARCHIVE_OK)
        return false;
    const auto* const begin = static_cast<const std::byte*>(block);
    to.insert(to.end(), begin, begin + size);
    return true;
}

} // namespace waitscope
