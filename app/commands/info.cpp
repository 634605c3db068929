// SPDX-License-Identifier: GPL-3.0-or-later
// waitscope info: the facts that a picture of Waitscope carries as text chunks.
#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/output.h"
#include "app/trace_input.h"

#include <QFileInfo>
#include <QImageReader>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace waitscope {

int InfoCommand::run() const {
    const QString path = QString::fromStdString(picture);
    const auto fails = [&](const std::string& why) {
        say(picture + why);
        return NothingReadable;
    };
    if (!QFileInfo::exists(path))
        return fails(": there is no such file.");
    if (QFileInfo(path).isDir())
        return fails(" is a folder.");
    QImageReader reader(path, "PNG"); // reads the texts, not the pixels
    if (!reader.canRead())
        return fails(" is not a PNG picture.");
    QStringList keys = reader.textKeys();
    if (!reader.text(QStringLiteral("Software")).startsWith(QStringLiteral("Waitscope")))
        return fails(" says nothing of itself: Waitscope did not make it, or its texts were removed on the way.");
    // The title first, then the callouts, then by name.
    const auto rank = [](const QString& key) {
        return key == QStringLiteral("Title") ? 0 : key == QStringLiteral("Callouts") ? 1 : 2;
    };
    std::ranges::sort(keys, {}, [&](const QString& key) { return std::pair(rank(key), key); });
    QString text;
    if (json) {
        QJsonObject object;
        for (const QString& key : keys)
            object[key] = reader.text(key);
        text = QString::fromUtf8(QJsonDocument(object).toJson());
    } else {
        for (const QString& key : keys)
            text += key + QStringLiteral(": ") + reader.text(key).replace(u'\n', QStringLiteral("\n  ")) + u'\n';
    }
    std::string problem;
    if (writeResult(text.toStdString(), {}, problem))
        return Fine;
    say(problem);
    return NotWritten;
}

} // namespace waitscope
