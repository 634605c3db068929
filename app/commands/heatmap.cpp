// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/commands.h"
namespace waitscope { int HeatmapCommand::run() const { return 0; } }
