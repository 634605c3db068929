// SPDX-License-Identifier: GPL-3.0-or-later
// The body of an HTTP response that was saved with its header (curl -i, a proxy's log, a packet capture).
#pragma once

#include "model/reader/growing_bytes.h"

#include <optional>
#include <span>
#include <thread>

namespace waitscope {

struct HttpResponse {
    std::size_t body = 0; ///< its offset
    bool chunked = false; ///< the body is cut into chunks with their lengths between them
};

/// The response with whose header the bytes begin; nothing if they do not.
[[nodiscard]] std::optional<HttpResponse> httpResponse(std::span<const std::byte> front);

/// The body, its chunks joined. A chunk length that makes no sense ends it.
class HttpBody final : public GrowingBytes {
  public:
    HttpBody(ByteSource& response, HttpResponse header, std::stop_token stop);
    ~HttpBody() override;

  private:
    void run(const std::stop_token& ours);
    bool copy(std::size_t size);
    std::optional<std::size_t> chunkSize();

    HttpResponse header_;
    std::stop_token stop_;
    std::stop_token ours_;
    std::size_t position_ = 0; ///< in the response
    std::size_t written_ = 0;
    std::jthread thread_;
};

} // namespace waitscope
