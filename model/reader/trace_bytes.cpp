// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/trace_bytes.h"

#include "model/build/side_by_side.h"
#include "model/reader/http_body.h"
#include "model/report/text.h"

#include <algorithm>

namespace waitscope {

namespace {

// Looked at to tell what a layer is. A pipe or a slow file gives no more than it has.
constexpr std::size_t front = std::size_t{16} << 10;
// Nobody wraps deeper; a file that claims to is a trap.
constexpr std::size_t mostLayers = 5;

} // namespace

std::unique_ptr<TraceBytes> TraceBytes::open(const std::string& path, const LoadOptions& options, LoadError& error) {
    auto file = StoredFile::open(path, options, error);
    return file ? std::unique_ptr<TraceBytes>(new TraceBytes(std::move(file), options)) : nullptr;
}

std::unique_ptr<TraceBytes> TraceBytes::of(std::span<const std::byte> stored, const LoadOptions& options) {
    return std::unique_ptr<TraceBytes>(new TraceBytes(std::make_unique<StoredFile>(stored), options));
}

TraceBytes::TraceBytes(std::unique_ptr<StoredFile> file, const LoadOptions& options) : file_(std::move(file)) {
    const unsigned threads = options.threads == 0 ? threadsByDefault() : options.threads;
    while (layers_.size() < mostLayers && !options.stop.stop_requested()) {
        ByteSource& source = top();
        const std::span<const std::byte> bytes(source.data(), std::min(source.ensure(front), front));
        if (const Wrapping wrapping = wrappingOf(bytes); wrapping != Wrapping::None) {
            layers_.push_back(std::make_unique<Decompressed>(source, wrapping, threads, options.stop));
        } else if (isTar(bytes) && archive_ == nullptr) {
            auto member = std::make_unique<TarMember>(source, options.stop);
            archive_ = member.get();
            layers_.push_back(std::move(member));
        } else if (const auto response = httpResponse(bytes);
                   response && (response->chunked || wrappingOf(bytes.subspan(response->body)) != Wrapping::None)) {
            header_ = "The trace begins behind the header of an HTTP response; the header was skipped.";
            layers_.push_back(std::make_unique<HttpBody>(source, *response, options.stop));
        } else {
            break;
        }
    }
}

// From the outside in, since each layer reads the one before it.
TraceBytes::~TraceBytes() {
    while (!layers_.empty())
        layers_.pop_back();
}

std::vector<std::string> TraceBytes::notes() {
    std::vector<std::string> notes;
    if (!header_.empty())
        notes.push_back(header_);
    if (archive_ == nullptr)
        return notes;
    const auto traces = archive_->traces();
    if (traces.size() > 1) {
        std::string others;
        for (std::size_t i = 1; i < std::min<std::size_t>(traces.size(), 5); ++i)
            others += (i == 1 ? "" : ", ") + traces[i];
        notes.push_back("The archive holds " + countText(traces.size()) + " traces. This is " + traces.front() +
                        "; unpack the archive to open the others (" + others + (traces.size() > 5 ? ", …" : "") + ").");
    }
    return notes;
}

std::uint64_t TraceBytes::expectedSize() const {
    const std::uint64_t stored = file_->bytes().size();
    return std::max(stored, layers_.empty() ? 0 : statedSize({file_->bytes().data(), file_->ensure(stored)}));
}

std::string TraceBytes::emptiness() {
    if (archive_ == nullptr || !archive_->traces().empty() || !archive_->damage().empty())
        return {};
    return "is a tar archive without a Go execution trace in it (" + countText(archive_->others()) +
           (archive_->others() == 1 ? " file" : " files") + ").";
}

} // namespace waitscope
