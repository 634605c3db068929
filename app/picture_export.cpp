// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/picture_export.h"

#include "app/output.h"
#include "app/picture_file.h"
#include "app/threads.h"
#include "widgets/common/from_utf8.h"

#include <utility>

namespace waitscope {

namespace {

bool isSvg(const QString& path) {
    return path.endsWith(QStringLiteral(".svg"), Qt::CaseInsensitive);
}

} // namespace

// What it returns is called at home only.
PictureExport::Bytes PictureExport::finished(const Bytes& done) {
    ++running_;
    return [this, done](const QByteArray& bytes) {
        --running_;
        if (bytes.isEmpty())
            Q_EMIT failed(tr("There is not enough memory for this picture."));
        else
            done(bytes);
    };
}

void PictureExport::makeHeatmap(std::shared_ptr<const TraceFacts> facts, const HeatmapPictureOptions& options, bool svg,
                                const Bytes& done) {
    const std::weak_ptr<const bool> asker = alive_;
    const Bytes encoded = finished(done);
    const auto paint = [svg, encoded, asker](const std::shared_ptr<const HeatmapSheet>& sheet) {
        if (!sheet || svg)
            encoded(sheet ? paintHeatmapSvg(*sheet) : QByteArray());
        else
            elsewhere([encoded, asker, picture = paintHeatmap(*sheet)] {
                atHome(asker, [encoded, png = pngOf(picture)] { encoded(png); });
            });
    };
    elsewhere([paint, asker, facts = std::move(facts), options] {
        atHome(asker, [paint, sheet = prepareHeatmap(facts, options)] { paint(sheet); });
    });
}

void PictureExport::write(const QByteArray& bytes, const QString& path) {
    ++running_;
    elsewhere([this, bytes, path, asker = std::weak_ptr(alive_)] {
        std::string problem;
        const bool fine = writeResult({bytes.constData(), static_cast<std::size_t>(bytes.size())}, path, problem);
        atHome(asker, [this, fine, path, problem] {
            --running_;
            if (fine)
                Q_EMIT written(path);
            else
                Q_EMIT failed(fromUtf8(problem));
        });
    });
}

void PictureExport::heatmapToFile(std::shared_ptr<const TraceFacts> facts, const HeatmapPictureOptions& options,
                                  const QString& path) {
    makeHeatmap(std::move(facts), options, isSvg(path), [this, path](const QByteArray& bytes) { write(bytes, path); });
}

void PictureExport::timelineToFile(std::shared_ptr<const TraceFacts> facts, const TimelinePictureOptions& options,
                                   const QString& path) {
    const Bytes encoded = finished([this, path](const QByteArray& bytes) { write(bytes, path); });
    elsewhere([encoded, facts = std::move(facts), options, path, asker = std::weak_ptr(alive_)] {
        atHome(asker, [encoded, bytes = isSvg(path) ? renderTimelineSvg(facts, options)
                                                    : pngOf(renderTimeline(facts, options))] { encoded(bytes); });
    });
}

void PictureExport::heatmapToPng(std::shared_ptr<const TraceFacts> facts, const HeatmapPictureOptions& options) {
    makeHeatmap(std::move(facts), options, false, [this](const QByteArray& bytes) { Q_EMIT made(bytes); });
}

} // namespace waitscope
