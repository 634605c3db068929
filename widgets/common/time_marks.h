// SPDX-License-Identifier: GPL-3.0-or-later
// Instants that are worth finding again: marks with notes, the markers A and B with the time between them, hits of a
// search. Every canvas of a window draws the same ones.
#pragma once

#include "model/trace/time.h"

#include <QObject>
#include <QString>

#include <optional>
#include <vector>

namespace waitscope {

struct TimeMark {
    Time time = 0;
    QString note; ///< may be empty
};

class TimeMarks : public QObject {
    Q_OBJECT

  public:
    using QObject::QObject;

    [[nodiscard]] const std::vector<TimeMark>& marks() const { return marks_; } ///< by time
    [[nodiscard]] std::optional<Time> a() const { return a_; }
    [[nodiscard]] std::optional<Time> b() const { return b_; }
    [[nodiscard]] const std::vector<Time>& hits() const { return hits_; }

    /// Sets a mark; one that is there already gets the note, or goes if the note is empty too.
    void toggle(Time time, const QString& note = {});
    void setA(std::optional<Time> time);
    void setB(std::optional<Time> time);
    void setHits(std::vector<Time> hits);
    /// Of another trace: none of all these.
    void clear();

    /// The nearest mark (of marks, A and B) before or behind an instant.
    [[nodiscard]] std::optional<Time> before(Time time) const;
    [[nodiscard]] std::optional<Time> behind(Time time) const;

  Q_SIGNALS:
    void changed();
    void aChanged(); ///< before `changed`: times may count from it

  private:
    [[nodiscard]] std::vector<Time> all() const;

    std::vector<TimeMark> marks_;
    std::optional<Time> a_, b_;
    std::vector<Time> hits_;
};

} // namespace waitscope
