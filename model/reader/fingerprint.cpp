// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/fingerprint.h"

#include <algorithm>
#include <array>
#include <memory>
#include <openssl/evp.h>

namespace waitscope {

std::string sha256Of(std::span<const std::byte> bytes, const std::stop_token& stop) {
    constexpr std::size_t chunk = std::size_t{4} << 20;
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1)
        return {};
    while (!bytes.empty()) {
        if (stop.stop_requested())
            return {};
        const auto part = bytes.first(std::min(chunk, bytes.size()));
        EVP_DigestUpdate(context.get(), part.data(), part.size());
        bytes = bytes.subspan(part.size());
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context.get(), digest.data(), &size);
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
        constexpr const char* digits = "0123456789abcdef";
        text += digits[digest[i] >> 4];
        text += digits[digest[i] & 0xfU];
    }
    return text;
}

} // namespace waitscope
