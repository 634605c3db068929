// SPDX-License-Identifier: GPL-3.0-or-later
// A list of instants that writes them as the rest of its window does.
#pragma once

#include "widgets/common/view_state.h"

namespace waitscope {

/// Now and whenever that changes. `Model`: an item model with `setTimes`, whose rows are asked anew.
template <class Model> void writeTimesAs(const ViewState* state, Model* model) {
    const auto write = [state, model] {
        model->setTimes(state->times());
        if (const int rows = model->rowCount(); rows > 0)
            Q_EMIT model->dataChanged(model->index(0, 0), model->index(rows - 1, model->columnCount() - 1));
    };
    QObject::connect(state, &ViewState::timesChanged, model, write);
    QObject::connect(state, &ViewState::traceChanged, model, write);
    write();
}

} // namespace waitscope
