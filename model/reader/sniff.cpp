// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/reader/sniff.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace waitscope {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view headerBegin = "go 1.";
constexpr std::string_view headerEnd = " trace";

std::optional<int> versionAt(std::string_view text) {
    if (!text.starts_with(headerBegin) || text.size() < headerSize)
        return {};
    int version = 0;
    std::size_t i = headerBegin.size();
    for (; i < headerBegin.size() + 3 && std::isdigit(static_cast<unsigned char>(text[i])) != 0; ++i)
        version = version * 10 + (text[i] - '0');
    if (i == headerBegin.size() || !text.substr(i).starts_with(headerEnd))
        return {};
    const auto padding = text.substr(i + headerEnd.size(), headerSize - i - headerEnd.size());
    return std::ranges::all_of(padding, [](char c) { return c == '\0'; }) ? std::optional(version) : std::nullopt;
}

struct Magic {
    std::string_view bytes;
    std::string_view name;
};
constexpr std::array magics{
    Magic{"\x89PNG\r\n"sv, "a picture (PNG)"},
    Magic{"\x7f"
          "ELF"sv,
          "a program (ELF), not a trace that it wrote"},
    Magic{"\xff\xd8\xff"sv, "a picture (JPEG)"},
    Magic{"%PDF"sv, "a PDF document"},
    Magic{"PK\x03\x04"sv, "a zip archive; unpack it first"},
    Magic{"BZh"sv, "bzip2 data; decompress it first"},
    Magic{"\xfd"
          "7zXZ\0"sv,
          "xz data; decompress it first"},
    Magic{"gotrace\0"sv, "a trace from before Go 1.5, which no tool reads any more"},
    Magic{"goroutine profile: total"sv, "a goroutine profile in text form"},
    Magic{"goroutine "sv, "a goroutine dump"},
    Magic{"--- mutex:"sv, "a mutex profile in text form"},
    Magic{"--- contention:"sv, "a block profile in text form"},
    Magic{"\x0a\x04\x0a\x02"sv, "a pprof profile"},
};

} // namespace

std::optional<int> headerAt(std::span<const std::byte> bytes) {
    return versionAt({reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), headerSize)});
}

std::optional<TraceHeader> findHeader(std::span<const std::byte> bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    for (std::size_t at = text.find(headerBegin); at != std::string_view::npos; at = text.find(headerBegin, at + 1))
        if (const auto version = versionAt(text.substr(at)))
            return TraceHeader{.version = *version, .offset = at};
    return {};
}

std::string looksLike(std::span<const std::byte> bytes) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), std::min<std::size_t>(bytes.size(), 4096));
    for (const Magic& magic : magics)
        if (text.starts_with(magic.bytes))
            return std::string(magic.name);
    if (text.size() > 262 && text.substr(257, 5) == "ustar")
        return "a tar archive; unpack it first";
    std::string lower(text.substr(0, 512));
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    if (lower.find("<!doctype html") != std::string::npos || lower.find("<html") != std::string::npos)
        return "an HTML page, perhaps an error page of the server or a proxy";
    if (lower.starts_with("http/1"))
        return "an HTTP response without a trace in it";
    const auto first = lower.find_first_not_of(" \t\r\n");
    if (first != std::string::npos && (lower[first] == '{' || lower[first] == '['))
        return "JSON";
    if (std::ranges::all_of(text, [](char c) { return c == '\0'; }))
        return "nothing but zero bytes";
    const auto printable = std::ranges::count_if(
        text, [](unsigned char c) { return c >= 0x80 || std::isprint(c) != 0 || std::isspace(c) != 0; });
    return printable == static_cast<std::ptrdiff_t>(text.size()) ? "text" : "";
}

} // namespace waitscope
