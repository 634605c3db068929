// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/rules.h"

#include "model/findings/catalogue.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <re2/re2.h>

namespace waitscope {

namespace {

using Json = nlohmann::json;

constexpr int format = 1;

RE2::Options quiet() {
    RE2::Options options;
    options.set_log_errors(false);
    return options;
}

std::string textIn(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? std::string() : found->get<std::string>();
}

} // namespace

std::string problemWith(const std::string& expression) {
    const RE2 re(expression, quiet());
    return re.ok() ? std::string() : re.error();
}

std::optional<Rules> rulesFrom(std::string_view json, std::string& problem) {
    Rules rules;
    try {
        const Json document = Json::parse(json);
        if (document.value("waitscope_rules", 0) != format) {
            problem = "it has no \"waitscope_rules\": 1";
            return std::nullopt;
        }
        for (const Json& rule : document.value("idle_functions", Json::array())) {
            IdleFunction idle{textIn(rule, "function"), textIn(rule, "reason")};
            // An empty expression would call every goroutine idle.
            const std::string wrong = idle.function.empty() ? std::string("it is empty") : problemWith(idle.function);
            if (!wrong.empty()) {
                problem = "the expression “" + idle.function + "” is not one: " + wrong;
                return std::nullopt;
            }
            rules.idleFunctions.push_back(std::move(idle));
        }
        for (const Json& rule : document.value("dismissed", Json::array())) {
            Dismissal dismissal{textIn(rule, "detector"), textIn(rule, "function"), textIn(rule, "site"),
                                textIn(rule, "reason")};
            if (detectorNamed(dismissal.detector) == nullptr) {
                problem = "there is no detector “" + dismissal.detector + "”";
                return std::nullopt;
            }
            rules.dismissed.push_back(std::move(dismissal));
        }
    } catch (const Json::exception& error) {
        problem = error.what();
        return std::nullopt;
    }
    return rules;
}

std::string textOf(const Rules& rules) {
    Json idle = Json::array();
    for (const IdleFunction& rule : rules.idleFunctions)
        idle.push_back({{"function", rule.function}, {"reason", rule.reason}});
    Json dismissed = Json::array();
    for (const Dismissal& rule : rules.dismissed)
        dismissed.push_back(
            {{"detector", rule.detector}, {"function", rule.function}, {"site", rule.site}, {"reason", rule.reason}});
    const Json document{
        {"waitscope_rules", format}, {"idle_functions", std::move(idle)}, {"dismissed", std::move(dismissed)}};
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::function<bool(std::string_view)> idleFunctionOf(const Rules& rules) {
    if (rules.idleFunctions.empty())
        return {};
    auto expressions = std::make_shared<std::vector<std::unique_ptr<RE2>>>();
    for (const IdleFunction& rule : rules.idleFunctions)
        expressions->push_back(std::make_unique<RE2>(rule.function, quiet()));
    return [expressions](std::string_view function) {
        return std::ranges::any_of(*expressions, [&](const std::unique_ptr<RE2>& re) {
            return RE2::PartialMatch(re2::StringPiece(function.data(), function.size()), *re);
        });
    };
}

Dismiss dismissOf(const Rules& rules) {
    if (rules.dismissed.empty())
        return {};
    return [dismissed = rules.dismissed](const Trace& trace, const Finding& f) -> std::optional<std::string> {
        for (const Dismissal& rule : dismissed)
            if (rule.detector == f.detector && (rule.function.empty() || rule.function == trace.text(f.function)) &&
                (rule.site.empty() || rule.site == trace.text(trace.frame(f.site).function)))
                return rule.reason;
        return std::nullopt;
    };
}

Dismissal dismissalOf(const Trace& trace, const Finding& f, const std::string& reason) {
    return {std::string(f.detector), std::string(trace.text(f.function)),
            std::string(trace.text(trace.frame(f.site).function)), reason};
}

} // namespace waitscope
