// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/frame_times.h"

#include "model/report/text.h"
#include "widgets/common/from_utf8.h"

#include <QLoggingCategory>

#include <algorithm>
#include <vector>

namespace waitscope {

namespace {

Q_LOGGING_CATEGORY(frames, "waitscope.frames", QtWarningMsg)

} // namespace

bool FrameTimes::areWanted() {
    return frames().isDebugEnabled();
}

void FrameTimes::add(Time length, std::size_t itemsRead) {
    lengths_.push_back(length);
    if (lengths_.size() > kept)
        lengths_.pop_front();
    itemsRead_ = itemsRead;
    qCDebug(frames).noquote() << text();
}

QString FrameTimes::text() const {
    if (lengths_.empty())
        return {};
    std::vector<Time> sorted(lengths_.begin(), lengths_.end());
    const auto p95 = sorted.begin() + static_cast<std::ptrdiff_t>((sorted.size() - 1) * 95 / 100);
    std::ranges::nth_element(sorted, p95);
    return QStringLiteral("frame %1 · p95 of %2: %3 · %4 items read")
        .arg(fromUtf8(durationText(lengths_.back())))
        .arg(sorted.size())
        .arg(fromUtf8(durationText(*p95)), fromUtf8(countText(itemsRead_)));
}

} // namespace waitscope
