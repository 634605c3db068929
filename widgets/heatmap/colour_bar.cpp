// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heatmap/colour_bar.h"

#include "widgets/heatmap/magnitude_colors.h"

#include <QEvent>
#include <QLinearGradient>
#include <QPainter>

namespace waitscope {

namespace {
constexpr int barWidth = 120;
constexpr int gap = 6;
const QString least = QStringLiteral("0 %");
const QString most = QStringLiteral("100 %");
} // namespace

ColourBar::ColourBar(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void ColourBar::setStates(const QString& states) {
    const QString meaning = tr("Share of the bin spent %1").arg(states);
    setAccessibleName(meaning);
    setToolTip(tr("%1, from 0 to 100 %.\n"
                  "Background: not alive. Grey hatch: state not recorded.\n"
                  "Hatch at the left: there before the trace. Arrow at the right: still %2 when the trace ends.\n"
                  "Dot: one goroutine of the row is more than 50 points above the row's mean.")
                   .arg(meaning, states));
}

int ColourBar::textWidth(const QString& text) const {
    return fontMetrics().horizontalAdvance(text);
}

QSize ColourBar::sizeHint() const {
    return {textWidth(least) + barWidth + textWidth(most) + 2 * gap, fontMetrics().height() + 4};
}

void ColourBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRect bar(textWidth(least) + gap, (height() - 12) / 2, barWidth, 12);
    QLinearGradient gradient(bar.topLeft(), bar.topRight());
    for (std::size_t i = 0; i < magnitudeStops.size(); ++i)
        gradient.setColorAt(static_cast<double>(i) / (magnitudeStops.size() - 1), QColor(magnitudeStops[i]));
    painter.fillRect(bar, gradient);
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawRect(bar.adjusted(0, 0, -1, -1));
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(QRect(0, 0, bar.left() - gap, height()), Qt::AlignVCenter | Qt::AlignRight, least);
    painter.drawText(QRect(bar.right() + 1 + gap, 0, textWidth(most) + gap, height()), Qt::AlignVCenter, most);
}

void ColourBar::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        updateGeometry();
}

} // namespace waitscope
