// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/view_link.h"

#include "model/report/range_text.h"
#include "model/report/text.h"

#include <array>
#include <string_view>
#include <utility>

namespace waitscope {

namespace {

std::string quoted(const std::string& word) {
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,@+%";
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos)
        return word;
    std::string text = "'";
    for (const char c : word)
        text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

} // namespace

std::vector<GoroutineIndex> goroutinesFrom(const Trace& trace, const std::string& text) {
    std::vector<GoroutineIndex> goroutines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        if (const auto id = goroutineIdFrom(std::string_view(text).substr(begin, end - begin)))
            if (const GoroutineIndex g = trace.findGoroutine(*id); g.known())
                goroutines.push_back(g);
        begin = end + 1;
    }
    return goroutines;
}

std::string goroutinesText(const Trace& trace, const std::vector<GoroutineIndex>& goroutines) {
    std::string text;
    for (const GoroutineIndex g : goroutines)
        text += (text.empty() ? "g" : ",g") + std::to_string(trace.goroutines.id(g));
    return text;
}

std::optional<GoroutineAt> goroutineAtFrom(const std::string& text) {
    const std::size_t at = text.find('@');
    const auto id = goroutineIdFrom(std::string_view(text).substr(0, at));
    if (!id)
        return {};
    GoroutineAt result{.id = *id, .time = {}};
    if (at != std::string::npos) {
        result.time = timeFrom(std::string_view(text).substr(at + 1));
        if (!result.time)
            return {};
    }
    return result;
}

std::string commandLineOf(const std::string& trace, const ViewOptions& options) {
    std::string line = "waitscope " + quoted(trace);
    const std::array<std::pair<const char*, const std::string*>, 7> all{{{"--range", &options.range},
                                                                         {"--group", &options.group},
                                                                         {"--sort", &options.sort},
                                                                         {"--filter", &options.filter},
                                                                         {"--select", &options.select},
                                                                         {"--hide", &options.hide},
                                                                         {"--pin", &options.pin}}};
    for (const auto& [name, value] : all)
        if (!value->empty())
            line += std::string(" ") + name + " " + quoted(*value);
    return line;
}

} // namespace waitscope
