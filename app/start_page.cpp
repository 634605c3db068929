// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/start_page.h"

#include "app/elided_button.h"
#include "app/recent_files.h"
#include "model/report/text.h"
#include "widgets/common/canvas_sizes.h"
#include "widgets/common/follow_font.h"
#include "widgets/common/text_style.h"

#include <QDateTime>
#include <QFileInfo>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

namespace waitscope {

namespace {

QLabel* heading(const QString& text) {
    auto* const label = new QLabel(text);
    QFont font = label->font();
    font.setBold(true);
    label->setFont(font);
    return label;
}

} // namespace

StartPage::StartPage(QWidget* parent) : QWidget(parent), recent_(new QVBoxLayout) {
    auto* const title = new QLabel(tr("Waitscope"));
    auto* const promise =
        new QLabel(tr("Shows why goroutines wait: who is blocked, on what, since when, because of whom."));

    auto* const open = new QPushButton(tr("Open a trace…"));
    open->setDefault(true);
    auto* const sample = new QPushButton(tr("Open the sample"));
    sample->setToolTip(tr("2,300 requests queue up behind a mutex"));
    auto* const buttons = new QHBoxLayout;
    buttons->addWidget(open);
    buttons->addWidget(sample);
    buttons->addStretch();

    auto* const record =
        new QLabel(QStringLiteral("curl -o service.trace 'http://localhost:6060/debug/pprof/trace?seconds=5'\n"
                                  "go test -trace test.trace ./..."));
    record->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);

    auto* const column = new QVBoxLayout;
    column->setSpacing(8);
    column->addStretch(1);
    column->addWidget(title);
    column->addWidget(promise);
    column->addSpacing(16);
    column->addLayout(buttons);
    column->addWidget(new QLabel(tr("or drop a trace here: raw, zstd or gzip, Go 1.11 to 1.27")));
    column->addSpacing(16);
    column->addLayout(recent_);
    column->addSpacing(16);
    column->addWidget(heading(tr("To record one")));
    column->addWidget(record);
    column->addStretch(2);
    auto* const layout = new QHBoxLayout(this);
    layout->addStretch(1);
    layout->addLayout(column, 4);
    layout->addStretch(1);

    followFont(this, [=, this] {
        const CanvasSizes sizes(font());
        QFont large = font();
        large.setPointSizeF(large.pointSizeF() * 2);
        title->setFont(large);
        open->setMinimumSize(sizes.wide(260), sizes.high(48));
        sample->setMinimumHeight(sizes.high(48));
        record->setFont(figuresFont(font()));
    });
    connect(open, &QPushButton::clicked, this, &StartPage::openRequested);
    connect(sample, &QPushButton::clicked, this, &StartPage::sampleRequested);
}

void StartPage::setRecentFiles(const QStringList& paths) {
    while (QLayoutItem* const item = recent_->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    for (const QString& path : paths) {
        const QFileInfo info(path);
        if (!info.isFile())
            continue;
        if (recent_->isEmpty())
            recent_->addWidget(heading(tr("Recent")));
        const std::string size = bytesText(static_cast<std::uint64_t>(info.size()));
        QString text = QStringLiteral("%1    %2    %3")
                           .arg(info.fileName(), info.lastModified().toString(QStringLiteral("yyyy-MM-dd HH:mm")),
                                QString::fromStdString(size));
        if (const QString verdict = recentVerdict(path); !verdict.isEmpty())
            text += QStringLiteral("    ") + verdict;
        auto* const link = new ElidedButton; // a long verdict is cut, not the window wide
        link->setAccessibleName(text);
        link->setText(QString(text).replace(u'&', QStringLiteral("&&")));
        link->setStyleSheet(QStringLiteral("text-align: left"));
        link->setToolTip(path);
        connect(link, &QPushButton::clicked, this, [this, path] { Q_EMIT fileRequested(path); });
        recent_->addWidget(link);
    }
}

} // namespace waitscope
