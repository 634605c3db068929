// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/holdups/parts_bar.h"

#include "model/report/text.h"
#include "widgets/common/canvas_sizes.h"
#include "widgets/common/follow_font.h"
#include "widgets/common/from_utf8.h"

#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

namespace waitscope {

namespace {

constexpr int gap = 4;          // the window's grid, in logical pixels
constexpr int usualHeight = 16; // of the bar

} // namespace

PartsBar::PartsBar(QWidget* parent) : QWidget(parent), words_(new QLabel) {
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    words_->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    words_->setAccessibleName(tr("What the time is made of"));
    words_->setToolTip(tr("Click a name to see in the timeline where most of it is"));
    connect(words_, &QLabel::linkActivated, this,
            [this](const QString& part) { Q_EMIT chosen(parts_.at(part.toUInt()).most); });
    auto* const layout = new QVBoxLayout(this);
    layout->addWidget(words_);
    followFont(this, [this, layout] {
        layout->setContentsMargins(2 * gap, CanvasSizes(font()).high(usualHeight) + 2 * gap, 2 * gap, gap);
    });
}

void PartsBar::show(std::vector<Part> parts) {
    std::erase_if(parts, [](const Part& part) { return part.time <= 0; });
    parts_ = std::move(parts);
    total_ = 0;
    for (const Part& part : parts_)
        total_ += part.time;
    QStringList lines, texts;
    for (const Part& part : parts_) {
        texts << part.name + numbersOf(part);
        const QString name =
            part.most.known() ? QStringLiteral("<a href=\"%1\">%2</a>").arg(lines.size()).arg(part.name) : part.name;
        lines << QStringLiteral("<span style=\"color:%1\">■</span> %2%3")
                     .arg(part.colour.name(), name, numbersOf(part).toHtmlEscaped());
    }
    words_->setText(lines.join(QStringLiteral("<br>")));
    setAccessibleDescription(texts.join(QStringLiteral("; ")));
    setVisible(!parts_.empty());
    update();
}

QString PartsBar::numbersOf(const Part& part) const {
    return QStringLiteral(": %1, %2")
        .arg(fromUtf8(durationText(part.time)),
             fromUtf8(percentText(100.0 * static_cast<double>(part.time) / static_cast<double>(total_))));
}

void PartsBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const double whole = width() - 4.0 * gap;
    double left = 2.0 * gap;
    for (const Part& part : parts_) {
        const double wide = whole * static_cast<double>(part.time) / static_cast<double>(total_);
        painter.fillRect(QRectF(left, gap, std::max(1.0, wide - 1), CanvasSizes(font()).high(usualHeight)),
                         part.colour);
        left += wide;
    }
}

} // namespace waitscope
