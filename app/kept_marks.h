// SPDX-License-Identifier: GPL-3.0-or-later
// Marks and their notes are kept in the user's settings, by what is in the file of the trace: opened again, wherever it
// lies and whatever it is called, it has the marks that it had.
#pragma once

#include "widgets/common/view_state.h"

#include <QObject>
#include <QString>

#include <memory>

namespace waitscope {

class KeptMarks : public QObject {
    Q_OBJECT

  public:
    static constexpr int mostTraces = 200; ///< whose marks are kept; those used least lately go

    /// Restores and keeps the marks of whatever `state` shows; it must outlive this.
    explicit KeptMarks(ViewState* state, QObject* parent = nullptr);

  private:
    void restore();
    void keep() const;

    ViewState* state_;
    QString key_;                           ///< of the trace that is shown; empty for one that is still being loaded
    std::weak_ptr<const TraceFacts> shown_; ///< the one that `key_` is of
};

} // namespace waitscope
