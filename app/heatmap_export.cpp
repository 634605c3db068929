// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/heatmap_export.h"

#include "app/output.h"
#include "app/picture_file.h"
#include "widgets/common/from_utf8.h"

#include <QCoreApplication>
#include <QThreadPool>

#include <utility>

namespace waitscope {

namespace {

void elsewhere(std::function<void()> work) {
    QThreadPool::globalInstance()->start(std::move(work));
}

// On the GUI thread, and only if who asked is still there.
void atHome(const std::weak_ptr<const bool>& asker, std::function<void()> work) {
    QMetaObject::invokeMethod(
        qApp,
        [asker, work = std::move(work)] {
            if (!asker.expired())
                work();
        },
        Qt::QueuedConnection);
}

} // namespace

void HeatmapExport::make(std::shared_ptr<const TraceFacts> facts, const HeatmapPictureOptions& options, bool svg,
                         const std::function<void(const QByteArray&)>& done) {
    ++running_;
    const std::weak_ptr<const bool> asker = alive_;
    // `this` is touched at home only.
    const auto encoded = [this, done](const QByteArray& bytes) {
        --running_;
        if (bytes.isEmpty())
            Q_EMIT failed(tr("There is not enough memory for this picture."));
        else
            done(bytes);
    };
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

void HeatmapExport::toFile(std::shared_ptr<const TraceFacts> facts, const HeatmapPictureOptions& options,
                           const QString& path) {
    const bool svg = path.endsWith(QStringLiteral(".svg"), Qt::CaseInsensitive);
    make(std::move(facts), options, svg, [this, path](const QByteArray& bytes) {
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
    });
}

void HeatmapExport::toPng(std::shared_ptr<const TraceFacts> facts, const HeatmapPictureOptions& options) {
    make(std::move(facts), options, false, [this](const QByteArray& bytes) { Q_EMIT made(bytes); });
}

} // namespace waitscope
