// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/time_marks.h"

#include <algorithm>
#include <utility>

namespace waitscope {

void TimeMarks::toggle(Time time, const QString& note) {
    const auto place = std::ranges::lower_bound(marks_, time, {}, &TimeMark::time);
    if (place == marks_.end() || place->time != time)
        marks_.insert(place, {time, note});
    else if (note.isEmpty())
        marks_.erase(place);
    else
        place->note = note;
    Q_EMIT changed();
}

void TimeMarks::setA(std::optional<Time> time) {
    a_ = time;
    Q_EMIT aChanged();
    Q_EMIT changed();
}

void TimeMarks::setB(std::optional<Time> time) {
    b_ = time;
    Q_EMIT changed();
}

void TimeMarks::setHits(std::vector<Time> hits) {
    hits_ = std::move(hits);
    std::ranges::sort(hits_);
    Q_EMIT changed();
}

void TimeMarks::clear() {
    marks_.clear();
    a_ = b_ = {};
    hits_.clear();
    Q_EMIT aChanged();
    Q_EMIT changed();
}

std::vector<Time> TimeMarks::all() const {
    std::vector<Time> times;
    for (const TimeMark& mark : marks_)
        times.push_back(mark.time);
    for (const auto& one : {a_, b_})
        if (one)
            times.push_back(*one);
    std::ranges::sort(times);
    return times;
}

std::optional<Time> TimeMarks::before(Time time) const {
    const std::vector<Time> times = all();
    const auto place = std::ranges::lower_bound(times, time);
    return place == times.begin() ? std::nullopt : std::optional(*(place - 1));
}

std::optional<Time> TimeMarks::behind(Time time) const {
    const std::vector<Time> times = all();
    const auto place = std::ranges::upper_bound(times, time);
    return place == times.end() ? std::nullopt : std::optional(*place);
}

} // namespace waitscope
