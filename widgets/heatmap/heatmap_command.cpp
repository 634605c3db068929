// SPDX-License-Identifier: GPL-3.0-or-later
// The command line that makes a picture: only what differs from what the command does by itself.
#include "model/report/range_text.h"
#include "model/report/shell_word.h"
#include "widgets/common/from_utf8.h"
#include "widgets/heatmap/heatmap_picture.h"

#include <QStringList>

#include <algorithm>

namespace waitscope {

namespace {

QString quoted(const QString& text) {
    return fromUtf8(shellWord(text.toStdString()));
}

} // namespace

QString commandFor(const HeatmapPictureOptions& options, const QString& traceFile, const Trace& trace) {
    QStringList words{QStringLiteral("waitscope heatmap"), quoted(traceFile), QStringLiteral("-o heatmap.png")};
    const auto option = [&](const char* name, const QString& value) {
        words.push_back(QString::fromLatin1(name) + ' ' + quoted(value));
    };
    const HeatmapOptions& what = options.what;
    const NamedMode& mode = namedOf(what.mode);
    if (what.mode != HeatmapMode::Lifetime)
        option("--mode", fromUtf8(mode.name));
    if (!(what.metric == mode.metric))
        option("--metric", fromUtf8(nameOf(what.metric)));
    if (what.order != mode.order)
        option("--sort", fromUtf8(namedOf(what.order).name));
    if (what.grouping)
        option("--group", fromUtf8(namedOf(*what.grouping).name));
    if (what.bundling == Bundling::Most)
        words.push_back(QStringLiteral("--max"));
    if (!what.range.empty() && what.range != trace.wholeRange())
        option("--range", fromUtf8(rangeOption(what.range, trace)));
    if (!options.filter.isEmpty())
        option(options.filterOption.toLatin1().constData(), options.filter);
    if (options.rows.runtime)
        words.push_back(QStringLiteral("--runtime"));
    if (options.placeCount > 0)
        option("--rows", QStringLiteral("%1..%2").arg(options.firstPlace).arg(options.firstPlace + options.placeCount));
    if (what.stuckAge > 0)
        option("--threshold", QString::number(what.stuckAge) + QStringLiteral("ns"));
    if (!options.rules.isEmpty())
        option("--rules", options.rules);
    if (options.colourScale)
        option("--colours", fromUtf8(namedOf(*options.colourScale).name));
    if (options.colours != ColourMap::Viridis)
        option("--palette", fromUtf8(namedOf(options.colours).name));
    if (options.times == TimeFormat::WallClock)
        option("--times", fromUtf8(nameOf(options.times)));
    const auto preset = std::ranges::find_if(picturePresets, [&](const PicturePreset& p) {
        return p.size == options.size && p.scale == options.scale && p.unitsAnInch == options.unitsAnInch;
    });
    if (preset == picturePresets.end()) {
        option("--size", QStringLiteral("%1x%2").arg(options.size.width()).arg(options.size.height()));
        if (options.scale != 1)
            option("--scale", QString::number(options.scale));
    } else if (preset != picturePresets.begin()) {
        option("--preset", fromUtf8(preset->name));
    }
    return words.join(' ');
}

} // namespace waitscope
