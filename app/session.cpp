// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session.h"

#include "widgets/common/from_utf8.h"

#include <QCoreApplication>
#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace waitscope {

namespace {

QString keyOf(const char* option) {
    return QString::fromLatin1(option).remove(QStringLiteral("--"));
}

} // namespace

QByteArray bytesOf(const Session& session, const QString& folder) {
    QJsonArray traces;
    for (const QString& trace : session.traces)
        traces << QDir(folder).relativeFilePath(trace);
    QJsonObject view;
    for (const NamedOption& option : namedOptions)
        if (const std::string& text = session.view.*option.text; !text.empty())
            view[keyOf(option.name)] = fromUtf8(text);
    for (const NamedOptions& option : namedOptionLists) {
        QJsonArray texts;
        for (const std::string& text : session.view.*option.texts)
            texts << fromUtf8(text);
        if (!texts.isEmpty())
            view[keyOf(option.name)] = texts;
    }
    return QJsonDocument({{QStringLiteral("waitscope"), QStringLiteral(WAITSCOPE_VERSION)},
                          {QStringLiteral("traces"), traces},
                          {QStringLiteral("view"), view}})
        .toJson();
}

std::optional<Session> sessionFrom(const QByteArray& bytes, const QString& folder, QString& problem) {
    const QJsonObject file = QJsonDocument::fromJson(bytes).object();
    const QJsonArray traces = file[QStringLiteral("traces")].toArray();
    constexpr qsizetype most = 2;
    if (traces.isEmpty() || traces.size() > most) {
        problem =
            QCoreApplication::translate("Session", "This is not a session that Waitscope saved: it names no trace.");
        return {};
    }
    Session session;
    for (const auto& trace : traces)
        session.traces << QDir::cleanPath(QDir(folder).absoluteFilePath(trace.toString()));
    const QJsonObject view = file[QStringLiteral("view")].toObject();
    for (const NamedOption& option : namedOptions)
        session.view.*option.text = view[keyOf(option.name)].toString().toStdString();
    for (const NamedOptions& option : namedOptionLists) {
        const QJsonValue given = view[keyOf(option.name)];
        // Pinned goroutines were one text before other rows could be pinned too.
        for (const auto& text : given.isString() ? QJsonArray{given} : given.toArray())
            (session.view.*option.texts).push_back(text.toString().toStdString());
    }
    return session;
}

} // namespace waitscope
