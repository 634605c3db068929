// SPDX-License-Identifier: GPL-3.0-or-later
// Heatmap and timeline of the window as files or in the clipboard, without stopping the window: all is done on another
// thread, but for the pixels of a heatmap (QCustomPlot is a widget).
#pragma once

#include "widgets/heatmap/heatmap_picture.h"
#include "widgets/timeline/timeline_picture.h"

#include <QByteArray>
#include <QObject>
#include <QString>

#include <functional>
#include <memory>

namespace waitscope {

class PictureExport : public QObject {
    Q_OBJECT

  public:
    using QObject::QObject;

    /// Writes a PNG, or an SVG if the name ends so. `written` or `failed` follows.
    void heatmapToFile(std::shared_ptr<const TraceFacts> facts, const HeatmapPictureOptions& options,
                       const QString& path);
    void timelineToFile(std::shared_ptr<const TraceFacts> facts, const TimelinePictureOptions& options,
                        const QString& path);
    /// `made` follows with the bytes of the PNG.
    void heatmapToPng(std::shared_ptr<const TraceFacts> facts, const HeatmapPictureOptions& options);
    [[nodiscard]] bool busy() const { return running_ > 0; }

  Q_SIGNALS:
    void written(const QString& path);
    void made(const QByteArray& png);
    void failed(const QString& sentence);

  private:
    using Bytes = std::function<void(const QByteArray&)>;
    void makeHeatmap(std::shared_ptr<const TraceFacts> facts, const HeatmapPictureOptions& options, bool svg,
                     const Bytes& done);
    /// Hands the bytes of a picture over, or says that there is none.
    [[nodiscard]] Bytes finished(const Bytes& done);
    void write(const QByteArray& bytes, const QString& path);

    int running_ = 0;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

} // namespace waitscope
