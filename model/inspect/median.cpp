// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/inspect/median.h"

#include <algorithm>
#include <bit>

namespace waitscope {

namespace {

// Buckets of the first pass: as many to each doubling of the length, so that one is at most 1/64 of its lengths wide.
constexpr int perDoublingBits = 6;
constexpr std::uint64_t perDoubling = 1U << perDoublingBits;

std::size_t logBucketOf(Time length) {
    const auto value = static_cast<std::uint64_t>(length);
    if (value < perDoubling)
        return value; // each is its own
    const int doublings = std::bit_width(value) - 1 - perDoublingBits;
    return (static_cast<std::size_t>(doublings) << perDoublingBits) + (value >> doublings);
}

Time beginOfLogBucket(std::size_t bucket) {
    if (bucket < 2 * perDoubling)
        return static_cast<Time>(bucket);
    const std::size_t doublings = (bucket >> perDoublingBits) - 1;
    constexpr std::size_t most = 62 - perDoublingBits;
    if (doublings > most)
        return INT64_MAX;
    return static_cast<Time>(((bucket & (perDoubling - 1)) | perDoubling) << doublings);
}

} // namespace

std::size_t Median::bucketOf(Time length) const {
    return isFirst_ ? logBucketOf(length) : static_cast<std::size_t>((length - low_) / width_);
}

Time Median::beginOf(std::size_t bucket) const {
    return isFirst_ ? beginOfLogBucket(bucket) : low_ + static_cast<Time>(bucket) * width_;
}

void Median::add(Time length) {
    if (isDone_)
        return;
    if (isFirst_)
        ++count_;
    else if (length < low_ || length >= high_)
        return;
    if (!counts_.empty()) {
        ++counts_[bucketOf(length)];
        return;
    }
    kept_.push_back(length);
    if (kept_.size() < mostHeld)
        return;
    counts_.resize(mostHeld);
    for (const Time one : kept_)
        ++counts_[bucketOf(one)];
    kept_ = {};
}

bool Median::needsAnotherPass() {
    if (isDone_)
        return false;
    if (isFirst_)
        rank_ = count_ == 0 ? 0 : (count_ - 1) / 2;
    if (counts_.empty()) {
        isDone_ = true;
        if (rank_ < kept_.size()) { // else the pass was not finished
            const auto middle = kept_.begin() + static_cast<std::ptrdiff_t>(rank_);
            std::ranges::nth_element(kept_, middle);
            low_ = *middle;
        }
        kept_ = {};
        return false;
    }
    std::size_t bucket = 0;
    while (bucket + 1 < counts_.size() && rank_ >= counts_[bucket])
        rank_ -= counts_[bucket++];
    const Time begin = beginOf(bucket);
    high_ = bucket + 1 < counts_.size() ? std::min(high_, beginOf(bucket + 1)) : high_;
    low_ = begin;
    isFirst_ = false;
    counts_ = {};
    isDone_ = high_ - low_ <= 1;
    width_ = std::max<Time>(1, (high_ - low_ + static_cast<Time>(mostHeld) - 1) / static_cast<Time>(mostHeld));
    return !isDone_;
}

} // namespace waitscope
