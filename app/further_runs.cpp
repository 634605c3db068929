// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/further_runs.h"

#include "model/reader/load.h"

namespace waitscope {

std::optional<Both<std::vector<std::string>>> runsFrom(const std::vector<std::string>& words) {
    Both<std::vector<std::string>> paths;
    for (const std::string& word : words)
        if (word.starts_with("A=") || word.starts_with("B="))
            (word[0] == 'A' ? paths.a : paths.b).push_back(word.substr(2));
    if (paths.a.empty() && paths.b.empty() && words.size() == 2)
        return Both<std::vector<std::string>>{{words[0]}, {words[1]}};
    if (paths.a.empty() || paths.b.empty() || paths.a.size() + paths.b.size() != words.size())
        return {};
    return paths;
}

std::vector<std::string> wordsOf(const Both<std::vector<std::string>>& runs) {
    if (runs.a.size() == 1 && runs.b.size() == 1)
        return {runs.a.front(), runs.b.front()};
    std::vector<std::string> words;
    for (const Side side : {Side::A, Side::B})
        for (const std::string& path : runs.of(side))
            words.push_back((side == Side::A ? "A=" : "B=") + path);
    return words;
}

const Both<std::vector<std::shared_ptr<const TraceFacts>>>& FurtherRuns::load(const std::stop_token& stop) {
    if (loaded_)
        return facts_;
    facts_ = {};
    problems_.clear();
    for (const Side side : {Side::A, Side::B})
        for (const std::string& path : paths_.of(side)) {
            LoadResult result = loadTrace(path, {.stop = stop});
            if (stop.stop_requested())
                return facts_; // asked again, all are loaded
            if (result.trace)
                facts_.of(side).push_back(computeFacts(std::move(result.trace), Rows::NotDrawn));
            else
                problems_.push_back("This run is left out: " + result.error->message);
        }
    loaded_ = true;
    return facts_;
}

} // namespace waitscope
