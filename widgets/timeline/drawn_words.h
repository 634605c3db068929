// SPDX-License-Identifier: GPL-3.0-or-later
// Words that are drawn in every frame are shaped once: laying out a word costs ten times as much as drawing it.
#pragma once

#include <QFont>
#include <QHash>
#include <QRectF>
#include <QStaticText>
#include <QString>

class QPainter;

namespace waitscope {

class DrawnWords {
  public:
    /// Draws `text` in the painter's font and pen into `box`: at its left or right edge, in the middle of its height,
    /// cut short by `elide` where there is no room.
    void draw(QPainter& painter, const QRectF& box, Qt::AlignmentFlag edge, const QString& text,
              Qt::TextElideMode elide = Qt::ElideRight);
    /// How wide it is when nothing is cut.
    [[nodiscard]] double widthOf(const QPainter& painter, const QString& text);

  private:
    struct Word {
        QStaticText text;
        double width = 0;
    };
    const Word& shaped(const QPainter& painter, const QString& text);

    QFont font_;
    QHash<QString, Word> words_;
    QHash<QString, QString> cut_; ///< by width, elision and text
};

} // namespace waitscope
