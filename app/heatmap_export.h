// SPDX-License-Identifier: GPL-3.0-or-later
// The heatmap of the window as a file or in the clipboard, without stopping the window: the numbers are made on another
// thread, the pixels on the GUI thread (QCustomPlot is a widget), and encoding and writing on another thread again.
#pragma once

#include "widgets/heatmap/heatmap_picture.h"

#include <QByteArray>
#include <QObject>
#include <QString>

#include <functional>
#include <memory>

namespace waitscope {

class HeatmapExport : public QObject {
    Q_OBJECT

  public:
    using QObject::QObject;

    /// Writes a PNG, or an SVG if the name ends so. `written` or `failed` follows.
    void toFile(std::shared_ptr<const TraceFacts> facts, const HeatmapPictureOptions& options, const QString& path);
    /// `made` follows with the bytes of the PNG.
    void toPng(std::shared_ptr<const TraceFacts> facts, const HeatmapPictureOptions& options);
    [[nodiscard]] bool busy() const { return running_ > 0; }

  Q_SIGNALS:
    void written(const QString& path);
    void made(const QByteArray& png);
    void failed(const QString& sentence);

  private:
    void make(std::shared_ptr<const TraceFacts> facts, const HeatmapPictureOptions& options, bool svg,
              const std::function<void(const QByteArray&)>& done);

    int running_ = 0;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

} // namespace waitscope
