// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/compare/keys.h"

#include "model/waits/root_causes.h"

#include <algorithm>
#include <map>

namespace waitscope {

namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

/// Cuts `suffix` and the digits behind it off the end.
bool cutNumbered(std::string& name, std::string_view suffix, bool needsDigits) {
    std::size_t end = name.size();
    while (end > 0 && isDigit(name[end - 1]))
        --end;
    if ((needsDigits && end == name.size()) || !std::string_view(name).substr(0, end).ends_with(suffix))
        return false;
    name.resize(end - suffix.size());
    return true;
}

void cutClosures(std::string& name) {
    while (cutNumbered(name, ".func", true) || cutNumbered(name, ".gowrap", true) ||
           cutNumbered(name, ".deferwrap", true) || cutNumbered(name, "-range", true) ||
           cutNumbered(name, "-fm", false) ||
           cutNumbered(name,
                       "\xc2\xb7"
                       "dwrap\xc2\xb7",
                       true) ||
           cutNumbered(name, ".", true)) {
    }
}

std::string withoutTypeArguments(std::string_view name) {
    std::string kept;
    int depth = 0;
    for (const char c : name) {
        depth += c == '[' ? 1 : 0;
        if (depth == 0)
            kept += c;
        depth -= c == ']' && depth > 0 ? 1 : 0;
    }
    return kept;
}

bool isMajorVersion(std::string_view element) {
    return element.size() > 1 && element.front() == 'v' && std::ranges::all_of(element.substr(1), isDigit);
}

/// "a/vendor/b/v2/c@v1.0" -> "b/c"; "gopkg.in/yaml%2ev3" -> "gopkg.in/yaml".
std::string withoutVersions(std::string_view path) {
    constexpr std::string_view vendor = "vendor/";
    if (const std::size_t at = path.rfind(vendor); at != std::string_view::npos && (at == 0 || path[at - 1] == '/'))
        path.remove_prefix(at + vendor.size());
    std::string kept;
    for (std::size_t from = 0; from <= path.size();) {
        const std::size_t slash = std::min(path.find('/', from), path.size());
        std::string_view element = path.substr(from, slash - from);
        element = element.substr(0, element.find('@'));
        if (const std::size_t dot = element.rfind("%2ev");
            dot != std::string_view::npos && isMajorVersion(element.substr(dot + 3)))
            element = element.substr(0, dot);
        if (!isMajorVersion(element) || from == 0)
            kept += (kept.empty() ? "" : "/") + std::string(element);
        from = slash + 1;
    }
    return kept;
}

} // namespace

std::string_view comparedPrimitive(Primitive primitive) {
    return isLock(primitive) ? "lock" : nameOf(primitive);
}

std::string_view comparedFamily(Primitive primitive) {
    return familyOf(primitive) == StateFamily::Channel ? "channel" : comparedPrimitive(primitive);
}

std::string comparedFunction(std::string_view function) {
    std::string name = withoutTypeArguments(function);
    // A package's path ends at the first dot behind its last slash. A receiver may hold neither.
    const std::size_t slash = name.substr(0, name.find('(')).rfind('/');
    const std::size_t dot = name.find('.', slash == std::string::npos ? 0 : slash);
    if (dot == std::string::npos)
        return name;
    std::string rest = name.substr(dot);
    cutClosures(rest);
    return withoutVersions(std::string_view(name).substr(0, dot)) + rest;
}

std::string RowKey::text() const {
    std::string text(primitive);
    for (std::size_t i = 0; i < functions.size(); ++i)
        text += (i == 0 ? " " : "<") + functions[i];
    return text;
}

RowKeys rowKeysOf(const TraceFacts& facts) {
    const Trace& trace = *facts.trace;
    const std::vector<WaitClass>& classes = facts.waits.all();
    RowKeys rows;
    rows.rowOfClass.resize(classes.size());
    std::map<RowKey, std::uint32_t> known;
    for (std::size_t c = 1; c < classes.size(); ++c) {
        const WaitClass& wait = classes[c];
        RowKey key{.primitive = comparedPrimitive(wait.primitive), .family = comparedFamily(wait.primitive)};
        // A closure inside its own function, or a function that calls itself, is one entry: how deep does not matter.
        const auto add = [&](FrameId frame) {
            std::string function = comparedFunction(trace.text(trace.frame(frame).function));
            if (key.functions.empty() || key.functions.back() != function)
                key.functions.push_back(std::move(function));
        };
        for (const FrameId frame : trace.stacks[wait.stack])
            if (!facts.waits.isLibrary(frame))
                add(frame);
        // How the library works inside differs from one version of Go to the next.
        if (key.functions.empty() && wait.site.known())
            add(wait.site);
        const auto [found, isNew] = known.try_emplace(std::move(key), static_cast<std::uint32_t>(rows.keys.size()));
        if (isNew)
            rows.keys.push_back(found->first);
        rows.rowOfClass[c] = found->second;
    }
    return rows;
}

} // namespace waitscope
