// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/timeline/drawn_words.h"

#include <QFontMetricsF>
#include <QPainter>

namespace waitscope {

namespace {

constexpr int mostWords = 4096; // rows that have been scrolled by are forgotten

} // namespace

const DrawnWords::Word& DrawnWords::shaped(const QPainter& painter, const QString& text) {
    if (painter.font() != font_ || words_.size() > mostWords || cut_.size() > mostWords) {
        font_ = painter.font();
        words_.clear();
        cut_.clear();
    }
    const auto known = words_.constFind(text);
    if (known != words_.constEnd())
        return *known;
    Word word{.text = QStaticText(text), .width = QFontMetricsF(font_, painter.device()).horizontalAdvance(text)};
    word.text.setTextFormat(Qt::PlainText);
    word.text.setPerformanceHint(QStaticText::AggressiveCaching);
    word.text.prepare({}, font_);
    return *words_.insert(text, word);
}

double DrawnWords::widthOf(const QPainter& painter, const QString& text) {
    return shaped(painter, text).width;
}

void DrawnWords::draw(QPainter& painter, const QRectF& box, Qt::AlignmentFlag edge, const QString& text,
                      Qt::TextElideMode elide) {
    if (text.isEmpty() || box.width() < 1)
        return;
    Word word = shaped(painter, text);
    if (word.width > box.width()) {
        const int room = static_cast<int>(box.width());
        const QString key = QString::number(room) + QChar(u'0' + static_cast<int>(elide)) + text;
        auto cut = cut_.constFind(key);
        if (cut == cut_.constEnd())
            cut = cut_.insert(key, QFontMetricsF(font_, painter.device()).elidedText(text, elide, room));
        word = shaped(painter, QString(*cut));
    }
    const double x = edge == Qt::AlignRight ? box.right() - word.width : box.left();
    const double y = box.top() + (box.height() - word.text.size().height()) / 2;
    painter.drawStaticText(QPointF(x, y), word.text);
}

} // namespace waitscope
