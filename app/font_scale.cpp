// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/font_scale.h"

#include "widgets/common/theme.h"

#include <QApplication>
#include <QFont>
#include <QSettings>
#include <QStyle>
#include <QStyleFactory>

#include <algorithm>
#include <array>

namespace waitscope {

namespace {

constexpr std::array steps{70, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300};
constexpr int usual = 100;

QString settingName() {
    return QStringLiteral("fontScale");
}

} // namespace

int fontScale() {
    return std::clamp(QSettings().value(settingName(), usual).toInt(), steps.front(), steps.back());
}

void applyFontScale() {
    static const QFont system = QApplication::font(); // before we change it
    const double factor = fontScale() / static_cast<double>(usual);
    QFont font = system;
    if (system.pointSizeF() > 0)
        font.setPointSizeF(system.pointSizeF() * factor);
    else
        font.setPixelSize(std::max(1, qRound(system.pixelSize() * factor)));
    if (font == QApplication::font())
        return;
    QApplication::setFont(font);
    // Boxes of choices keep the least width that they had with a larger font, unless the style changes.
    QApplication::setStyle(QStyleFactory::create(QApplication::style()->name()));
    renewStyleSheets();
}

int stepFontScale(int direction) {
    const int now = fontScale();
    int next = usual;
    if (direction > 0)
        next = *std::min(std::ranges::upper_bound(steps, now), steps.end() - 1);
    else if (direction < 0)
        next = *std::max(std::ranges::lower_bound(steps, now) - 1, steps.begin());
    QSettings().setValue(settingName(), next);
    applyFontScale();
    return next;
}

} // namespace waitscope
