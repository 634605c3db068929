// SPDX-License-Identifier: GPL-3.0-or-later
// How do tables and stacks look: figures, less important words, the patch of colour that ties a row to the timeline?
#pragma once

#include "model/trace/primitive.h"

#include <QColor>
#include <QFont>
#include <QIcon>
#include <QPalette>
#include <QVariant>

namespace waitscope {

/// The system's monospaced font in the size of `words`: figures in columns and stacks.
[[nodiscard]] QFont figuresFont(const QFont& words);

/// How a cell of a table looks, for the roles of its alignment, font and foreground; nothing for other roles. `muted`:
/// it matters less.
[[nodiscard]] QVariant lookOf(int role, bool figure, bool muted = false);

/// For words that matter less; at least 4.5 : 1 on the base colour of ordinary light and dark palettes.
[[nodiscard]] QColor mutedText(const QPalette& palette);

/// A square in the colour of a state family with its letter, as the timeline draws it.
[[nodiscard]] QIcon familyIcon(StateFamily family);

} // namespace waitscope
