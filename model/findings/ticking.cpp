// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/findings/ticking.h"

namespace waitscope {

bool hardlyRuns(const Evidence& evidence, const Living& l, int percent) {
    return l.running * 100 <= evidence.trace().lifetime(l.goroutine).length() * percent;
}

bool isPeriodic(const Evidence& evidence, const Living& l) {
    return l.timerWakes >= 5 && l.gapVariation < 0.1 && hardlyRuns(evidence, l, 1);
}

} // namespace waitscope
