// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/http_body.h"

#include "model/report/text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>
#include <string_view>

namespace waitscope {

namespace {

constexpr std::size_t chunk = std::size_t{1} << 20;

std::string_view textOf(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace

std::optional<HttpResponse> httpResponse(std::span<const std::byte> front) {
    const std::string_view text = textOf(front);
    if (!text.starts_with("HTTP/1."))
        return {};
    const std::size_t windows = text.find("\r\n\r\n");
    const std::size_t unix = text.find("\n\n"); // an editor or a log may have changed the line ends
    HttpResponse response;
    if (windows != std::string_view::npos && (unix == std::string_view::npos || windows < unix))
        response.body = windows + 4;
    else if (unix != std::string_view::npos)
        response.body = unix + 2;
    else
        return {};
    std::string header(text.substr(0, response.body));
    std::ranges::transform(header, header.begin(), [](unsigned char c) { return std::tolower(c); });
    const std::size_t coding = header.find("\ntransfer-encoding:");
    response.chunked =
        coding != std::string::npos &&
        header.substr(coding + 1, header.find('\n', coding + 1) - coding).find("chunked") != std::string::npos;
    return response;
}

HttpBody::HttpBody(ByteSource& response, HttpResponse header, std::stop_token stop)
    : GrowingBytes(response), header_(header), stop_(std::move(stop)), position_(header.body) {
    if (room() != nullptr)
        thread_ = std::jthread([this](const std::stop_token& ours) { run(ours); });
}

HttpBody::~HttpBody() {
    thread_.request_stop();
    if (thread_.joinable())
        thread_.join();
}

void HttpBody::run(const std::stop_token& ours) {
    ours_ = ours;
    if (!header_.chunked) {
        copy(SIZE_MAX);
    } else {
        for (;;) {
            const auto size = chunkSize();
            if (!size) {
                damaged("its HTTP chunk at byte " + countText(position_) + " has no length");
                break;
            }
            if (*size == 0)
                break;
            if (!copy(*size)) {
                damaged("its HTTP response ends in the middle of a chunk");
                break;
            }
        }
    }
    finish();
}

// The next so many bytes of the response, or all; false if there are fewer.
bool HttpBody::copy(std::size_t size) {
    while (size > 0) {
        const std::size_t wanted = std::min({size, chunk, capacity() - written_});
        const std::size_t available = input().ensure(position_ + wanted);
        const std::size_t now = std::min(wanted, available - std::min(available, position_));
        if (now == 0 || stop_.stop_requested())
            return false;
        std::memcpy(room() + written_, input().data() + position_, now);
        written_ += now;
        position_ += now;
        size -= now;
        input().release(position_);
        if (!publish(written_, position_, ours_))
            return false;
    }
    return true;
}

// The line in front of a chunk: its length in hexadecimal, perhaps an extension; and the line end of the chunk before.
std::optional<std::size_t> HttpBody::chunkSize() {
    constexpr std::size_t longestLine = 256;
    const std::size_t available = input().ensure(position_ + longestLine);
    std::string_view line = textOf({input().data() + position_, std::min(available - position_, longestLine)});
    const std::size_t skipped = std::min(line.find_first_not_of("\r\n"), line.size());
    line.remove_prefix(skipped);
    const std::size_t end = line.find('\n');
    std::size_t size = 0;
    const auto [last, problem] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
    if (end == std::string_view::npos || problem != std::errc() || last == line.data())
        return {};
    position_ += skipped + end + 1;
    return size;
}

} // namespace waitscope
