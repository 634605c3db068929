// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/common/theme.h"

#include "widgets/common/colours.h"

#include <QApplication>
#include <QStyleFactory>
#include <QToolTip>
#include <QWidget>

namespace waitscope {

QPalette paletteOf(bool dark) {
    const CanvasColours canvas = canvasColours(dark);
    const QColor window = dark ? QColor(0x26, 0x28, 0x2C) : QColor(0xF3, 0xF4, 0xF6);
    const QColor disabled = dark ? QColor(0x74, 0x78, 0x80) : QColor(0x9A, 0x9F, 0xA6);
    QPalette palette;
    const auto set = [&](QPalette::ColorRole role, const QColor& colour) { palette.setColor(role, colour); };
    set(QPalette::Window, window);
    set(QPalette::WindowText, canvas.text);
    set(QPalette::Base, canvas.background);
    set(QPalette::AlternateBase, canvas.alternate);
    set(QPalette::Text, canvas.text);
    set(QPalette::PlaceholderText, canvas.fadedText);
    set(QPalette::Button, dark ? QColor(0x33, 0x36, 0x3C) : QColor(0xFF, 0xFF, 0xFF));
    set(QPalette::ButtonText, canvas.text);
    set(QPalette::BrightText, Qt::white);
    set(QPalette::ToolTipBase, dark ? QColor(0x3A, 0x3E, 0x45) : QColor(0xFF, 0xFF, 0xF0));
    set(QPalette::ToolTipText, canvas.text);
    set(QPalette::Highlight, canvas.selection);
    set(QPalette::HighlightedText, dark ? QColor(0x10, 0x12, 0x14) : QColor(Qt::white));
    set(QPalette::Link, dark ? QColor(0x7F, 0xBD, 0xFF) : QColor(0x0B, 0x5F, 0xC4));
    set(QPalette::LinkVisited, dark ? QColor(0xC0, 0xA6, 0xFF) : QColor(0x6A, 0x3F, 0xA0));
    set(QPalette::Light, window.lighter(dark ? 130 : 104));
    set(QPalette::Midlight, window.lighter(dark ? 115 : 102));
    set(QPalette::Mid, canvas.line);
    set(QPalette::Dark, window.darker(dark ? 140 : 150));
    set(QPalette::Shadow, dark ? QColor(0x0C, 0x0D, 0x0E) : QColor(0x8A, 0x8F, 0x96));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::PlaceholderText})
        palette.setColor(QPalette::Disabled, role, disabled);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, canvas.line);
    palette.setColor(QPalette::Disabled, QPalette::HighlightedText, disabled);
    return palette;
}

bool isDark(const QPalette& palette) {
    return palette.color(QPalette::Base).lightness() < 128;
}

void applyTheme(Theme theme) {
    // What the desktop said before we changed it.
    static const bool systemIsDark = QApplication::palette().color(QPalette::Window).lightness() < 128;
    const bool dark = theme == Theme::Dark || (theme == Theme::System && systemIsDark);
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QApplication::setPalette(paletteOf(dark));
    QToolTip::setPalette(paletteOf(dark));
    renewStyleSheets();
}

void renewStyleSheets() {
    for (QWidget* const widget : QApplication::allWidgets())
        if (const QString sheet = widget->styleSheet(); !sheet.isEmpty()) {
            widget->setStyleSheet({});
            widget->setStyleSheet(sheet);
        }
}

} // namespace waitscope
