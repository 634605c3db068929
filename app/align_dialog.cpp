// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/align_dialog.h"

#include "widgets/common/from_utf8.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace waitscope {

AlignDialog::AlignDialog(std::vector<Anchor> first, std::shared_ptr<const TraceFacts> a,
                         std::shared_ptr<const TraceFacts> b, QWidget* parent)
    : QDialog(parent)
    , anchors_(std::move(first))
    , text_(new QLineEdit)
    , found_(new QListWidget)
    , search_([this](std::vector<Anchor> found) {
        anchors_.insert(anchors_.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
        list();
    }) {
    setWindowTitle(tr("Align by"));
    text_->setPlaceholderText(tr("Part of a name: GC, a function, a task …"));
    text_->setAccessibleName(tr("What to align by"));
    text_->installEventFilter(this);
    found_->setAccessibleName(tr("What both traces have"));
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->addWidget(text_);
    layout->addWidget(found_);
    connect(text_, &QLineEdit::textChanged, this, &AlignDialog::list);
    connect(found_, &QListWidget::itemActivated, this, &AlignDialog::choose);
    connect(found_, &QListWidget::itemClicked, this, &AlignDialog::choose);
    search_.request(
        [a = std::move(a), b = std::move(b), stop = stop_.get_token()] { return commonAnchors(*a, *b, stop); });
    list();
    resize(520, 380);
}

AlignDialog::~AlignDialog() {
    stop_.request_stop();
}

void AlignDialog::list() {
    found_->clear();
    const QStringList words = text_->text().split(u' ', Qt::SkipEmptyParts);
    int first = -1;
    for (std::size_t i = 0; i < anchors_.size(); ++i) {
        const QString name = fromUtf8(textOf(anchors_[i]));
        if (!std::ranges::all_of(words, [&](const QString& word) { return name.contains(word, Qt::CaseInsensitive); }))
            continue;
        auto* const item = new QListWidgetItem(name, found_);
        item->setData(Qt::UserRole, static_cast<int>(i));
        if (anchors_[i].objection.empty()) {
            first = first < 0 ? found_->count() - 1 : first;
            continue;
        }
        item->setText(tr("%1: %2").arg(name, fromUtf8(anchors_[i].objection)));
        item->setToolTip(fromUtf8(anchors_[i].objection));
        item->setFlags(Qt::NoItemFlags);
    }
    found_->setCurrentRow(first);
}

void AlignDialog::choose() {
    const QListWidgetItem* const item = found_->currentItem();
    if (item == nullptr || !item->flags().testFlag(Qt::ItemIsEnabled))
        return;
    const Anchor anchor = anchors_[static_cast<std::size_t>(item->data(Qt::UserRole).toInt())];
    accept();
    Q_EMIT chosen(anchor);
}

bool AlignDialog::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            choose();
            return true;
        }
        if (key == Qt::Key_Down || key == Qt::Key_Up || key == Qt::Key_PageDown || key == Qt::Key_PageUp) {
            QCoreApplication::sendEvent(found_, event); // knows which rows can be chosen
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

} // namespace waitscope
