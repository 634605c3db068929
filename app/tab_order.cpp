// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/tab_order.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QLineEdit>
#include <QTabBar>
#include <QWidget>

#include <algorithm>
#include <utility>

namespace waitscope {

namespace {

// What inside can have the keys, in the order that Tab goes.
std::vector<QWidget*> keyPlacesIn(QWidget* content) {
    std::vector<QWidget*> places;
    QWidget* widget = content;
    do {
        if ((widget == content || content->isAncestorOf(widget)) && widget->focusProxy() == nullptr &&
            (widget->focusPolicy() & Qt::TabFocus) != 0)
            places.push_back(widget);
        widget = widget->nextInFocusChain();
    } while (widget != content);
    return places;
}

bool isUsable(const QWidget* place) {
    return place->isVisible() && place->isEnabled();
}

template <class... Kinds> bool isOneOf(const QWidget* widget) {
    return ((qobject_cast<const Kinds*>(widget) != nullptr) || ...);
}

} // namespace

void sortAsRead(std::vector<QWidget*>& widgets, const QWidget* within) {
    std::ranges::stable_sort(widgets, {}, [&](const QWidget* widget) {
        const QPoint at = widget->mapTo(within, QPoint());
        return std::pair(at.x(), at.y());
    });
}

void orderTab(const std::vector<QWidget*>& sections) {
    QWidget* last = nullptr;
    for (QWidget* const section : sections)
        for (QWidget* const place : keyPlacesIn(section)) {
            if (last != nullptr)
                QWidget::setTabOrder(last, place);
            last = place;
        }
}

void giveKeysTo(QWidget* content) {
    // Where one looks, rather than where one writes or chooses: letters and digits are commands.
    const std::vector<QWidget*> places = keyPlacesIn(content);
    const auto shows = [](const QWidget* place) {
        return isUsable(place) && !isOneOf<QLineEdit, QComboBox, QAbstractButton, QTabBar>(place);
    };
    auto place = std::ranges::find_if(places, shows);
    if (place == places.end())
        place = std::ranges::find_if(places, isUsable);
    (place == places.end() ? content : *place)->setFocus(Qt::TabFocusReason);
}

} // namespace waitscope
