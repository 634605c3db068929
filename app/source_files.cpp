// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/source_files.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSettings>

namespace waitscope {

namespace {

constexpr qint64 largestSource = 16'000'000; // bytes; Go's largest generated files have a tenth of that

const QString rulesKey = QStringLiteral("sourceRules");

QString tr(const char* text) {
    return QCoreApplication::translate("SourceFiles", text);
}

QStringList parts(const QString& path) {
    return QDir::fromNativeSeparators(path).split(u'/');
}

} // namespace

std::optional<PathRule> ruleFrom(const QString& traced, const QString& chosen) {
    QStringList from = parts(traced);
    QStringList to = parts(chosen);
    bool alike = false;
    while (!from.isEmpty() && !to.isEmpty() && from.last() == to.last()) {
        from.removeLast();
        to.removeLast();
        alike = true;
    }
    if (!alike)
        return {};
    const auto joined = [](const QStringList& list) { return list.isEmpty() ? QString() : list.join(u'/') + u'/'; };
    return PathRule{joined(from), joined(to)};
}

QStringList placesOf(const QString& traced, const QList<PathRule>& rules, const QStringList& goRoots,
                     const QStringList& moduleCaches) {
    QStringList places;
    for (const auto& [from, to] : rules)
        if (traced.startsWith(from))
            places << to + traced.mid(from.size());
    places << traced;
    // Go's own sources lie below "src", downloaded modules below "pkg/mod"; with -trimpath names begin behind these.
    if (const qsizetype source = traced.indexOf(QStringLiteral("/src/")); source >= 0)
        for (const QString& root : goRoots)
            places << root + traced.mid(source);
    const QString cache = QStringLiteral("/pkg/mod/");
    if (const qsizetype module = traced.indexOf(cache); module >= 0)
        for (const QString& folder : moduleCaches)
            places << folder + u'/' + traced.mid(module + cache.size());
    if (!traced.startsWith(u'/')) {
        for (const QString& root : goRoots)
            places << root + QStringLiteral("/src/") + traced;
        for (const QString& folder : moduleCaches)
            places << folder + u'/' + traced;
    }
    places.removeDuplicates();
    return places;
}

QStringList goRootsHere() {
    QStringList roots{qEnvironmentVariable("GOROOT"),
                      QStringLiteral("/usr/local/go"),
                      QStringLiteral("/usr/lib/go"),
                      QStringLiteral("/usr/share/go"),
                      QDir::homePath() + QStringLiteral("/go"),
                      QDir::homePath() + QStringLiteral("/sdk/go")};
    roots.removeAll(QString());
    // Several versions side by side, the newest first: of Debian, and as golang.org/dl puts them.
    for (const QString& folder : {QStringLiteral("/usr/lib"), QDir::homePath() + QStringLiteral("/sdk")})
        for (const QString& version : QDir(folder).entryList({QStringLiteral("go-1.*"), QStringLiteral("go1.*")},
                                                             QDir::Dirs, QDir::Name | QDir::Reversed))
            roots << folder + u'/' + version;
    return roots;
}

QStringList moduleCachesHere() {
    QStringList caches{qEnvironmentVariable("GOMODCACHE")};
    for (const QString& path : qEnvironmentVariable("GOPATH").split(QDir::listSeparator(), Qt::SkipEmptyParts))
        caches << path + QStringLiteral("/pkg/mod");
    caches << QDir::homePath() + QStringLiteral("/go/pkg/mod");
    caches.removeAll(QString());
    return caches;
}

QList<PathRule> pathRules() {
    QList<PathRule> rules;
    QSettings settings;
    const int count = settings.beginReadArray(rulesKey);
    for (int i = 0; i < count; ++i) {
        settings.setArrayIndex(i);
        rules << PathRule{settings.value(QStringLiteral("from")).toString(),
                          settings.value(QStringLiteral("to")).toString()};
    }
    return rules;
}

void keepPathRules(const QList<PathRule>& rules) {
    QSettings settings;
    settings.remove(rulesKey);
    settings.beginWriteArray(rulesKey, static_cast<int>(rules.size()));
    for (int i = 0; i < rules.size(); ++i) {
        settings.setArrayIndex(i);
        settings.setValue(QStringLiteral("from"), rules[i].first);
        settings.setValue(QStringLiteral("to"), rules[i].second);
    }
    settings.endArray();
}

void rememberPathRule(const PathRule& rule) {
    QList<PathRule> rules = pathRules();
    rules.removeIf([&](const PathRule& old) { return old.first == rule.first; });
    rules.prepend(rule);
    keepPathRules(rules);
}

SourceFile readSource(const QString& traced, const QStringList& places) {
    for (const QString& path : places) {
        const QFileInfo info(path);
        if (!info.isFile())
            continue;
        QFile file(path);
        if (info.size() > largestSource)
            return {{}, {}, tr("%1 is too large for a source file.").arg(path)};
        if (!file.open(QIODevice::ReadOnly))
            return {{}, {}, tr("%1 cannot be read: %2.").arg(path, file.errorString())};
        return {path, QString::fromUtf8(file.readAll()), {}};
    }
    return {{},
            {},
            tr("%1 is not on this machine, or elsewhere. Find it once, and the others of its folders are found too.")
                .arg(traced)};
}

} // namespace waitscope
