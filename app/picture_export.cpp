// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/picture_export.h"

#include "app/picture_file.h"
#include "app/threads.h"

#include <utility>

namespace waitscope {

namespace {

bool isSvg(const QString& path) {
    return path.endsWith(QStringLiteral(".svg"), Qt::CaseInsensitive);
}

} // namespace

// What it returns is called at home only.
PictureExport::Bytes PictureExport::finished(const Bytes& done) {
    begun();
    return [this, done](const QByteArray& bytes) {
        ended();
        if (bytes.isEmpty())
            Q_EMIT failed(tr("There is not enough memory for this picture."));
        else
            done(bytes);
    };
}

void PictureExport::makeHeatmap(std::shared_ptr<const TraceFacts> facts, const HeatmapPictureOptions& options, bool svg,
                                const Bytes& done) {
    const std::weak_ptr<const bool> asker = this->asker();
    const Bytes encoded = finished(done);
    // Shared, so that it is painted where it lies: a copy of a picture is one more picture.
    using Sheet = std::shared_ptr<const HeatmapSheet>;
    using Picture = std::shared_ptr<QImage>;
    const auto paint = [encoded, asker](const Sheet& sheet, const Picture& picture) {
        if (!picture)
            return encoded(sheet ? paintHeatmapSvg(*sheet) : QByteArray());
        paintHeatmap(*sheet, *picture);
        elsewhere([encoded, asker, picture] { atHome(asker, [encoded, png = pngOf(*picture)] { encoded(png); }); });
    };
    elsewhere([paint, encoded, svg, asker, facts = std::move(facts), options] {
        const Sheet sheet = prepareHeatmap(facts, options);
        const auto picture = !sheet || svg ? nullptr : std::make_shared<QImage>(emptyPictureOf(*sheet));
        if (picture && picture->isNull())
            return atHome(asker, [encoded] { encoded({}); });
        atHome(asker, [paint, sheet, picture] { paint(sheet, picture); });
    });
}

PictureExport::Bytes PictureExport::writer(const QString& path) {
    return [this, path](const QByteArray& bytes) { write([bytes] { return bytes.toStdString(); }, path); };
}

void PictureExport::heatmapToFile(std::shared_ptr<const TraceFacts> facts, const HeatmapPictureOptions& options,
                                  const QString& path) {
    makeHeatmap(std::move(facts), options, isSvg(path), writer(path));
}

void PictureExport::timelineToFile(std::shared_ptr<const TraceFacts> facts, const TimelinePictureOptions& options,
                                   const QString& path) {
    const Bytes encoded = finished(writer(path));
    elsewhere([encoded, facts = std::move(facts), options, path, asker = asker()] {
        atHome(asker, [encoded, bytes = isSvg(path) ? renderTimelineSvg(facts, options)
                                                    : pngOf(renderTimeline(facts, options))] { encoded(bytes); });
    });
}

void PictureExport::heatmapToPng(std::shared_ptr<const TraceFacts> facts, const HeatmapPictureOptions& options) {
    makeHeatmap(std::move(facts), options, false, [this](const QByteArray& bytes) { Q_EMIT made(bytes); });
}

} // namespace waitscope
