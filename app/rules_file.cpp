// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/rules_file.h"

#include <QFile>
#include <QFileInfo>

namespace waitscope {

std::optional<Rules> readRules(const std::string& path, std::string& problem) {
    QFile file(QString::fromStdString(path));
    if (!file.open(QIODevice::ReadOnly)) {
        problem = path + " cannot be read: " + file.errorString().toStdString() + ".";
        return std::nullopt;
    }
    auto rules = rulesFrom(file.readAll().toStdString(), problem);
    if (!rules)
        problem = path + " is not a file of rules: " + problem + ".";
    return rules;
}

QString rulesFileBeside(const QString& tracePath) {
    return QFileInfo(tracePath).absolutePath() + QStringLiteral("/waitscope-rules.json");
}

} // namespace waitscope
