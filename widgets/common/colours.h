// SPDX-License-Identifier: GPL-3.0-or-later
// What colour is a state, and which letter and pattern say the same to those who cannot tell the colours apart? The
// palette of Okabe and Ito, as analysis.md section 5 assigns it. Colours of states are the same in the light and the
// dark theme, so that a picture and a window agree; only what lies behind them changes.
#pragma once

#include "model/trace/primitive.h"

#include <QColor>

#include <bitset>
#include <string>

class QPainter;
class QRectF;

namespace waitscope {

[[nodiscard]] QColor colourOf(StateFamily family);

/// Some families of states, by their number.
using StateFamilies = std::bitset<stateFamilyCount>;
/// "lock wait, running": in the order of their numbers; empty for none.
[[nodiscard]] std::string namesOf(const StateFamilies& families);

/// A letter for each family of waits; a null QChar for running and runnable, which need none.
[[nodiscard]] QChar letterOf(StateFamily family);

/// Drawn with stripes besides its hue: locks and channels, the waits that a program is stuck on.
[[nodiscard]] bool isStriped(StateFamily family);

/// Fills what lies beside a trace on a common axis: there is no telling what was there.
void paintBeside(QPainter& painter, const QRectF& area, const QColor& colour);

/// Black or white, whichever can be read on `background`.
[[nodiscard]] QColor readableOn(const QColor& background);

/// The line at which the chosen finding began: the colour of the highest tier.
/// Of the markers A and B: the two sides of a comparison, which colour-blind people tell apart.
const QColor markerAColour(0x00, 0x72, 0xB2);
const QColor markerBColour(0xE6, 0x9F, 0x00);
const QColor onsetColour{0xD5, 0x5E, 0x00};

/// What is not data: canvas, lines and text, for the light or the dark theme.
struct CanvasColours {
    QColor background;
    QColor alternate;  ///< every other group
    QColor headerBand; ///< behind group headers and the ruler
    QColor line;
    QColor text;
    QColor fadedText; ///< still at least 4.5 : 1 on `background`
    QColor selection;
    QColor hoverLine;
};
[[nodiscard]] CanvasColours canvasColours(bool dark);

} // namespace waitscope
