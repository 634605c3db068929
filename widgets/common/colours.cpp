// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/colours.h"

#include <QPainter>

namespace waitscope {

QColor colourOf(StateFamily family) {
    switch (family) {
    case StateFamily::Running:
        return QColor(0x00, 0x9E, 0x73);
    case StateFamily::Runnable:
        return QColor(0xF0, 0xE4, 0x42);
    case StateFamily::Lock:
        return QColor(0xD5, 0x5E, 0x00);
    case StateFamily::Channel:
        return QColor(0x00, 0x72, 0xB2);
    case StateFamily::Network:
        return QColor(0x56, 0xB4, 0xE9);
    case StateFamily::Syscall:
        return QColor(0xCC, 0x79, 0xA7);
    case StateFamily::Sleep:
        return QColor(0xBB, 0xBB, 0xBB);
    case StateFamily::GC:
        return QColor(0x7A, 0x51, 0x95);
    case StateFamily::Other:
        return QColor(0x8C, 0x8C, 0x8C);
    case StateFamily::Unknown:
        break;
    }
    return QColor(0xA0, 0xA0, 0x90);
}

QChar letterOf(StateFamily family) {
    switch (family) {
    case StateFamily::Lock:
        return u'L';
    case StateFamily::Channel:
        return u'C';
    case StateFamily::Network:
        return u'N';
    case StateFamily::Syscall:
        return u'S';
    case StateFamily::Sleep:
        return u'Z';
    case StateFamily::GC:
        return u'G';
    case StateFamily::Other:
        return u'W';
    case StateFamily::Unknown:
        return u'?';
    case StateFamily::Running:
    case StateFamily::Runnable:
        break;
    }
    return {};
}

std::string namesOf(const StateFamilies& families) {
    std::string names;
    for (std::size_t f = 0; f < families.size(); ++f)
        if (families[f])
            names += (names.empty() ? "" : ", ") + std::string(nameOf(static_cast<StateFamily>(f)));
    return names;
}

bool isStriped(StateFamily family) {
    return family == StateFamily::Lock || family == StateFamily::Channel;
}

void paintBeside(QPainter& painter, const QRectF& area, const QColor& colour) {
    if (area.width() >= 1)
        painter.fillRect(area, QBrush(colour, Qt::BDiagPattern));
}

QColor readableOn(const QColor& background) {
    // Relative luminance decides better than a mean of the channels: yellow is light, blue is dark.
    const double luminance = 0.2126 * background.redF() + 0.7152 * background.greenF() + 0.0722 * background.blueF();
    return luminance > 0.45 ? QColor(Qt::black) : QColor(Qt::white);
}

CanvasColours canvasColours(bool dark) {
    if (dark)
        return {.background = QColor(0x1E, 0x1F, 0x22),
                .alternate = QColor(0x24, 0x26, 0x2A),
                .headerBand = QColor(0x2D, 0x30, 0x35),
                .line = QColor(0x45, 0x49, 0x50),
                .text = QColor(0xE6, 0xE6, 0xE6),
                .fadedText = QColor(0xA8, 0xAC, 0xB3),
                .selection = QColor(0x4C, 0xA3, 0xFF),
                .hoverLine = QColor(0xFF, 0xFF, 0xFF, 0x90)};
    return {.background = QColor(0xFF, 0xFF, 0xFF),
            .alternate = QColor(0xF8, 0xF9, 0xFB),
            .headerBand = QColor(0xEC, 0xEE, 0xF1),
            .line = QColor(0xC9, 0xCD, 0xD3),
            .text = QColor(0x1A, 0x1C, 0x1F),
            .fadedText = QColor(0x5B, 0x61, 0x6A),
            .selection = QColor(0x0B, 0x5F, 0xC4),
            .hoverLine = QColor(0x00, 0x00, 0x00, 0x90)};
}

} // namespace waitscope
