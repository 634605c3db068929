// SPDX-License-Identifier: GPL-3.0-or-later
// What must a picture say of itself, so that it still means something in a report a year later? Title, what is shown
// and of how much, which trace it is, and what is missing in it: around the plot for people, as PNG text for programs.
//
// Text is never cut off: it wraps, and when a small picture would leave too little for the plot, long texts are
// shortened in the middle with "…", the least telling ones first (the load warnings, then names), and the smallest
// pictures say where the rest is found. The PNG text has them whole. Pixels depend on the size and the scale only, not
// on the screen: sizes are in pixels, and glyphs are not hinted.
#pragma once

#include "model/trace/trace.h"

#include <QFont>
#include <QImage>
#include <QList>
#include <QRectF>
#include <QSize>
#include <QString>
#include <QStringList>

#include <utility>

class QPainter;

namespace waitscope {

/// What a picture shows of a trace.
struct PictureSubject {
    QString title; ///< "Lifetime heatmap: share of time spent waiting"
    TimeRange range;
    QString filter; ///< as the user wrote it; empty: none
    QString order;  ///< "creation time"
    QString rows;   ///< "1 row = 98 goroutines (mean)"
    std::uint64_t goroutinesShown = 0;
    std::uint64_t goroutinesTotal = 0;
    QStringList more;          ///< whatever else the picture has to say: "bin 1.2 ms"
    QString legend;            ///< what a colour means, its scale and where it is clamped; empty: nothing
    QStringList callouts;      ///< "A  1,000 goroutines wait: …": a line each, below the title
    QStringList briefCallouts; ///< of each what is said where there is little room; empty: its begin
    QString command;           ///< that makes this picture; for programs only
};

class PictureCaption {
  public:
    PictureCaption(const Trace& trace, const PictureSubject& subject);

    struct Text {
        QString text;
        QRectF rect;      ///< all of its lines
        qreal pixels = 0; ///< font size
        bool bold = false;
        QRgb colour = 0;
    };
    struct Layout {
        QList<Text> texts;
        QRectF plot; ///< what is left
    };
    /// In units of the picture before its scale. `picture` is at least 480 x 320.
    [[nodiscard]] Layout layOut(QSizeF picture) const;
    /// Paints the texts on the (white) picture and returns the rectangle left for the plot.
    QRectF paint(QPainter& painter, QSizeF picture) const;
    /// The same facts, whole, by name; no name has a space in it, which Qt would not write into a file.
    [[nodiscard]] QList<std::pair<QString, QString>> facts() const;
    /// As text chunks of a PNG file.
    void describe(QImage& picture) const;

  private:
    struct Fact {
        QString key;   ///< of the PNG text
        QString label; ///< before the value; may be empty
        QString value;
        QString shortest;    ///< stands for the value in a small picture; empty: the value, shortened in the middle
        bool needed = false; ///< even in the smallest picture
    };
    struct Brevity {
        qsizetype longest = 0;          ///< text of a fact
        qsizetype longestCallout = 600; ///< and of the title
        bool shortest = false;          ///< facts by their shortest form
        bool few = false;               ///< needed facts only
    };
    [[nodiscard]] Layout layOut(QSizeF picture, const Brevity& brevity) const;

    QString title_;
    QStringList callouts_, briefCallouts_;
    QString command_;
    QList<Fact> shown_; ///< below the title
    QList<Fact> trace_; ///< at the bottom
};

/// The smallest text, in units of a picture: at least 9 pt at 96 and at 100 units an inch.
constexpr qreal smallestPixels = 13;

/// The font of pictures at a size in pixels: the same wherever it is installed, without hinting.
[[nodiscard]] QFont pictureFont(qreal pixels = smallestPixels);

/// A white picture of `size` units, `scale` pixels each; null if there is not enough memory or a side would have more
/// than 32,767 pixels (what QPainter can address). Printed, `dotsAnInch` units are an inch.
[[nodiscard]] QImage emptyPicture(QSize size, int scale, int dotsAnInch = 96);

} // namespace waitscope
