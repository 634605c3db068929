// SPDX-License-Identifier: GPL-3.0-or-later
// Where on this machine is a file that a trace names? The trace was recorded elsewhere: paths are mapped by rules,
// which are kept, and of which one is guessed when the user says for the first time where a file is.
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

#include <optional>
#include <utility>

namespace waitscope {

/// Paths that begin with `first` begin with `second` here.
using PathRule = std::pair<QString, QString>;

/// The rule that makes `chosen` of `traced`: they end alike, and what is in front differs. None if they do not end
/// alike.
[[nodiscard]] std::optional<PathRule> ruleFrom(const QString& traced, const QString& chosen);

/// The places where a file of a trace may be, likely ones first: by the rules, as it is, below the folders of Go's own
/// sources, below the module cache.
[[nodiscard]] QStringList placesOf(const QString& traced, const QList<PathRule>& rules, const QStringList& goRoots,
                                   const QStringList& moduleCaches);

/// The folders of Go's sources and of downloaded modules on this machine, by Go's environment variables and its
/// defaults.
[[nodiscard]] QStringList goRootsHere();
[[nodiscard]] QStringList moduleCachesHere();

/// As the settings keep them.
[[nodiscard]] QList<PathRule> pathRules();
void keepPathRules(const QList<PathRule>& rules);
/// In front of the others.
void rememberPathRule(const PathRule& rule);

struct SourceFile {
    QString path; ///< empty: not found
    QString text;
    QString problem; ///< why there is no text
};
/// Looks at the disk: not for the GUI thread.
[[nodiscard]] SourceFile readSource(const QString& traced, const QStringList& places);

} // namespace waitscope
