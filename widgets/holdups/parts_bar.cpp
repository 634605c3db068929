// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/holdups/parts_bar.h"

#include "model/report/text.h"
#include "widgets/common/canvas_sizes.h"
#include "widgets/common/from_utf8.h"

#include <QPainter>

namespace waitscope {

namespace {

constexpr int gap = 4;          // the window's grid, in logical pixels
constexpr int usualHeight = 16; // of the bar

} // namespace

PartsBar::PartsBar(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void PartsBar::show(std::vector<Part> parts) {
    std::erase_if(parts, [](const Part& part) { return part.time <= 0; });
    parts_ = std::move(parts);
    total_ = 0;
    for (const Part& part : parts_)
        total_ += part.time;
    QStringList texts;
    for (const Part& part : parts_)
        texts << textOf(part);
    setAccessibleDescription(texts.join(QStringLiteral("; ")));
    setVisible(!parts_.empty());
    updateGeometry();
    update();
}

QString PartsBar::textOf(const Part& part) const {
    return QStringLiteral("%1: %2, %3")
        .arg(part.name, fromUtf8(durationText(part.time)),
             fromUtf8(percentText(100.0 * static_cast<double>(part.time) / static_cast<double>(total_))));
}

QSize PartsBar::sizeHint() const {
    const int line = fontMetrics().height() + 2;
    return {200, CanvasSizes(font()).high(usualHeight) + 3 * gap + line * static_cast<int>(parts_.size())};
}

void PartsBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const double whole = width() - 4.0 * gap;
    const int line = fontMetrics().height() + 2;
    double left = 2.0 * gap;
    int y = CanvasSizes(font()).high(usualHeight) + 2 * gap;
    for (const Part& part : parts_) {
        const double wide = whole * static_cast<double>(part.time) / static_cast<double>(total_);
        painter.fillRect(QRectF(left, gap, std::max(1.0, wide - 1), CanvasSizes(font()).high(usualHeight)),
                         part.colour);
        left += wide;
        painter.fillRect(QRectF(2.0 * gap, y + 2, line - 6, line - 6), part.colour);
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(QRectF(2.0 * gap + line, y, width() - line - 4.0 * gap, line), Qt::AlignVCenter, textOf(part));
        y += line;
    }
}

} // namespace waitscope
