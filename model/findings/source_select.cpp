// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/source_select.h"

#include <algorithm>
#include <string>

namespace waitscope {

namespace {

/// From the beginning of a line on; empty if there is none.
std::string_view fromLine(std::string_view source, std::uint32_t line) {
    for (std::uint32_t at = 1; at < line; ++at) {
        const std::size_t end = source.find('\n');
        if (end == std::string_view::npos)
            return {};
        source.remove_prefix(end + 1);
    }
    return source;
}

/// The text up to the brace that closes the first one, without comments and the contents of literals.
std::string blockOf(std::string_view source) {
    std::string block;
    int depth = 0;
    for (std::size_t i = 0; i < source.size(); ++i) {
        const char c = source[i];
        if (c == '/' && source.substr(i).starts_with("//")) {
            i = std::min(source.find('\n', i), source.size());
            block += '\n';
            continue;
        }
        if (c == '/' && source.substr(i).starts_with("/*")) {
            i = std::min(source.find("*/", i + 2), source.size() - 1) + 1;
            continue;
        }
        if (c == '"' || c == '`' || c == '\'') {
            for (++i; i < source.size() && source[i] != c; ++i)
                if (source[i] == '\\' && c != '`')
                    ++i;
            continue;
        }
        block += c;
        if (c == '{')
            ++depth;
        if (c == '}' && --depth <= 0)
            break;
    }
    return block;
}

} // namespace

std::optional<bool> listensToDone(std::string_view source, std::uint32_t line) {
    const std::string_view rest = fromLine(source, line);
    if (rest.empty() || line == 0)
        return std::nullopt;
    const std::string_view first = rest.substr(0, rest.find('\n'));
    if (first.find("select") == std::string_view::npos)
        return first.find(".Done()") != std::string_view::npos;
    const std::string block = blockOf(rest);
    std::string_view cases = block;
    for (std::size_t at = cases.find("case"); at != std::string_view::npos; at = cases.find("case")) {
        cases.remove_prefix(at);
        const std::string_view head = cases.substr(0, cases.find(':'));
        if (head.find("<-") != std::string_view::npos && head.find(".Done()") != std::string_view::npos)
            return true;
        cases.remove_prefix(4);
    }
    return false;
}

} // namespace waitscope
