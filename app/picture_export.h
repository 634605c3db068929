// SPDX-License-Identifier: GPL-3.0-or-later
// Heatmap and timeline of the window as files or in the clipboard, without stopping the window: all is done on another
// thread, but for the pixels of a heatmap (QCustomPlot is a widget).
#pragma once

#include "app/file_export.h"
#include "widgets/heatmap/heatmap_picture.h"
#include "widgets/timeline/timeline_picture.h"

#include <QByteArray>
#include <QString>

#include <functional>
#include <memory>

namespace waitscope {

class PictureExport : public FileExport {
    Q_OBJECT

  public:
    using FileExport::FileExport;

    /// Writes a PNG, or an SVG if the name ends so. `written` or `failed` follows.
    void heatmapToFile(std::shared_ptr<const TraceFacts> facts, const HeatmapPictureOptions& options,
                       const QString& path);
    void timelineToFile(std::shared_ptr<const TraceFacts> facts, const TimelinePictureOptions& options,
                        const QString& path);
    /// `made` follows with the bytes of the PNG.
    void heatmapToPng(std::shared_ptr<const TraceFacts> facts, const HeatmapPictureOptions& options);

  Q_SIGNALS:
    void made(const QByteArray& png);

  private:
    using Bytes = std::function<void(const QByteArray&)>;
    void makeHeatmap(std::shared_ptr<const TraceFacts> facts, const HeatmapPictureOptions& options, bool svg,
                     const Bytes& done);
    /// Hands the bytes of a picture over, or says that there is none.
    [[nodiscard]] Bytes finished(const Bytes& done);
    [[nodiscard]] Bytes writer(const QString& path);
};

} // namespace waitscope
