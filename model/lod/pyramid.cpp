// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/lod/pyramid.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

namespace waitscope {

namespace {

constexpr std::size_t stretchesPerBucket = 4;
constexpr std::size_t fewestBuckets = 256;

using Times = std::array<Time, stateFamilyCount>;

Pyramid::Bucket bucketOf(const Times& times, Time length) {
    const auto most = std::ranges::max_element(times);
    // What is there at all has a share above 0.
    const auto shareOf = [&](Time time) {
        return static_cast<std::uint8_t>(time == 0 ? 0
                                                   : std::clamp<Time>(time / std::max<Time>(length / 255, 1), 1, 255));
    };
    return {.family = static_cast<StateFamily>(most - times.begin()),
            .share = shareOf(*most),
            .alive = shareOf(std::accumulate(times.begin(), times.end(), Time{0}))};
}

} // namespace

Pyramid::Pyramid(TimeRange whole, std::size_t stretches, const std::function<bool(Stretch&)>& next) {
    const Time wanted = whole.length() / static_cast<Time>(std::max(stretches / stretchesPerBucket, fewestBuckets));
    finest_ = static_cast<Time>(std::bit_ceil(static_cast<std::uint64_t>(std::max<Time>(wanted, 1))));
    const auto count = static_cast<std::size_t>(whole.length() / finest_ + 1);
    auto& lowest = levels_.emplace_back(count);
    // Times by family of every second level are needed while building; two levels' worth of sums are enough.
    std::vector<Times> sums(count);
    Stretch stretch;
    while (next(stretch)) {
        for (Time t = stretch.range.begin; t < stretch.range.end;) {
            const auto bucket = static_cast<std::size_t>((t - whole.begin) / finest_);
            const Time until = std::min(stretch.range.end, whole.begin + static_cast<Time>(bucket + 1) * finest_);
            sums[bucket][static_cast<std::size_t>(stretch.family)] += until - t;
            t = until;
        }
    }
    for (std::size_t i = 0; i < count; ++i)
        lowest[i] = bucketOf(sums[i], finest_);
    for (Time length = finest_ * 2; sums.size() > 1; length *= 2) {
        const std::size_t half = (sums.size() + 1) / 2;
        auto& level = levels_.emplace_back(half);
        for (std::size_t i = 0; i < half; ++i) {
            Times both = sums[2 * i];
            if (2 * i + 1 < sums.size())
                for (std::size_t f = 0; f < stateFamilyCount; ++f)
                    both[f] += sums[2 * i + 1][f];
            sums[i] = both;
            level[i] = bucketOf(both, length);
        }
        sums.resize(half);
    }
}

int Pyramid::levelFor(Time length) const {
    int level = -1;
    while (level + 1 < static_cast<int>(levels_.size()) && bucketLength(level + 1) <= length)
        ++level;
    return level;
}

} // namespace waitscope
