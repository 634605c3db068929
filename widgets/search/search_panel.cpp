// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/search/search_panel.h"

#include "model/report/text.h"
#include "widgets/common/canvas_sizes.h"
#include "widgets/common/follow_font.h"
#include "widgets/common/from_utf8.h"
#include "widgets/common/text_table.h"
#include "widgets/common/written_times.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>
#include <QVBoxLayout>

namespace waitscope {

namespace {

constexpr int askDelay = 80; // ms after the last key
constexpr int tableHeight = 150;

} // namespace

SearchPanel::SearchPanel(ViewState* state, QWidget* parent) : QWidget(parent), state_(state) {
    text_ = new QLineEdit;
    text_->setPlaceholderText(tr("Search functions, ids, logs, regions, tasks, stacks, labels"));
    text_->setAccessibleName(tr("Search the trace"));
    text_->setClearButtonEnabled(true);
    text_->installEventFilter(this);
    count_ = new QLabel;
    table_ = new TextTable;
    table_->setAccessibleName(tr("Hits"));
    table_->setModel(&hits_);
    writeTimesAs(state_, &hits_);
    followFont(table_, [this] { table_->setFixedHeight(CanvasSizes(font()).high(tableHeight)); });
    table_->horizontalHeader()->setStretchLastSection(true);
    const CanvasSizes sizes(font());
    table_->setColumnWidth(HitsModel::Kind, sizes.wide(90));
    table_->setColumnWidth(HitsModel::Time, sizes.wide(90));
    table_->installEventFilter(this);
    table_->hide();
    const auto button = [&](const QString& text, const QString& name, int direction) {
        auto* const tool = new QToolButton;
        tool->setText(text);
        tool->setToolTip(name);
        tool->setAccessibleName(name);
        tool->setAutoRaise(true);
        connect(tool, &QToolButton::clicked, this, [this, direction] {
            if (direction == 0)
                close();
            else
                step(direction);
        });
        return tool;
    };
    auto* const line = new QHBoxLayout;
    line->setContentsMargins(8, 3, 8, 3);
    line->addWidget(text_, 1);
    line->addWidget(count_);
    line->addWidget(button(QStringLiteral("▲"), tr("Previous hit (Shift+Enter)"), -1));
    line->addWidget(button(QStringLiteral("▼"), tr("Next hit (Enter)"), 1));
    line->addWidget(button(QStringLiteral("✕"), tr("Close the search (Esc)"), 0));
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(line);
    layout->addWidget(table_);

    askTimer_.setSingleShot(true);
    askTimer_.setInterval(askDelay);
    connect(&askTimer_, &QTimer::timeout, this, &SearchPanel::ask);
    connect(text_, &QLineEdit::textChanged, this, [this] {
        stop_.request_stop();
        askTimer_.start();
    });
    connect(table_, &TextTable::rowChosen, this, &SearchPanel::goTo);
    connect(table_, &TextTable::rowHovered, this, [this](int row) {
        state_->setHoverTime(row >= 0 ? hits_.result().hits[static_cast<std::size_t>(row)].time : -1);
    });
    connect(state_, &ViewState::traceChanged, this, [this] { ask(); });
    hide();
}

SearchPanel::~SearchPanel() {
    stop_.request_stop();
}

void SearchPanel::begin() {
    show();
    text_->setFocus();
    text_->selectAll();
    ask();
}

void SearchPanel::find(const QString& text) {
    show();
    text_->setText(text);
}

void SearchPanel::ask() {
    askTimer_.stop();
    stop_.request_stop();
    const auto& facts = state_->facts();
    if (!facts || !isVisibleTo(parentWidget()) || text_->text().isEmpty()) {
        work_.cancel();
        answered({});
        return;
    }
    stop_ = std::stop_source();
    constexpr std::size_t most = 100'000;
    work_.request([facts, text = text_->text().toStdString(), stop = stop_.get_token()] {
        return search(*facts, text, most, stop);
    });
}

void SearchPanel::answered(SearchResult result) {
    std::vector<Time> times;
    times.reserve(result.hits.size());
    for (const SearchHit& hit : result.hits)
        times.push_back(hit.time);
    state_->marks().setHits(std::move(times));
    hits_.show(state_->facts(), std::move(result));
    at_ = -1;
    const std::size_t count = hits_.result().hits.size();
    table_->setVisible(count > 0);
    count_->setText(
        text_->text().isEmpty() ? QString()
        : count == 0            ? tr("nothing found")
        : count == 1
            ? tr("1 hit")
            : tr("%1%2 hits").arg(fromUtf8(countText(count)), hits_.result().cut ? tr(" or more") : QString()));
}

void SearchPanel::step(int direction) {
    if (askTimer_.isActive())
        ask();
    const int count = hits_.rowCount();
    if (count == 0)
        return;
    const int next = at_ < 0 ? (direction > 0 ? 0 : count - 1) : (at_ + direction + count) % count;
    table_->showRow(next); // which is a choice
    if (at_ != next)
        goTo(next);
}

void SearchPanel::goTo(int row) {
    const auto facts = state_->facts();
    if (!facts || row < 0 || row >= hits_.rowCount() || row == at_)
        return;
    at_ = row;
    const SearchHit& hit = hits_.result().hits[static_cast<std::size_t>(row)];
    count_->setText(tr("%1 of %2").arg(row + 1).arg(fromUtf8(countText(hits_.result().hits.size()))));
    const TimeRange visible = state_->visibleRange();
    if (!visible.contains(hit.time))
        state_->setVisibleRange({hit.time - visible.length() / 2, hit.time + visible.length() - visible.length() / 2});
    if (hit.goroutine.value >= facts->trace->goroutines.size())
        return;
    const SpanIndex span = facts->trace->spanAt(hit.goroutine, hit.time);
    if (span.known() && hit.kind != HitKind::Goroutine)
        state_->select(SpanSelection{hit.goroutine, span});
    else
        state_->select(GoroutineSelection{hit.goroutine});
}

void SearchPanel::close() {
    const bool hadKeys = isAncestorOf(QApplication::focusWidget());
    hide();
    stop_.request_stop();
    work_.cancel();
    state_->marks().setHits({});
    if (hadKeys)
        Q_EMIT closed();
}

bool SearchPanel::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(watched, event);
    const auto* const key = static_cast<QKeyEvent*>(event);
    if (key->key() == Qt::Key_Escape) {
        close();
        return true;
    }
    if (watched == text_) {
        if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
            step((key->modifiers() & Qt::ShiftModifier) != 0 ? -1 : 1);
            return true;
        }
        if (key->key() == Qt::Key_Down || key->key() == Qt::Key_Up) {
            step(key->key() == Qt::Key_Down ? 1 : -1);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace waitscope
