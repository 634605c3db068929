// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/load_progress.h"

#include "app/loader.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>

#include <algorithm>

namespace waitscope {

LoadProgressLine::LoadProgressLine(Loader* loader, QWidget* parent)
    : QWidget(parent), text_(new QLabel), bar_(new QProgressBar) {
    bar_->setMaximumWidth(320);
    auto* const cancel = new QPushButton(tr("Cancel"));
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(12, 6, 12, 6);
    row->addWidget(text_);
    row->addWidget(bar_, 1);
    row->addWidget(cancel);
    row->addStretch();
    hide();
    connect(cancel, &QPushButton::clicked, loader, &Loader::cancel);
    connect(cancel, &QPushButton::clicked, this, &LoadProgressLine::cancelRequested);
    connect(loader, &Loader::progressed, this, &LoadProgressLine::showStatus);
    connect(loader, &Loader::loaded, this, &QWidget::hide);
    connect(loader, &Loader::failed, this, &QWidget::hide);
    connect(loader, &Loader::cancelled, this, &QWidget::hide);
}

void LoadProgressLine::showStatus(const LoadStatus& status) {
    QString line = tr("%1 · %2").arg(status.name, status.stage);
    if (status.percent >= 0)
        line += QStringLiteral(" · %1 % · %2 MB/s").arg(status.percent).arg(status.megabytesPerSecond, 0, 'f', 0);
    text_->setText(line);
    bar_->setRange(0, status.percent < 0 ? 0 : 100);
    bar_->setValue(std::max(0, status.percent));
    bar_->setVisible(true);
    show();
}

void LoadProgressLine::showWaiting(const QString& text) {
    text_->setText(text);
    bar_->setVisible(false);
    show();
}

} // namespace waitscope
