// SPDX-License-Identifier: GPL-3.0-or-later
// A box of choices that asks for the width of what is chosen, not of its longest choice: where there is room it shows
// all of that, and in a narrow window it is not the longest choice that takes the room of others.
#pragma once

#include <QComboBox>
#include <QStyle>
#include <QStyleOptionComboBox>

namespace waitscope {

class ChoiceBox : public QComboBox {
  public:
    explicit ChoiceBox(QWidget* parent = nullptr) : QComboBox(parent) {
        connect(this, &QComboBox::currentIndexChanged, this, [this] { updateGeometry(); });
    }

    [[nodiscard]] QSize sizeHint() const override {
        QStyleOptionComboBox option;
        initStyleOption(&option);
        constexpr int margins = 4; // of the text
        const QSize text(fontMetrics().horizontalAdvance(currentText()) + margins, fontMetrics().height());
        return style()->sizeFromContents(QStyle::CT_ComboBox, &option, text, this);
    }
    [[nodiscard]] QSize minimumSizeHint() const override {
        constexpr int narrowest = 64; // logical pixels: the beginning of a name
        return {narrowest, sizeHint().height()};
    }
};

} // namespace waitscope
