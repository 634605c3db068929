// SPDX-License-Identifier: GPL-3.0-or-later
// The heatmap as a picture that stands by itself: same painter as in the window, on white paper, with what it shows and
// of which trace written around it. Pixels depend on the trace and the options only.
#pragma once

#include "model/facts.h"
#include "model/findings/callouts.h"
#include "model/heatmap/colour_scale.h"
#include "model/heatmap/heatmap.h"
#include "widgets/common/time_text.h"
#include "widgets/heatmap/magnitude_colors.h"

#include <QByteArray>
#include <QImage>
#include <QList>
#include <QRect>
#include <QSize>
#include <QString>

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace waitscope {

/// What a picture is for.
struct PicturePreset {
    std::string_view name; ///< on the command line: `--preset print`
    QSize size;            ///< in units
    int scale = 1;         ///< pixels a unit
    int unitsAnInch = 96;  ///< when it is printed
};
constexpr std::array<PicturePreset, 3> picturePresets{{
    {"report", {1600, 900}, 1, 96},
    {"slide", {1280, 720}, 2, 96},
    {"print", {1050, 700}, 3, 100}, // 300 dots an inch; 10.5 x 7 inches fit a page of A4 and of Letter
}};

struct HeatmapPictureOptions {
    QSize size{1600, 900}; ///< 480 x 320 at least
    int scale = 1;         ///< pixels a unit
    int unitsAnInch = 96;
    HeatmapOptions what; ///< range empty: the whole trace; bins, rows and firstPlace follow from the picture
    std::optional<ScaleKind> colourScale; ///< none: what the unit is used to
    ColourMap colours = ColourMap::Viridis;
    TimeFormat times = TimeFormat::SinceStart; ///< or WallClock: there is no marker A
    RowChoice rows;                            ///< its order is that of `what`
    QString filter;                            ///< what `rows.wanted` looks for, for the caption
    QString filterOption;                      ///< and for the command: "--contains" or "--filter"
    std::uint32_t firstPlace = 0;              ///< in the order of rows
    std::uint32_t placeCount = 0;              ///< 0: to the last one
    std::optional<Callouts> callouts;          ///< none: of what is found in the trace,
    FindingOptions judging;                    ///< in this way
    Dismiss dismiss;                           ///< but for this; may be null
    QString rules;                             ///< the file that both come from, for the command
    // As half of a comparison:
    QString heading;       ///< before the title: "A, before"
    double across = 1;     ///< share of the width that time takes: the shorter trace needs less
    bool oneScale = false; ///< the caption says so; HeatmapSheet::beside makes it so
};

/// Everything about a picture but its pixels.
struct HeatmapSheet {
    std::shared_ptr<const TraceFacts> facts;
    HeatmapPictureOptions options;
    Callouts callouts;
    std::shared_ptr<const Grid> grid;   ///< the numbers behind the colours
    std::shared_ptr<const Grid> beside; ///< of the other half of a comparison, whose colour scale this shares; or null
    std::size_t shown = 0;              ///< goroutines
    QRect where;                        ///< of the plot
};

/// The costly part of a picture, on any thread. Null if the size is too small.
[[nodiscard]] std::shared_ptr<const HeatmapSheet> prepareHeatmap(std::shared_ptr<const TraceFacts> facts,
                                                                 const HeatmapPictureOptions& options);
/// What it is painted on, with the facts as texts, on any thread: fresh memory takes its time. Null if the picture is
/// larger than memory and QPainter allow (see emptyPicture).
[[nodiscard]] QImage emptyPictureOf(const HeatmapSheet& sheet);
/// The pixels; on the GUI thread, because QCustomPlot is a widget.
void paintHeatmap(const HeatmapSheet& sheet, QImage& picture);
/// Both.
[[nodiscard]] QImage paintHeatmap(const HeatmapSheet& sheet);
/// The same picture as an SVG document: texts as texts, cells as an embedded image.
[[nodiscard]] QByteArray paintHeatmapSvg(const HeatmapSheet& sheet);

/// Where its cells are, in units of the picture.
[[nodiscard]] QRect cellsOf(const HeatmapSheet& sheet);
/// What the picture says of itself, whole, by name.
[[nodiscard]] QList<std::pair<QString, QString>> factsOf(const HeatmapSheet& sheet);

/// Both parts.
[[nodiscard]] QImage renderHeatmap(const std::shared_ptr<const TraceFacts>& facts,
                                   const HeatmapPictureOptions& options);

/// How many rows a grid may have on so many device pixels: lists need room for names, others a pixel a row.
[[nodiscard]] std::uint32_t rowsFor(HeatmapMode mode, double devicePixels, double pixelsAUnit);

/// The line that makes this very picture: "waitscope heatmap service.trace -o heatmap.png --mode age …".
[[nodiscard]] QString commandFor(const HeatmapPictureOptions& options, const QString& traceFile, const Trace& trace);

} // namespace waitscope
