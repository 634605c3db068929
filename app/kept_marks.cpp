// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/kept_marks.h"

#include <QDateTime>
#include <QSettings>
#include <QStringList>

#include <algorithm>
#include <utility>
#include <vector>

namespace waitscope {

namespace {

constexpr std::size_t prefixLength = 16; // of the hash: as the captions of pictures say it

// In words of a list: "A 1200", "B 3400", "mark 560 the note".
QStringList wordsOf(const TimeMarks& marks) {
    QStringList words;
    if (marks.a())
        words << QStringLiteral("A %1").arg(*marks.a());
    if (marks.b())
        words << QStringLiteral("B %1").arg(*marks.b());
    for (const TimeMark& mark : marks.marks())
        words << QStringLiteral("mark %1 %2").arg(mark.time).arg(mark.note);
    return words;
}

void put(const QStringList& words, Time duration, TimeMarks& marks) {
    for (const QString& word : words) {
        bool isTime = false;
        const Time time = word.section(u' ', 1, 1).toLongLong(&isTime);
        if (!isTime || time < 0 || time > duration)
            continue;
        const QString kind = word.section(u' ', 0, 0);
        if (kind == QStringLiteral("A"))
            marks.setA(time);
        else if (kind == QStringLiteral("B"))
            marks.setB(time);
        else if (std::ranges::find(marks.marks(), time, &TimeMark::time) == marks.marks().end())
            marks.toggle(time, word.section(u' ', 2));
    }
}

// The traces that were marked longest ago go, so that the settings do not grow for ever.
void forgetOldest(QSettings& settings) {
    std::vector<std::pair<qlonglong, QString>> all;
    for (const QString& trace : settings.childGroups())
        all.emplace_back(settings.value(trace + QStringLiteral("/when")).toLongLong(), trace);
    std::ranges::sort(all);
    for (std::size_t i = 0; i + KeptMarks::mostTraces < all.size(); ++i)
        settings.remove(all[i].second);
}

} // namespace

KeptMarks::KeptMarks(ViewState* state, QObject* parent) : QObject(parent), state_(state) {
    connect(state_, &ViewState::traceChanged, this, &KeptMarks::restore);
    connect(&state_->marks(), &TimeMarks::changed, this, &KeptMarks::keep);
}

void KeptMarks::restore() {
    key_.clear();
    const auto& facts = state_->facts();
    if (!facts || facts->trace->report.growing || facts->trace->identity.sha256.size() < prefixLength)
        return;
    const QString key = QString::fromStdString(facts->trace->identity.sha256.substr(0, prefixLength));
    QSettings settings;
    settings.beginGroup(QStringLiteral("marks"));
    put(settings.value(key + QStringLiteral("/marks")).toStringList(), facts->trace->duration, state_->marks());
    key_ = key;
    shown_ = facts;
    keep(); // those that were set while it was loaded
}

void KeptMarks::keep() const {
    // When another trace comes the marks go, not those that are kept of the one before.
    if (key_.isEmpty() || shown_.lock() != state_->facts())
        return;
    QSettings settings;
    settings.beginGroup(QStringLiteral("marks"));
    const QStringList words = wordsOf(state_->marks());
    if (words == settings.value(key_ + QStringLiteral("/marks")).toStringList())
        return; // hits of a search came or went
    if (words.isEmpty()) {
        settings.remove(key_);
        return;
    }
    settings.setValue(key_ + QStringLiteral("/marks"), words);
    settings.setValue(key_ + QStringLiteral("/when"), QDateTime::currentSecsSinceEpoch());
    forgetOldest(settings);
}

} // namespace waitscope
