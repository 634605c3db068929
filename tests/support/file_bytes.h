// SPDX-License-Identifier: GPL-3.0-or-later
// Files that are wrapped and damaged on purpose, as bytes.
#pragma once

#include "model/reader/load.h"
#include "tests/support/recordings.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include <zlib.h>
#include <zstd.h>

namespace waitscope::test {

using Bytes = std::vector<std::byte>;

inline Bytes smallTrace(const char* version = "1.26") {
    return bytesOf(std::string(WAITSCOPE_TEST_DATA "/small-go") + version + ".trace");
}

inline Bytes joined(std::initializer_list<Bytes> parts) {
    Bytes all;
    for (const Bytes& part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

inline Bytes asBytes(std::string_view text) {
    const auto* const begin = reinterpret_cast<const std::byte*>(text.data());
    return {begin, begin + text.size()};
}

/// One frame of zstd that says how much it holds, or does not.
inline Bytes zstd(std::span<const std::byte> content, bool saysSize = true) {
    ZSTD_CCtx* const context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, saysSize ? 1 : 0);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    Bytes frame(ZSTD_compressBound(content.size()));
    frame.resize(ZSTD_compress2(context, frame.data(), frame.size(), content.data(), content.size()));
    ZSTD_freeCCtx(context);
    return frame;
}

inline Bytes gzip(std::span<const std::byte> content) {
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    Bytes out(deflateBound(&stream, content.size()) + 64);
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(content.data()));
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(out.size() - stream.avail_out);
    deflateEnd(&stream);
    return out;
}

/// A member of a tar archive, of the oldest format that everybody reads.
inline Bytes tarMember(const std::string& name, std::span<const std::byte> content) {
    std::string header(512, '\0');
    header.replace(0, name.size(), name);
    const auto octal = [&](std::size_t at, std::size_t digits, std::size_t value) {
        for (std::size_t i = digits; i-- > 0; value /= 8)
            header[at + i] = static_cast<char>('0' + value % 8);
    };
    octal(100, 7, 0644);
    octal(124, 11, content.size());
    octal(136, 11, 0);
    header[156] = '0';
    header.replace(257, 8, std::string("ustar\00000", 8));
    header.replace(148, 8, "        ");
    std::size_t sum = 0;
    for (const char c : header)
        sum += static_cast<unsigned char>(c);
    octal(148, 6, sum);
    header[154] = '\0';
    Bytes member = asBytes(header);
    member.insert(member.end(), content.begin(), content.end());
    member.resize((member.size() + 511) / 512 * 512);
    return member;
}

inline Bytes tar(std::initializer_list<Bytes> members) {
    return joined({joined(members), Bytes(1024)});
}

inline LoadResult load(std::span<const std::byte> bytes, const LoadOptions& options = {}) {
    return loadTrace(bytes, "bytes", options);
}

/// All warnings, or the error.
inline std::string said(const LoadResult& result) {
    if (!result.trace)
        return result.error->message;
    std::string text;
    for (const LoadWarning& warning : result.trace->report.warnings)
        text += warning.text + "\n";
    return text;
}

} // namespace waitscope::test
