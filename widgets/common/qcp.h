// SPDX-License-Identifier: GPL-3.0-or-later
// The only place that includes QCustomPlot: it needs Qt's lower-case keywords, which the rest of the house forbids, and
// costs five seconds of compile time a file. Include it from .cpp files only.
#pragma once

#include <QObject>

#define signals Q_SIGNALS
#define slots Q_SLOTS
#define foreach Q_FOREACH
#include <qcustomplot.h>
#undef signals
#undef slots
#undef foreach
